//! The hidden second life of our programs: looking after one job.

use std::path::Path;

/// The word that makes one of our programs a supervisor.
const SUPERVISE: &str = "__job";

/// Looks after a job if the command line asks for it (`PROGRAM __job FOLDER`), and answers the exit
/// code to end with. To be called first in `main`.
pub fn supervise_if_asked() -> Option<i32> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != SUPERVISE {
        return None;
    }
    let folder = words.next()?;
    Some(local_platform::supervise(Path::new(&folder)))
}
