//! Any bytes as a project: checked, evaluated, expanded, played through.
#![no_main]

use flow_fuzz::held::project;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    project::whole(bytes);
});
