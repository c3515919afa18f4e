//! The nested body that submits a job with explicit resources: `POST jobs` without a query.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ContainerResources, JobSubmission};

/// A job to run with these resources instead of a preset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExplicitSubmission {
    /// The job, without a preset.
    pub job: JobSubmission,
    /// Its resources.
    pub resources: ContainerResources,
    /// Let the scheduler put it to sleep.
    pub scheduler_enabled: bool,
}

impl<'de> Deserialize<'de> for ExplicitSubmission {
    /// What the body has in `container` is what the flat form has beside the other keys.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let mut body = Map::deserialize(input)?;
        let container = body
            .remove("container")
            .ok_or_else(|| D::Error::missing_field("container"))?;
        let Value::Object(mut container) = container else {
            return Err(D::Error::custom("`container` must be an object"));
        };
        let resources = container
            .remove("resources")
            .ok_or_else(|| D::Error::custom("`container` lacks `resources`"))?;
        let scheduler = body.remove("scheduler_enabled");
        body.remove("preset_name");
        body.append(&mut container);
        let failed = |error: serde_json::Error| D::Error::custom(error);
        Ok(Self {
            job: serde_json::from_value(Value::Object(body)).map_err(failed)?,
            resources: serde_json::from_value(resources).map_err(failed)?,
            scheduler_enabled: scheduler.is_some_and(|value| value == Value::Bool(true)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_is_read_beside_the_other_keys() {
        let body = r#"{
            "pass_config": true, "project_name": "proj", "cluster_name": "local", "tags": ["a"],
            "scheduler_enabled": false, "container": {
                "image": "ubuntu", "command": "true", "env": {"A": "b"},
                "resources": {"cpu": 0.5, "memory": 1024, "shm": true}
            }
        }"#;
        let read: ExplicitSubmission = serde_json::from_str(body).unwrap();
        assert_eq!(read.job.image, "ubuntu");
        assert_eq!(read.job.command.as_deref(), Some("true"));
        assert_eq!(read.job.tags, ["a"]);
        assert!(read.job.pass_config);
        assert_eq!((read.resources.cpu, read.resources.memory), (0.5, 1024));
        assert_eq!(read.resources.shm, Some(true));
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |body: &str| {
            let read: Result<ExplicitSubmission, _> = serde_json::from_str(body);
            read.unwrap_err().to_string()
        };
        assert!(refused(r#"{"project_name": "p"}"#).contains("container"));
        assert!(refused(r#"{"container": {"image": "x"}}"#).contains("lacks `resources`"));
        assert!(
            refused(r#"{"container": {"image": "x", "resources": {"memory": 1}}, "project_name": "p", "cluster_name": "l"}"#)
                .contains("cpu")
        );
    }
}
