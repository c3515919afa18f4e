//! What a person types to name a template, understood: bundled, folder, zip or git.

use std::fmt;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use url::Url;

use crate::credential::{Credential, Secret};

/// Abbreviations that are always there.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("gh", "https://github.com/{0}.git"),
    ("gl", "https://gitlab.com/{0}.git"),
    ("bb", "https://bitbucket.org/{0}"),
];

/// Where a template lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Part of the application.
    Bundled(String),
    /// A folder of this computer.
    Folder(PathBuf),
    /// A zip file of this computer.
    ZipFile(PathBuf),
    /// A zip file in the web, with what the address told about a user.
    ZipUrl {
        /// The address, without user and password.
        url: Url,
        /// User and password that stood in the address.
        credential: Option<Credential>,
    },
    /// A git repository.
    Git(GitAddress),
}

/// The address of a git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitAddress {
    /// The address, without a password.
    pub url: String,
    /// The folder it lies in, when it is a repository of this computer.
    pub local: Option<PathBuf>,
    /// User and password that stood in the address; used, never kept.
    pub credential: Option<Credential>,
}

/// What a typed reference is read against.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Abbreviations of the person, such as those of `~/.cookiecutterrc`; `{0}` is replaced.
    pub abbreviations: &'a IndexMap<String, String>,
    /// The home folder, for `~`.
    pub home: Option<&'a Path>,
    /// The folder that relative paths begin at.
    pub base: &'a Path,
}

/// Why a text names no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// Nothing was typed.
    #[error("type where the template is: a folder, a zip file or the address of a git repository")]
    Empty,
    /// Mercurial.
    #[error("`{text}` is a Mercurial repository; only git, zip files and folders can be read")]
    Mercurial {
        /// What was typed.
        text: String,
    },
    /// No address.
    #[error("`{text}` is no address: {why}")]
    BadAddress {
        /// What was typed, without a password.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// A way of transport that is not known.
    #[error("`{scheme}:` is no way to fetch a template; known are https, http, ssh, git and file")]
    UnknownScheme {
        /// The first part of the address.
        scheme: String,
    },
}

impl Reference {
    /// Understands what was typed.
    ///
    /// # Errors
    /// When it names nothing that could be fetched.
    pub fn parse(typed: &str, reading: &Reading<'_>) -> Result<Self, ReferenceError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if let Some(id) = typed.strip_prefix("bundled:") {
            return Ok(Self::Bundled(id.to_owned()));
        }
        let text = expand(typed, reading.abbreviations);
        if text.starts_with("hg+") {
            return Err(ReferenceError::Mercurial { text });
        }
        let text = text.strip_prefix("git+").unwrap_or(&text);
        match scheme(text) {
            Some(scheme) => by_scheme(&scheme, text),
            None if is_scp(text) => Ok(Self::Git(GitAddress::plain(text))),
            None => Ok(by_path(text, reading)),
        }
    }

    /// The name under which a project or the cache remembers it. Holds no password.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Bundled(id) => format!("bundled:{id}"),
            Self::Folder(path) | Self::ZipFile(path) => path.display().to_string(),
            Self::ZipUrl { url, .. } => url.to_string(),
            Self::Git(address) => address.url.clone(),
        }
    }

    /// Whether it lies on this computer, so that no cache is needed.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Bundled(_) | Self::Folder(_) | Self::ZipFile(_) => true,
            Self::ZipUrl { .. } => false,
            Self::Git(address) => address.local.is_some(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl GitAddress {
    /// An address that holds no password.
    #[must_use]
    pub fn plain(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            local: None,
            credential: None,
        }
    }

    /// A repository of this computer.
    #[must_use]
    pub fn local(path: &Path) -> Self {
        let url = Url::from_file_path(path)
            .map_or_else(|()| path.display().to_string(), |url| url.to_string());
        Self {
            url,
            local: Some(path.to_owned()),
            credential: None,
        }
    }
}

