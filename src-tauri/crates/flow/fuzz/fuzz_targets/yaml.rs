//! Any text as YAML.
#![no_main]

use flow_fuzz::held::reading;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &str| {
    reading::as_yaml(written);
});
