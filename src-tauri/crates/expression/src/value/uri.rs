//! URLs as values: split, tidied and percent-encoded the way the official tools print them.
//!
//! Only what flows need: internationalised host names are kept as they are.

use std::fmt;

use super::percent_code::{PATH, QUERY, USER, decoded, encoded};

/// A text that is not a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// The port is not a number.
    #[error("Invalid URL: port can't be converted to integer")]
    Port,
    /// The port is too high.
    #[error("Port out of range 0-65535")]
    PortRange,
    /// A bracketed host is not closed.
    #[error("Invalid IPv6 URL")]
    Host,
    /// There is a backslash in the host.
    #[error(
        "Invalid URL: backslash ('\\') is not allowed in the authority component per RFC 3986."
    )]
    Backslash,
    /// A web address has a port but no host.
    #[error("Invalid URL: host is required for absolute urls with the {0} scheme")]
    NoHost(String),
    /// An absolute path cannot be appended.
    #[error("Appending path '{0}' starting from slash is forbidden")]
    Absolute(String),
}

/// A URL such as `storage:data` or `https://example.com/x`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uri {
    scheme: String,
    authority: Option<Authority>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Authority {
    user: Option<String>,
    host: String,
    port: Option<u16>,
}

impl Uri {
    /// Reads a URL. Nearly every text is one: a text without a scheme is a relative URL.
    ///
    /// # Errors
    /// If the host or the port cannot be read.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let cleaned: String = text
            .trim_start_matches(|c: char| c <= ' ')
            .chars()
            .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
            .collect();
        let (scheme, rest) = split_scheme(&cleaned);
        let (rest, fragment) = split_at_mark(rest, '#');
        let (rest, query) = split_at_mark(rest, '?');
        let (authority, path) = match rest.strip_prefix("//") {
            None => (None, rest),
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (
                    Some(&rest[..end]).filter(|host| !host.is_empty()),
                    &rest[end..],
                )
            }
        };
        let authority = authority
            .map(|text| Authority::parse(text, &scheme))
            .transpose()?;
        let authority = authority.filter(|it| !it.host.is_empty() || it.port.is_some());
        let path = encoded(path, PATH);
        Ok(Self {
            scheme,
            path: if authority.is_some() {
                without_dots(&path)
            } else {
                path
            },
            authority,
            query: query.map(|text| encoded(&text.replace(' ', "+"), QUERY)),
            fragment: fragment.map(|text| encoded(text, QUERY)),
        })
    }

    /// Puts a URL together from a scheme, a host and a path that is not encoded yet.
    #[must_use]
    pub fn build(scheme: &str, host: &str, path: &str) -> Self {
        let authority = Authority {
            user: None,
            host: host.to_owned(),
            port: None,
        };
        let path = without_dots(&encoded(&path.replace('%', "%25"), PATH));
        Self {
            scheme: scheme.to_owned(),
            authority: Some(authority),
            path,
            ..Self::default()
        }
    }

    /// The scheme, empty if there is none.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host, if there is one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.authority
            .as_ref()
            .map(|authority| authority.host.as_str())
    }

    /// User and password, if given.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.authority
            .as_ref()
            .and_then(|authority| authority.user.as_deref())
    }

    /// The port: the one given, or the usual one of `http`, `https`, `ws`, `wss` and `ftp`.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        let authority = self.authority.as_ref()?;
        authority.port.or_else(|| usual_port(&self.scheme))
    }

    /// The path, percent-encoded.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        &self.path
    }

    /// The path, decoded.
    #[must_use]
    pub fn path(&self) -> String {
        decoded(&self.path)
    }

    /// The part after `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The part after `#`.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// Whether there is nothing after the scheme.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.authority.is_none()
            && self.path.is_empty()
            && self.query.is_none()
            && self.fragment.is_none()
    }

    /// Appends a relative path; query and fragment are dropped.
    ///
    /// # Errors
    /// If the path is absolute.
    pub fn join(&self, more: &str) -> Result<Self, UriError> {
        if more.starts_with('/') {
            return Err(UriError::Absolute(more.to_owned()));
        }
        let base = self.path.strip_suffix('/').unwrap_or(&self.path);
        let glue = if self.path.is_empty() && self.authority.is_none() {
            ""
        } else {
            "/"
        };
        let path = format!("{base}{glue}{}", encoded(&more.replace('%', "%25"), PATH));
        let path = if self.authority.is_some() {
            without_dots(&path)
        } else {
            path
        };
        Ok(Self {
            path,
            query: None,
            fragment: None,
            ..self.clone()
        })
    }

    /// The same URL with another path that is encoded already.
    #[must_use]
    pub fn with_raw_path(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// The same scheme with a path alone.
    #[must_use]
    pub fn relative(scheme: &str, raw_path: &str) -> Self {
        Self {
            scheme: scheme.to_owned(),
            path: raw_path.to_owned(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        match &self.authority {
            Some(authority) => authority.write(&self.scheme, f)?,
            None if self.path.starts_with("//") => f.write_str("//")?,
            None if WITH_AUTHORITY.contains(&self.scheme.as_str()) => {
                let glue = if self.path.is_empty() || self.path.starts_with('/') {
                    ""
                } else {
                    "/"
                };
                write!(f, "//{glue}")?;
            }
            None => {}
        }
        f.write_str(&self.path)?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        self.fragment
            .as_ref()
            .map_or(Ok(()), |fragment| write!(f, "#{fragment}"))
    }
}

/// Schemes that are always written with `//`.
const WITH_AUTHORITY: [&str; 8] = ["file", "ftp", "git", "http", "https", "sftp", "ws", "wss"];

impl Authority {
    fn write(&self, scheme: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("//")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.host)?;
        match self.port {
            Some(port) if Some(port) != usual_port(scheme) => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }

    fn parse(text: &str, scheme: &str) -> Result<Self, UriError> {
        if text.contains('\\') {
            return Err(UriError::Backslash);
        }
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(encoded(user, USER)), place),
            None => (None, text),
        };
        let bracket = place.rfind(']');
        if place.contains('[') != bracket.is_some() {
            return Err(UriError::Host);
        }
        let colon = place
            .rfind(':')
            .filter(|at| bracket.is_none_or(|bracket| *at > bracket));
        let (host, port) = match colon {
            Some(at) => (&place[..at], Some(&place[at + 1..])),
            None => (place, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(digits) => {
                let number: i64 = digits.parse().map_err(|_| UriError::Port)?;
                Some(u16::try_from(number).map_err(|_| UriError::PortRange)?)
            }
        };
        if host.is_empty() && usual_port(scheme).is_some() {
            return Err(UriError::NoHost(scheme.to_owned()));
        }
        let user = user.filter(|user| !user.is_empty());
        Ok(Self {
            user,
            host: host.to_lowercase(),
            port,
        })
    }
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

fn split_scheme(text: &str) -> (String, &str) {
    let Some((scheme, rest)) = text.split_once(':') else {
        return (String::new(), text);
    };
    let sound = !scheme.is_empty()
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if sound {
        (scheme.to_ascii_lowercase(), rest)
    } else {
        (String::new(), text)
    }
}

fn split_at_mark(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after).filter(|after| !after.is_empty())),
        None => (text, None),
    }
}

