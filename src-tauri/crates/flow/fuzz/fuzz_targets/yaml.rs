//! Any text as YAML, and as each kind of file.
#![no_main]

use flow::read::{Document, read};
use libfuzzer_sys::fuzz_target;
use source::Text;

fuzz_target!(|written: &str| {
    let text = Text::new("f.yml", written);
    let _ = flow::yaml::read(&text);
    for document in [
        Document::Live,
        Document::Batch,
        Document::Project,
        Document::Action,
    ] {
        for found in read(&text, document).diagnostics {
            assert!(found.span.end <= written.len() + 1, "{found:?}");
        }
    }
});
