//! The program `bakehouse-desktop`: a window, or the supervisor of one job.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = workbench::supervise_if_asked() {
        return ExitCode::from(u8::try_from(code).unwrap_or(1));
    }
    bakehouse_desktop_lib::run()
}
