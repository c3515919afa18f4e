//! What a service says when it refuses: `{"error": …}`, `{"code": …}` or `{"missing": […]}`.

use serde::{Deserialize, Serialize};

/// The body of a refusal, in any of the shapes the services use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Name of the operating system's error, such as `ENOENT`; only from storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
    /// `unique` for a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The words for `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Permissions the caller lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<MissingPermission>>,
}

/// A permission the caller would have needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPermission {
    /// On which resource.
    pub uri: String,
    /// Which action.
    pub action: String,
}

impl ErrorBody {
    /// A refusal with a message.
    pub fn message(text: impl Into<String>) -> Self {
        Self {
            error: Some(text.into()),
            ..Self::default()
        }
    }

    /// A refusal of the storage service.
    pub fn storage(errno: &str, text: impl Into<String>) -> Self {
        Self {
            errno: Some(errno.into()),
            ..Self::message(text)
        }
    }

    /// A conflict: the object exists already.
    pub fn unique(description: impl Into<String>) -> Self {
        Self {
            code: Some("unique".into()),
            description: Some(description.into()),
            ..Self::default()
        }
    }

    /// Reads any body: JSON in one of the known shapes, or else the text itself as the message.
    pub fn read(body: &str) -> Self {
        match serde_json::from_str::<Loose>(body) {
            Ok(loose) => loose.into(),
            Err(_) if body.trim().is_empty() => Self::default(),
            Err(_) => Self::message(body.trim()),
        }
    }

    /// One sentence for people, whatever the shape was.
    pub fn sentence(&self) -> Option<String> {
        if let Some(error) = self.error.as_ref().or(self.description.as_ref()) {
            return Some(error.clone());
        }
        let missing = self.missing.as_ref()?;
        let listed: Vec<String> = missing
            .iter()
            .map(|one| format!("{} on {}", one.action, one.uri))
            .collect();
        Some(format!("missing permission: {}", listed.join(", ")))
    }
}

/// The same keys with any values: services differ in what they put there.
#[derive(Deserialize)]
struct Loose {
    error: Option<serde_json::Value>,
    errno: Option<serde_json::Value>,
    code: Option<serde_json::Value>,
    description: Option<serde_json::Value>,
    missing: Option<serde_json::Value>,
}

impl From<Loose> for ErrorBody {
    fn from(loose: Loose) -> Self {
        Self {
            error: loose.error.map(plain),
            errno: loose.errno.map(plain),
            code: loose.code.map(plain),
            description: loose.description.map(plain),
            missing: loose
                .missing
                .and_then(|value| serde_json::from_value(value).ok()),
        }
    }
}

fn plain(value: serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_refusal_gives_a_sentence() {
        let of = |body: &str| ErrorBody::read(body).sentence();
        assert_eq!(
            of(r#"{"error": "no such job x"}"#).as_deref(),
            Some("no such job x")
        );
        assert_eq!(
            of(r#"{"code": "unique", "description": "Bake with such id exists"}"#).as_deref(),
            Some("Bake with such id exists")
        );
        assert_eq!(
            of(r#"{"missing": [{"uri": "flow://c/o/p", "action": "write"}]}"#).as_deref(),
            Some("missing permission: write on flow://c/o/p")
        );
        assert_eq!(of("Bad Gateway\n").as_deref(), Some("Bad Gateway"));
        assert_eq!(of(""), None);
    }

    #[test]
    fn an_errno_may_be_a_name_or_a_number() {
        assert_eq!(
            ErrorBody::read(r#"{"error":"x","errno":20}"#)
                .errno
                .as_deref(),
            Some("20")
        );
        assert_eq!(
            serde_json::to_string(&ErrorBody::storage("ENOENT", "gone")).unwrap(),
            r#"{"error":"gone","errno":"ENOENT"}"#
        );
    }
}
