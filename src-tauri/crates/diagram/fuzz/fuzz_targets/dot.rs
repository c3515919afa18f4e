//! Any text as DOT; what is read is laid out, written as DOT and read again.
#![no_main]

use diagram::{Direction, LayoutOptions, read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(dot) = read::dot(text) else {
        return;
    };
    let graph = &dot.graph;
    if graph.nodes.len() <= 200 && graph.edges.len() <= 400 {
        let layout = diagram::layout(graph, &LayoutOptions::default()).expect("names are sound");
        assert_eq!(layout.nodes.len(), graph.nodes.len());
    }
    let again = read::dot(&write::dot(graph, Direction::LeftToRight)).expect("ours is DOT");
    assert_eq!(again.graph.nodes.len(), graph.nodes.len());
    assert_eq!(again.graph.edges.len(), graph.edges.len());
});
