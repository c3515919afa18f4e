//! A template in a zip archive, opened as the application opens it.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use template::Tree;
use template_store::{
    Freshness, Limits, Network, OpenError, Reference, Stop, Store, Terms, Wanted, Watch,
    no_credentials,
};

/// The files of a template in an archive, or why there are none.
pub(crate) fn tree(path: &Path) -> Result<Result<Tree, OpenError>> {
    let scratch = tempfile::tempdir()?;
    let terms = Terms {
        freshness: Freshness::Offline,
        network: &Network::default(),
        answerer: no_credentials(),
        password: None,
        limits: Limits::default(),
        watch: Watch {
            progress: &|_| {},
            stop: &Stop::default(),
            limit: Duration::from_secs(60),
        },
    };
    let wanted = Wanted::new(Reference::ZipFile(path.to_owned()));
    let opened = Store::new(scratch.path()).open(&wanted, &terms);
    Ok(opened.map(|opened| opened.tree))
}
