//! Any text as a field of every type.
#![no_main]

use expression_fuzz::held;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &str| {
    held::field(written);
});
