//! Any text as a template, read and evaluated with a few contexts.
#![no_main]

use expression::{Dict, Nowhere, evaluate, parse_text};
use libfuzzer_sys::fuzz_target;
use source::Text;

fuzz_target!(|written: &str| {
    let parsed = parse_text(&Text::new("f.yml", written));
    for found in &parsed.diagnostics {
        assert!(found.span.end <= written.len() + 1, "{found:?}");
    }
    let params: Dict = [("a", "1"), ("b", "[1, 2]")].into_iter().collect();
    let contexts: Dict = [("params", params)].into_iter().collect();
    let _ = evaluate(&parsed.tree, &contexts, &mut Nowhere);
});
