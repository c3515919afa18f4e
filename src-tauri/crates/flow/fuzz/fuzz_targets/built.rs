//! Projects put together from parts that fit.
#![no_main]

use flow_fuzz::built::Built;
use flow_fuzz::held::{asking, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|built: Built| {
    let written = built.written();
    project::whole(written.as_bytes());
    asking::everywhere(written.as_bytes(), 2);
});
