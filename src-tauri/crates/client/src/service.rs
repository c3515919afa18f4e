//! One kind of object of a service: documents that are listed, made, looked at and removed.

use protocol::Query;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{ClientError, if_found};
use crate::transport::{ONCE, Request, Transport};

/// One kind of object, at its address.
#[derive(Clone)]
pub(crate) struct Service<'client> {
    transport: &'client Transport,
    base: Url,
}

impl<'client> Service<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self { transport, base }
    }

    pub(crate) fn request(&self, method: Method, path: &[&str]) -> Request {
        Request::new(method, crate::at(&self.base, path))
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query,
    ) -> Result<T, ClientError> {
        let request = self.request(Method::GET, path).query(query);
        self.transport.read(request).await
    }

    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query,
    ) -> Result<Option<T>, ClientError> {
        if_found(self.get(path, query).await)
    }

    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        query: &Query,
    ) -> Result<Vec<T>, ClientError> {
        self.list_at(&[], query).await
    }

    pub(crate) async fn list_at<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Query,
    ) -> Result<Vec<T>, ClientError> {
        let request = self.request(Method::GET, path).query(query);
        self.transport.list::<T, Vec<T>>(request).await
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(method, path).json(body)?;
        self.transport.change(request).await
    }

    /// The same, under a key by which a server that knows such keys does it only once.
    pub(crate) async fn send_once<T: DeserializeOwned>(
        &self,
        (method, key): (Method, &str),
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(method, path).json(body)?;
        self.transport.change(request.header(ONCE, key)).await
    }

    /// The same where the answer does not matter.
    pub(crate) async fn tell(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), ClientError> {
        let request = self.request(method, path).json(body)?;
        self.transport.command(request).await
    }

    pub(crate) async fn change<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<T, ClientError> {
        self.transport.change(request).await
    }

    pub(crate) async fn delete(&self, path: &[&str], query: &Query) -> Result<(), ClientError> {
        let request = self.request(Method::DELETE, path).query(query);
        self.transport.command(request).await
    }
}

/// A service as one project sees it.
#[derive(Clone)]
pub(crate) struct ProjectService<'client> {
    pub(crate) service: Service<'client>,
    pub(crate) org: &'client str,
    pub(crate) project: &'client str,
}

impl ProjectService<'_> {
    /// What names the project in a request.
    pub(crate) fn scope(&self) -> Query {
        query(&[("org_name", self.org), ("project_name", self.project)])
    }
}

/// A query of these pairs.
pub(crate) fn query(pairs: &[(&str, &str)]) -> Query {
    let mut query = Query::new();
    for (key, value) in pairs {
        query.push(key, *value);
    }
    query
}
