//! Where on the platform a flow runs.

use protocol::{Cluster, UriContext};

/// Cluster, organisation and project, and who runs the flow there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Cluster.
    pub cluster: String,
    /// Organisation.
    pub org: String,
    /// Project of the platform.
    pub project: String,
    /// Name of the user.
    pub user: String,
    /// Host (and port) of the image registry.
    pub registry: String,
    /// The preset of tasks that name none.
    pub first_preset: Option<String>,
}

impl Place {
    /// The place of a project on a cluster.
    pub fn new(cluster: &Cluster, org: &str, project: &str, user: &str) -> Self {
        Self {
            cluster: cluster.name.clone(),
            org: org.to_owned(),
            project: project.to_owned(),
            user: user.to_owned(),
            registry: authority(&cluster.registry_url).to_owned(),
            first_preset: cluster
                .resource_presets
                .first()
                .map(|preset| preset.name.clone()),
        }
    }

    /// What short URIs are completed from.
    pub fn uris(&self) -> UriContext {
        UriContext::new(&self.cluster, &self.org, &self.project)
    }
}

/// Host and port of an address.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::authority;

    #[test]
    fn the_registry_is_named_by_its_host_and_port() {
        assert_eq!(authority("http://127.0.0.1:7471/x"), "127.0.0.1:7471");
        assert_eq!(
            authority("https://registry.example.com"),
            "registry.example.com"
        );
        assert_eq!(authority("registry.example.com/"), "registry.example.com");
    }
}
