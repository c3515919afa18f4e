//! Images that a bake needs.

use protocol::flow::{BakeImage, BakeImageChange, NewBakeImage};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Images that a bake needs.
pub struct BakeImages<'client>(pub(super) Part<'client>);

impl BakeImages<'_> {
    /// The images of a bake.
    pub async fn list(&self, bake_id: &str) -> Result<Vec<BakeImage>, ClientError> {
        self.0.list(&query(&[("bake_id", bake_id)])).await
    }

    /// One image of a bake, by its reference.
    pub async fn find(
        &self,
        bake_id: &str,
        reference: &str,
    ) -> Result<Option<BakeImage>, ClientError> {
        let asked = query(&[("bake_id", bake_id), ("ref", reference)]);
        self.0.find(&["by_ref"], &asked).await
    }

    /// Records an image.
    pub async fn create(&self, image: &NewBakeImage) -> Result<BakeImage, ClientError> {
        self.0.send(Method::POST, &[], image).await
    }

    /// Changes how an image stands.
    pub async fn change(
        &self,
        image_id: &str,
        change: &BakeImageChange,
    ) -> Result<BakeImage, ClientError> {
        self.0.send(Method::PATCH, &[image_id], change).await
    }
}
