//! What the platform hands to a job that asks for its owner's configuration.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The variable of a job's environment that holds the configuration.
pub const PASSED_CONFIG: &str = "NEURO_PASSED_CONFIG";

/// Where a job finds its platform, and as whom.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedConfig {
    /// A token of the owner.
    pub token: String,
    /// Cluster of the job.
    pub cluster: String,
    /// Entry of the platform.
    pub url: String,
    /// Organisation of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// Project of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
}

/// Why a passed configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassedConfigError {
    /// Not base64 at all.
    #[error("it is not base64")]
    NotBase64,
    /// Not the JSON it should be.
    #[error("{reason}")]
    NotJson {
        /// What is wrong with it.
        reason: String,
    },
}

impl PassedConfig {
    /// The text of the variable.
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("texts can always be written as JSON");
        STANDARD.encode(json)
    }

    /// Reads the text of the variable.
    pub fn decode(text: &str) -> Result<Self, PassedConfigError> {
        let json = STANDARD
            .decode(text.trim())
            .map_err(|_| PassedConfigError::NotBase64)?;
        // The reason names a place, never a value: the token must not get into a log.
        serde_json::from_slice(&json).map_err(|error| PassedConfigError::NotJson {
            reason: format!(
                "it is not the expected JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        })
    }
}

impl fmt::Debug for PassedConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PassedConfig")
            .field("url", &self.url)
            .field("cluster", &self.cluster)
            .field("org_name", &self.org_name)
            .field("project_name", &self.project_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_or_garbled_is_refused_without_showing_the_token() {
        let text = STANDARD.encode(r#"{"token": "s3cret", "cluster": 1}"#);
        let refused = PassedConfig::decode(&text).unwrap_err().to_string();
        assert!(refused.contains("line 1"), "{refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
        assert_eq!(
            PassedConfig::decode("{}"),
            Err(PassedConfigError::NotBase64)
        );
    }

    #[test]
    fn it_never_shows_its_token() {
        let config = PassedConfig {
            token: "s3cret".into(),
            cluster: "local".into(),
            url: "http://127.0.0.1:7471/api/v1".into(),
            org_name: None,
            project_name: Some("proj".into()),
        };
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            token: String, cluster: String, url: String, org_name: Option<String>, project_name: Option<String>,
        ) {
            let config = PassedConfig { token, cluster, url, org_name, project_name };
            prop_assert_eq!(PassedConfig::decode(&config.encode()), Ok(config));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String, bytes: Vec<u8>) {
            let _ = PassedConfig::decode(&text);
            let _ = PassedConfig::decode(&STANDARD.encode(bytes));
        }
    }
}
