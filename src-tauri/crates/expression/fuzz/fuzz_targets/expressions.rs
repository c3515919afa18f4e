//! Any text as an expression: read, checked, evaluated with contexts, printed.
#![no_main]

use expression_fuzz::held;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &str| {
    held::any(written);
});
