//! The supervisor of one job, on its own: `local-platform-supervisor __job DIR`. The tests of this
//! crate run jobs under it; the application's own programs do the same when called with `__job`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [word, folder] = &arguments[..] else {
        return ExitCode::from(2);
    };
    if word != local_platform::JOB_WORD {
        return ExitCode::from(2);
    }
    let code = local_platform::supervise(Path::new(folder));
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
