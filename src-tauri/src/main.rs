//! The program `bakehouse-desktop`: a window, or what a job of the local platform needs.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = workbench::second_life() {
        return ExitCode::from(code);
    }
    bakehouse_desktop_lib::run()
}