/// The typed text with an abbreviation written out: an exact name first, then what stands before `:`.
fn expand(typed: &str, own: &IndexMap<String, String>) -> String {
    let known = |name: &str| {
        let built_in = ABBREVIATIONS.iter().find(|(short, _)| *short == name);
        own.get(name)
            .map(String::as_str)
            .or(built_in.map(|(_, long)| *long))
    };
    if let Some(exact) = own.get(typed) {
        return exact.clone();
    }
    match typed.split_once(':') {
        Some((name, rest)) if !rest.starts_with("//") => match known(name) {
            Some(long) => long.replace("{0}", rest),
            None => typed.to_owned(),
        },
        _ => typed.to_owned(),
    }
}

fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once("://")?;
    let word = scheme
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || "+-.".contains(one));
    (word && !scheme.is_empty()).then(|| scheme.to_ascii_lowercase())
}

/// `user@host:path`, or `host.name:path`; never a drive of Windows.
fn is_scp(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else {
        return false;
    };
    let named = host.contains('@') || host.contains('.');
    !path.is_empty() && named && host.len() > 1 && !host.contains(['/', '\\', ' '])
}

fn is_zip(path: &str) -> bool {
    path.len() > 4 && path.to_ascii_lowercase().ends_with(".zip")
}

fn by_scheme(scheme: &str, text: &str) -> Result<Reference, ReferenceError> {
    match scheme {
        "http" | "https" => web(text),
        "file" => file(text),
        "ssh" | "git" => Ok(Reference::Git(GitAddress::plain(&without_password(text)?))),
        _ => Err(ReferenceError::UnknownScheme {
            scheme: scheme.to_owned(),
        }),
    }
}

fn address(text: &str) -> Result<Url, ReferenceError> {
    Url::parse(text).map_err(|error| ReferenceError::BadAddress {
        text: text.rsplit('@').next().unwrap_or(text).to_owned(),
        why: error.to_string(),
    })
}

fn without_password(text: &str) -> Result<String, ReferenceError> {
    let mut url = address(text)?;
    // Addresses with a host always take this; others have no password.
    let _ = url.set_password(None);
    Ok(url.to_string())
}

fn web(text: &str) -> Result<Reference, ReferenceError> {
    let mut url = address(text)?;
    let credential = taken_out(&mut url);
    if is_zip(url.path()) {
        return Ok(Reference::ZipUrl { url, credential });
    }
    Ok(Reference::Git(GitAddress {
        url: url.to_string(),
        local: None,
        credential,
    }))
}

/// User and password of an address, which loses them.
fn taken_out(url: &mut Url) -> Option<Credential> {
    let user = decoded(url.username());
    let secret = url.password().map(decoded);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    match (user.is_empty(), secret) {
        (true, None) => None,
        // A token alone stands where the user stands.
        (false, None) => Some(Credential {
            user: "x-access-token".to_owned(),
            secret: Secret::new(user),
        }),
        (_, Some(secret)) => Some(Credential {
            user,
            secret: Secret::new(secret),
        }),
    }
}

fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
        .next()
        .map(|(key, _)| key.into_owned().into_bytes())
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn file(text: &str) -> Result<Reference, ReferenceError> {
    let url = address(text)?;
    let path = url
        .to_file_path()
        .map_err(|()| ReferenceError::BadAddress {
            text: text.to_owned(),
            why: "it names no file of this computer".to_owned(),
        })?;
    Ok(if is_zip(url.path()) && !path.is_dir() {
        Reference::ZipFile(path)
    } else if is_repository(&path) || !path.exists() {
        // What is gone may have been a repository, of which there may be a copy.
        Reference::Git(GitAddress {
            url: url.to_string(),
            ..GitAddress::local(&path)
        })
    } else {
        Reference::Folder(path)
    })
}

fn by_path(text: &str, reading: &Reading<'_>) -> Reference {
    let path = match (text.strip_prefix("~/"), reading.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => reading.base.join(text),
    };
    if is_zip(text) && !path.is_dir() {
        return Reference::ZipFile(path);
    }
    if !path.exists() && template::bundled::find(text).is_some() {
        return Reference::Bundled(text.to_owned());
    }
    if path.extension().is_some_and(|end| end == "git") && is_repository(&path) {
        return Reference::Git(GitAddress::local(&path));
    }
    Reference::Folder(path)
}

/// Whether a folder is a repository or a work tree, as far as its names tell.
pub(crate) fn is_repository(path: &Path) -> bool {
    path.join(".git").exists() || (path.join("HEAD").is_file() && path.join("objects").is_dir())
}
