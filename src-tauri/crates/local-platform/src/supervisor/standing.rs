//! A supervisor that stays: it looks after one job after the other, one at a time.
//!
//! Starting a program costs more than most short jobs do. So the server keeps supervisors whose job
//! has ended for a while. It names the next job in a line of the standard input, which is a socket
//! to the server; [`FREE`] comes back over it once the job is on record and nothing of it is left
//! here. When the server is gone, the job goes on, and after its end so does its supervisor. Secrets
//! do not come this way: a job that has some gets a supervisor of its own.

use std::io;
use std::path::Path;

use super::{Secrets, one};

/// Says that the next job may come.
pub(crate) const FREE: u8 = b'.';

/// Looks after the jobs that the server names, until it has none more.
pub(super) fn serve(jobs: &Path) -> i32 {
    loop {
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            // A line without an end was cut off: the next server starts that job.
            Ok(_) if line.ends_with('\n') => {}
            _ => return 0,
        }
        let ended = one(&jobs.join(line.trim_end()), || Some(Secrets::default()));
        // Without an end on record the server has to see us go.
        let stays = ended.is_free && ended.code == 0;
        if !stays || rustix::io::write(io::stdin(), &[FREE]).is_err() {
            return ended.code;
        }
    }
}
