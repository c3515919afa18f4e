//! Resource URIs: `scheme://cluster/org/project/rest`, and their short forms.
//!
//! Short forms are completed from a [`UriContext`]: `storage:a` is in the current project,
//! `storage:/other/a` is in another project of the same organisation. The full form is taken as it
//! is. For `role:` the part after `//` is no cluster but the start of the role's name.

use std::borrow::Cow;
use std::fmt;

/// The kinds of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Files.
    Storage,
    /// Images of containers.
    Image,
    /// Jobs.
    Job,
    /// Secrets.
    Secret,
    /// Persistent disks.
    Disk,
    /// Buckets.
    Blob,
    /// Roles of users.
    Role,
    /// Flows.
    Flow,
}

impl Scheme {
    /// All schemes.
    pub const ALL: [Self; 8] = [
        Self::Storage,
        Self::Image,
        Self::Job,
        Self::Secret,
        Self::Disk,
        Self::Blob,
        Self::Role,
        Self::Flow,
    ];

    /// The word before the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Image => "image",
            Self::Job => "job",
            Self::Secret => "secret",
            Self::Disk => "disk",
            Self::Blob => "blob",
            Self::Role => "role",
            Self::Flow => "flow",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == word)
    }
}

/// What short forms are completed from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UriContext {
    /// Current cluster.
    pub cluster: String,
    /// Current organisation.
    pub org: String,
    /// Current project.
    pub project: String,
}

impl UriContext {
    /// A context of these three names.
    pub fn new(
        cluster: impl Into<String>,
        org: impl Into<String>,
        project: impl Into<String>,
    ) -> Self {
        Self {
            cluster: cluster.into(),
            org: org.into(),
            project: project.into(),
        }
    }
}

/// Why a text is no resource URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// There is no `scheme:`.
    #[error("`{text}` has no scheme; write for example `storage:{text}`")]
    NoScheme {
        /// The whole text.
        text: String,
    },
    /// The scheme is not one of ours.
    #[error(
        "`{scheme}:` is not a resource of the platform (known: storage, image, job, secret, disk, blob, role, flow)"
    )]
    UnknownScheme {
        /// The word before the colon.
        scheme: String,
    },
    /// `~` at the start of the path.
    #[error("`{text}` begins with `~`, which has no meaning on the platform")]
    Tilde {
        /// The whole text.
        text: String,
    },
    /// A part that resource URIs do not have.
    #[error("`{text}` has a {part}, which a resource URI cannot have")]
    ForbiddenPart {
        /// The whole text.
        text: String,
        /// `query`, `fragment`, `user name` or `port`.
        part: &'static str,
    },
    /// A role without `//`.
    #[error("`{text}` must be written in full: `role://name/of/the/role`")]
    RelativeRole {
        /// The whole text.
        text: String,
    },
}

/// A complete resource URI, normalised: dot segments removed, special letters percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlatformUri {
    scheme: Scheme,
    cluster: String,
    /// Encoded path with its leading slash, or empty.
    path: String,
}

impl PlatformUri {
    /// Reads a URI, completing a short form from `context`.
    pub fn parse(text: &str, context: &UriContext) -> Result<Self, UriError> {
        let (scheme, rest) = split_scheme(text)?;
        refuse_forbidden(text, rest)?;
        if let Some(full) = rest.strip_prefix("//") {
            return full_form(text, scheme, full);
        }
        if scheme == Scheme::Role {
            return Err(UriError::RelativeRole {
                text: text.to_owned(),
            });
        }
        let UriContext {
            cluster,
            org,
            project,
        } = context;
        let path = match rest.strip_prefix('/') {
            Some(other_project) => format!("/{org}/{other_project}"),
            None if rest.is_empty() => format!("/{org}/{project}"),
            None => format!("/{org}/{project}/{rest}"),
        };
        Ok(Self {
            scheme,
            cluster: cluster.clone(),
            path: normalise(&path),
        })
    }

    /// Makes a URI from its parts; each part is encoded as needed.
    pub fn new(scheme: Scheme, context: &UriContext, rest: &str) -> Self {
        let UriContext {
            cluster,
            org,
            project,
        } = context;
        let whole = format!("/{org}/{project}/{}", rest.trim_start_matches('/'));
        let encoded = normalise(&whole.replace('%', "%25"));
        let path = if rest.is_empty() {
            encoded.trim_end_matches('/').into()
        } else {
            encoded
        };
        Self {
            scheme,
            cluster: cluster.clone(),
            path,
        }
    }

