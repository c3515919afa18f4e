//! Keys set and removed in any text; the first line is a value of its own.
#![no_main]

use flow_fuzz::held::editing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &str| {
    let (word, text) = written.split_once('\n').unwrap_or((written, ""));
    editing::quotes(word);
    editing::keys(text, word);
});
