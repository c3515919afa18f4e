//! Names of things on the platform: `storage:data`, `image:tool:v1`, in full and shortened.

use crate::error::Fault;
use crate::value::Uri;
use crate::world::Home;

const SCHEMES: [&str; 7] = ["storage", "image", "job", "secret", "disk", "blob", "flow"];

/// The full form of a name: cluster, organisation and project are filled in.
pub(crate) fn absolute(
    text: &str,
    project: &str,
    home: &Home,
    allowed: &[&str],
) -> Result<Uri, Fault> {
    let uri = Uri::parse(text)?;
    let scheme = uri.scheme();
    if scheme.chars().count() <= 1 {
        let allowed = allowed.join(", ");
        let message = format!("URI Scheme not specified. Please specify one of {allowed}.");
        return Err(Fault::new(message).help("begin with storage:, disk:, secret: or image:"));
    }
    if !allowed.is_empty() && !allowed.contains(&scheme) {
        let named: Vec<String> = allowed.iter().map(|name| format!("'{name}:'")).collect();
        let verb = if named.len() > 1 { "are" } else { "is" };
        let message = format!(
            "Invalid scheme '{scheme}:' (only {} {verb} allowed)",
            named.join(", ")
        );
        return Err(Fault::new(message));
    }
    refuse_extras(text, &uri)?;
    let path = uri.path();
    if uri
        .host()
        .map_or(path.trim_start_matches('/'), |host| host)
        .starts_with('~')
    {
        return Err(Fault::new(format!("Cannot expand user for {uri}")));
    }
    if uri.host().is_some() {
        return Ok(uri);
    }
    if !SCHEMES.contains(&scheme) {
        return Err(Fault::new(format!(
            "Absolute URI is required for scheme {scheme}"
        )));
    }
    Ok(Uri::build(
        scheme,
        &home.cluster,
        &placed(&path, project, home.org.as_deref()),
    ))
}

/// The path below the cluster.
fn placed(path: &str, project: &str, org: Option<&str>) -> String {
    let path = match path.strip_prefix('/') {
        Some(_) => path.trim_start_matches('/').to_owned(),
        None if path.is_empty() => project.to_owned(),
        None => format!("{project}/{path}"),
    };
    org.map_or_else(|| format!("/{path}"), |org| format!("/{org}/{path}"))
}

fn refuse_extras(text: &str, uri: &Uri) -> Result<(), Fault> {
    let scheme = uri.scheme();
    let refused = if text.contains('#') {
        format!("Fragment part is not allowed in {scheme} URI. Use '%23' to quote '#' in path.")
    } else if text.contains('?') {
        format!("Query part is not allowed in {scheme} URI. Use '%3F' to quote '?' in path.")
    } else if uri.user().is_some() {
        format!("User is not allowed in {scheme} URI.")
    } else if uri.port().is_some() {
        format!("Port is not allowed in {scheme} URI")
    } else {
        return Ok(());
    };
    Err(Fault::new(refused))
}

/// The short form: what the account sees as its own is written without cluster and project.
pub(crate) fn short(uri: &Uri, home: &Home) -> Uri {
    if uri.host() != Some(home.cluster.as_str()) {
        return trimmed(uri);
    }
    let prefix = home
        .org
        .as_deref()
        .map_or(String::new(), |org| format!("/{org}"));
    let prefix = format!("{prefix}/{}", home.project);
    let rest = uri.raw_path().strip_prefix(&prefix);
    match rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(rest) => Uri::relative(uri.scheme(), rest.trim_matches('/')),
        None => trimmed(uri),
    }
}

fn trimmed(uri: &Uri) -> Uri {
    uri.with_raw_path(uri.raw_path().trim_end_matches('/'))
}
