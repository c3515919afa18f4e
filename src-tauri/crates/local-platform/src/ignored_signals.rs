//! Signals that whoever started us told us to ignore, as shells do with programs in the background
//! and `nohup` does. Commands we start would inherit that, and Ctrl-C in a terminal of a job would
//! do nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

/// Ignores these signals with handlers from now on, which commands do not inherit.
pub(crate) fn keep_from_commands() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = ignored(&status);
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        if ignored & (1 << (signal - 1)) != 0 {
            // Without a handler commands ignore the signal, as before.
            let _ = flag::register(signal, Arc::new(AtomicBool::new(false)));
        }
    }
}

/// The mask of ignored signals in what the kernel tells of a process.
fn ignored(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read_from_what_the_kernel_tells() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001006\n";
        assert_eq!(ignored(status), 0x1006);
        assert_eq!(ignored(""), 0);
    }
}
