//! What the tests of this crate have in common.

pub(crate) mod sim;

use crate::place::Place;

/// The place of the verified cases.
pub(crate) fn place() -> Place {
    Place {
        cluster: "cl".into(),
        org: "org".into(),
        project: "proj".into(),
        user: "user".into(),
        registry: "registry.cl.example.com".into(),
        first_preset: Some("cpu-small".into()),
    }
}