/// Resolves `.` and `..` of an absolute path.
fn without_dots(path: &str) -> String {
    if !path.split('/').any(|step| matches!(step, "." | "..")) {
        return path.to_owned();
    }
    let mut steps: Vec<&str> = Vec::new();
    let last = path.rsplit('/').next();
    for step in path.split('/').skip(1) {
        match step {
            "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    if matches!(last, Some("." | "..")) {
        steps.push("");
    }
    format!("/{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_printed_as_the_official_tools_print_them() {
        for (text, printed) in [
            ("http://x", "http://x"),
            ("http://x:80/", "http://x/"),
            (
                "HTTP://User:P%40@Host:8080/a/../b/./c?q=1 2&z#f g",
                "http://User:P%40@host:8080/b/c?q=1+2&z#f%20g",
            ),
            ("storage:a b", "storage:a%20b"),
            ("storage:%41%2f%zz", "storage:A%2F%25zz"),
            ("storage:/p/../x", "storage:/p/../x"),
            ("storage://Cl/p/../x", "storage://cl/x"),
            ("storage:a#", "storage:a"),
            ("storage:///x", "storage:/x"),
            ("storage:////x", "storage:////x"),
            ("file:/x", "file:///x"),
            ("http:abc", "http:///abc"),
            ("http://@h:80", "http://h"),
            ("x://h:99", "x://h:99"),
            ("//h/p", "//h/p"),
            ("abc", "abc"),
            ("", ""),
        ] {
            assert_eq!(Uri::parse(text).unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn paths_are_appended() {
        for (base, more, joined) in [
            ("storage://cl/a", "b", "storage://cl/a/b"),
            ("storage:a", "b", "storage:a/b"),
            ("storage:", "b", "storage:b"),
            ("storage://cl", "b", "storage://cl/b"),
            ("storage://cl/a/", "b/c", "storage://cl/a/b/c"),
            ("storage:/a", "b c", "storage:/a/b%20c"),
            ("storage://cl/a?x=1#f", "b", "storage://cl/a/b"),
            ("storage://cl/a", "..", "storage://cl/"),
            ("storage:a", "..", "storage:a/.."),
            ("storage://cl/a", "", "storage://cl/a/"),
            ("storage://cl/a", "b%20c", "storage://cl/a/b%2520c"),
        ] {
            assert_eq!(
                Uri::parse(base).unwrap().join(more).unwrap().to_string(),
                joined
            );
        }
        assert!(Uri::parse("storage:a").unwrap().join("/b").is_err());
    }

    #[test]
    fn a_broken_host_or_port_is_refused() {
        assert_eq!(Uri::parse("http://h:99999/"), Err(UriError::PortRange));
        assert_eq!(Uri::parse("http://h:x/"), Err(UriError::Port));
        assert_eq!(Uri::parse("http://h\\x"), Err(UriError::Backslash));
        assert_eq!(
            Uri::parse("http://:80"),
            Err(UriError::NoHost("http".to_owned()))
        );
        assert_eq!(Uri::parse("http://[::1/x"), Err(UriError::Host));
    }
}
