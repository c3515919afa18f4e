//! What permissions are about: a kind of resource and the parts of its name. Names are compared
//! part by part, so that a permission for `a` says nothing about `ab`.

use std::fmt;

use protocol::{PlatformUri, Scheme, UriContext, UriError};

use crate::place::CLUSTER;

/// A resource, or all resources below a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    scheme: Scheme,
    /// Decoded; the first is the cluster (for a role: the first part of the role's name).
    parts: Vec<String>,
}

/// Why a text names no resource.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResourceError {
    #[error(transparent)]
    Uri(#[from] UriError),
    #[error("`{text}` must be written in full: {scheme}://{CLUSTER}/ORG/PROJECT/…")]
    Short { text: String, scheme: &'static str },
    #[error("`{text}` must not contain `..`")]
    Climbs { text: String },
}

impl Resource {
    /// Reads a full URI.
    pub(crate) fn parse(text: &str) -> Result<Self, ResourceError> {
        let uri = PlatformUri::parse(text, &UriContext::new("", "", ""))?;
        if uri.cluster().is_empty() {
            let (text, scheme) = (text.to_owned(), uri.scheme().as_str());
            return Err(ResourceError::Short { text, scheme });
        }
        let rest: Vec<String> = uri.segments().collect();
        Self::new(
            uri.scheme(),
            &format!("{}/{}", uri.cluster(), rest.join("/")),
        )
    }

    /// The same, or only a scheme (`storage:`), which means everything of that kind.
    pub(crate) fn parse_filter(text: &str) -> Result<Self, ResourceError> {
        let bare = text.trim_end_matches('/').strip_suffix(':');
        let scheme = Scheme::ALL
            .into_iter()
            .find(|scheme| bare == Some(scheme.as_str()));
        match scheme {
            Some(scheme) => Self::new(scheme, ""),
            None => Self::parse(text),
        }
    }

    /// What has this decoded path (`/org/project/…`) on our cluster.
    pub(crate) fn at(scheme: Scheme, path: &str) -> Result<Self, ResourceError> {
        Self::new(scheme, &format!("{CLUSTER}/{path}"))
    }

    /// Something in a project of our cluster.
    pub(crate) fn in_project(
        scheme: Scheme,
        (org, project): (&str, &str),
        rest: &str,
    ) -> Result<Self, ResourceError> {
        Self::at(scheme, &format!("{org}/{project}/{rest}"))
    }

    /// The role of this name.
    pub(crate) fn role(name: &str) -> Result<Self, ResourceError> {
        Self::new(Scheme::Role, name)
    }

    fn new(scheme: Scheme, path: &str) -> Result<Self, ResourceError> {
        let parts = path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".");
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts.iter().any(|part| part == "..") {
            let text = path.to_owned();
            return Err(ResourceError::Climbs { text });
        }
        Ok(Self { scheme, parts })
    }

    /// Its kind.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The decoded parts of its name, the cluster first.
    pub(crate) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// True for this resource itself and for everything below it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.scheme == other.scheme && other.parts.starts_with(&self.parts)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.parts.split_first() else {
            return write!(out, "{}:", self.scheme.as_str());
        };
        let start = format!("{}://{first}", self.scheme.as_str());
        let context = UriContext::new("", "", "");
        match PlatformUri::parse(&start, &context) {
            Ok(uri) if rest.is_empty() => write!(out, "{uri}"),
            Ok(uri) => write!(out, "{}", uri.join(&rest.join("/"))),
            Err(_) => write!(out, "{start}/{}", rest.join("/")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    #[test]
    fn a_name_covers_what_is_below_it_and_no_other_that_begins_alike() {
        let folder = resource("storage://local/bakehouse/proj/a");
        assert!(folder.covers(&folder));
        assert!(folder.covers(&resource("storage://local/bakehouse/proj/a/b%20c")));
        assert!(!folder.covers(&resource("storage://local/bakehouse/proj/ab")));
        assert!(!folder.covers(&resource("storage://local/bakehouse/proj")));
        assert!(!folder.covers(&resource("image://local/bakehouse/proj/a")));
        assert!(Resource::parse_filter("storage:").unwrap().covers(&folder));
    }

    #[test]
    fn an_encoded_slash_is_a_slash_and_does_not_climb() {
        assert_eq!(
            resource("storage://local/bakehouse/proj/a%2Fb"),
            resource("storage://local/bakehouse/proj/a/b")
        );
        assert!(Resource::parse("storage://local/bakehouse/proj/a%2F..%2F..%2Fb").is_err());
        assert!(Resource::parse("storage:a").is_err());
        assert!(Resource::at(Scheme::Storage, "/bakehouse/../x").is_err());
    }

    #[test]
    fn roles_have_no_cluster() {
        let role = Resource::role("alice/roles/x").unwrap();
        assert_eq!(role.to_string(), "role://alice/roles/x");
        assert!(Resource::role("alice").unwrap().covers(&role));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(path in "[a-z%/. é?#~:@]{0,40}") {
            if let Ok(resource) = Resource::at(Scheme::Storage, &format!("org/{path}")) {
                prop_assert_eq!(Resource::parse(&resource.to_string()).unwrap(), resource);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = Resource::parse(&text);
            let _ = Resource::parse_filter(&text);
        }
    }
}
