//! The few variables a hook sees. No token gets through.

use std::ffi::OsString;
use std::path::Path;

/// Variables that are handed on as they are.
const HANDED_ON: &[&str] = &[
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SYSTEMROOT",
    "COMSPEC",
    "PATHEXT",
    "WINDIR",
    "NUMBER_OF_PROCESSORS",
];

/// Variables that are handed on when the net is allowed, unless they hold a password.
const FOR_THE_NET: &[&str] = &[
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
];

/// What a hook gets out of the surroundings of the application. `home` is a folder of its own.
pub(crate) fn clean(
    around: impl Fn(&str) -> Option<OsString>,
    home: &Path,
    network: bool,
) -> Vec<(OsString, OsString)> {
    let mut all: Vec<(OsString, OsString)> = HANDED_ON
        .iter()
        .filter_map(|name| Some(((*name).into(), around(name)?)))
        .collect();
    if network {
        let harmless = |value: &OsString| !value.to_string_lossy().contains('@');
        all.extend(
            FOR_THE_NET
                .iter()
                .filter_map(|name| Some(((*name).into(), around(name).filter(harmless)?))),
        );
    }
    for name in ["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"] {
        all.push((name.into(), home.as_os_str().to_owned()));
    }
    all.push(("PYTHONUNBUFFERED".into(), "1".into()));
    all.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
    all
}