    /// Its kind.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its cluster (for a role: the first part of the role's name).
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// Encoded path with its leading slash, or empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Decoded parts of the path: organisation, project, and the rest.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decode)
    }

    /// Organisation.
    pub fn org(&self) -> Option<String> {
        self.segments().next()
    }

    /// Project.
    pub fn project(&self) -> Option<String> {
        self.segments().nth(1)
    }

    /// Decoded rest after organisation and project, without slashes around it.
    pub fn rest(&self) -> String {
        self.segments().skip(2).collect::<Vec<_>>().join("/")
    }

    /// The URI of something inside this one.
    pub fn join(&self, rest: &str) -> Self {
        let rest = rest.trim_start_matches('/').replace('%', "%25");
        let path = normalise(&format!("{}/{rest}", self.path.trim_end_matches('/')));
        Self {
            scheme: self.scheme,
            cluster: self.cluster.clone(),
            path,
        }
    }

    /// The shortest form that means the same in `context`.
    pub fn short(&self, context: &UriContext) -> String {
        let scheme = self.scheme.as_str();
        let full = || {
            format!(
                "{scheme}://{}{}",
                self.cluster,
                self.path.trim_end_matches('/')
            )
        };
        if self.scheme == Scheme::Role || self.cluster != context.cluster {
            return full();
        }
        let parts: Vec<&str> = self
            .path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        match parts[..] {
            [org, project, ref rest @ ..]
                if decode(org) == context.org && decode(project) == context.project =>
            {
                format!("{scheme}:{}", rest.join("/"))
            }
            [org, ref rest @ ..] if decode(org) == context.org => {
                format!("{scheme}:/{}", rest.join("/"))
            }
            _ => full(),
        }
    }
}

impl fmt::Display for PlatformUri {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}://{}{}",
            self.scheme.as_str(),
            self.cluster,
            self.path
        )
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), UriError> {
    if text.starts_with('~') {
        return Err(UriError::Tilde {
            text: text.to_owned(),
        });
    }
    let (word, rest) = text.split_once(':').ok_or_else(|| UriError::NoScheme {
        text: text.to_owned(),
    })?;
    let scheme = Scheme::read(word).ok_or_else(|| UriError::UnknownScheme {
        scheme: word.to_owned(),
    })?;
    Ok((scheme, rest))
}

fn refuse_forbidden(text: &str, rest: &str) -> Result<(), UriError> {
    let forbidden = |part| {
        Err(UriError::ForbiddenPart {
            text: text.to_owned(),
            part,
        })
    };
    if rest.trim_start_matches('/').starts_with('~') {
        return Err(UriError::Tilde {
            text: text.to_owned(),
        });
    }
    if rest.contains('?') {
        return forbidden("query");
    }
    if rest.contains('#') {
        return forbidden("fragment");
    }
    let Some(full) = rest.strip_prefix("//") else {
        return Ok(());
    };
    let authority = full.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return forbidden("user name");
    }
    if authority.contains(':') {
        return forbidden("port");
    }
    Ok(())
}

fn full_form(text: &str, scheme: Scheme, full: &str) -> Result<PlatformUri, UriError> {
    let (cluster, path) = match full.find('/') {
        Some(at) => full.split_at(at),
        None => (full, ""),
    };
    if cluster.is_empty() {
        return Err(UriError::NoScheme {
            text: text.to_owned(),
        });
    }
    Ok(PlatformUri {
        scheme,
        cluster: encode(cluster),
        path: normalise(path),
    })
}

/// Encodes each part and removes `.` and `..` parts; `..` never climbs above the root.
fn normalise(path: &str) -> String {
    let Some(inner) = path.strip_prefix('/') else {
        return String::new();
    };
    let parts: Vec<Cow<'_, str>> = inner.split('/').map(|part| encode(part).into()).collect();
    let mut kept: Vec<&str> = Vec::new();
    let last = parts.len() - 1;
    for (index, part) in parts.iter().enumerate() {
        match part.as_ref() {
            "." | ".." => {
                if part == ".." {
                    kept.pop();
                }
                if index == last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Percent-encodes one part of a path; good escapes are kept, those of plain letters are undone.
fn encode(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut encoded = String::with_capacity(part.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| escape_at(bytes, at)).flatten();
        match escaped {
            Some(byte) if is_unreserved(byte) => encoded.push(char::from(byte)),
            Some(byte) => push_escape(&mut encoded, byte),
            None if is_plain(bytes[at]) => encoded.push(char::from(bytes[at])),
            None => push_escape(&mut encoded, bytes[at]),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    encoded
}

fn push_escape(encoded: &mut String, byte: u8) {
    use fmt::Write as _;
    write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
}

fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digits = bytes.get(at + 1..at + 3)?;
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    Some(digit(digits[0])? * 16 + digit(digits[1])?)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_plain(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte)
}

fn decode(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| escape_at(bytes, at)).flatten();
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests;
