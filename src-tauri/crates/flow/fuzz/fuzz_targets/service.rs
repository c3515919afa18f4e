//! Any bytes as a project an editor asks about.
#![no_main]

use flow_fuzz::held::asking;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    asking::everywhere(bytes, 24);
});
