use diagram::{
    Direction, EdgeKind, Graph, Group, Node, NodeState,
    read::{self, DotDrawing, DotProblem},
    write,
};
use proptest::prelude::*;

use crate::sample::bake;

fn read(text: &str) -> DotDrawing {
    read::dot(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn arrows(graph: &Graph) -> Vec<String> {
    let edges = graph.edges.iter();
    edges
        .map(|edge| format!("{} {}", edge.from, edge.to))
        .collect()
}

fn node<'a>(graph: &'a Graph, id: &str) -> &'a Node {
    graph.nodes.iter().find(|node| node.id == id).unwrap()
}

fn refused(text: &str) -> String {
    read::dot(text).unwrap_err().to_string()
}

#[test]
fn nodes_arrows_and_attributes_are_read_as_graphviz_reads_them() {
    let dot = read(
        "\u{FEFF}# a line for the preprocessor\n/* a\n comment */ digraph \"my \\\"graph\\\"\" {\n\
         rankdir = TB; node [shape=box; style=filled, fillcolor=lightblue] // more\n\
         a -> b -> \"c\" + \" d\" [label=\"when \" + \"done\"]\n\
         a:port:ne -> -1.5 ; é_1 [label=<<b>bold</b> &amp;<br/>second>, URL=\"https://x.org/?a&b\"]\n\
         node [fillcolor=\"\"]; later; edge [style=dashed]; later -> b }",
    );
    let graph = &dot.graph;
    let ids: Vec<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c d", "-1.5", "é_1", "later"]);
    assert_eq!(arrows(graph), ["a b", "b c d", "a -1.5", "later b"]);
    assert_eq!(graph.edges[0].label.as_deref(), Some("when done"));
    assert_eq!(graph.edges[3].kind, EdgeKind::Running);
    assert_eq!(dot.direction, Some(Direction::TopDown));
    assert_eq!(dot.title, "my \"graph\"");
    let bold = node(graph, "é_1");
    assert_eq!(
        (bold.label.as_str(), bold.second_line.as_str()),
        ("bold &", "second")
    );
    assert_eq!(bold.link.as_deref(), Some("https://x.org/?a&b"));
    assert_eq!(node(graph, "a").tint.unwrap().to_string(), "#ADD8E6");
    assert_eq!(node(graph, "later").tint, None);
}

#[test]
fn clusters_lie_in_each_other_and_arrows_join_whole_subgraphs() {
    let dot = read(
        "digraph { compound=true; label=\"all\"\n\
         subgraph cluster_out { label=\"outer\"; color=blue; x; subgraph cluster_in { y; z } }\n\
         subgraph plain { rank=same; x; w }\n\
         { p q } -> subgraph plain -> r\n\
         r -> y [lhead=cluster_in]; y -> z [lhead=cluster_in] }",
    );
    let graph = &dot.graph;
    let groups: Vec<(&str, &str, Option<&str>)> = graph
        .groups
        .iter()
        .map(|group| {
            (
                group.id.as_str(),
                group.label.as_str(),
                group.parent.as_deref(),
            )
        })
        .collect();
    assert_eq!(groups, [("out", "outer", None), ("in", "in", Some("out"))]);
    assert_eq!(node(graph, "z").group.as_deref(), Some("in"));
    assert_eq!(node(graph, "x").group.as_deref(), Some("out"));
    assert_eq!(node(graph, "w").group, None);
    assert_eq!(
        arrows(graph),
        ["p x", "p w", "q x", "q w", "x r", "w r", "r in", "y z"]
    );
    assert!(
        dot.hints.iter().any(|hint| hint.contains("rank")),
        "{:?}",
        dot.hints
    );
    assert_eq!(dot.title, "all");
}

#[test]
fn a_node_lies_in_the_innermost_cluster_that_names_it() {
    let dot = read(
        "digraph { a; b; subgraph cluster_1 { a; subgraph cluster_2 { a } b }\n\
         subgraph cluster_3 { b } }",
    );
    assert_eq!(node(&dot.graph, "a").group.as_deref(), Some("2"));
    assert_eq!(node(&dot.graph, "b").group.as_deref(), Some("1"));
    assert!(
        dot.hints.iter().any(|hint| hint.contains("`b`")),
        "{:?}",
        dot.hints
    );
}

#[test]
fn a_strict_graph_has_each_arrow_once() {
    let dot = read("strict digraph { a -> b; a -> b [label=x]; b -> a; a -> a }");
    assert_eq!(arrows(&dot.graph), ["a b", "b a", "a a"]);
    assert_eq!(dot.graph.edges[0].label.as_deref(), Some("x"));
    assert_eq!(
        arrows(&read("digraph { a -> b; a -> b }").graph),
        ["a b", "a b"]
    );
    assert_eq!(
        arrows(&read("strict graph { a -- b; b -- a }").graph),
        ["a b"]
    );
}

#[test]
fn a_graph_without_directions_is_read_with_a_hint() {
    let dot = read("graph { a -- b -- c }");
    assert_eq!(arrows(&dot.graph), ["a b", "b c"]);
    assert!(dot.hints[0].contains("no directions"), "{:?}", dot.hints);
}

#[test]
fn colours_of_a_bake_of_the_official_tool_are_states() {
    let dot = read(
        "strict digraph train {\n\tgraph [compound=true]\n\tnode [style=filled]\n\
         \tload [label=load color=limegreen]\n\
         \tsubgraph cluster_prepare {\n\t\tgraph [label=prepare]\n\t\tgraph [compound=true]\n\
         \t\tgraph [color=steelblue]\n\t\t\"prepare.split\" [label=split color=steelblue]\n\t}\n\
         \tload -> \"prepare.split\" [lhead=cluster_prepare]\n\
         \treport [label=report]\n\
         \t\"prepare.split\" -> report [ltail=cluster_prepare]\n}\n",
    );
    let graph = &dot.graph;
    let state = |id| node(graph, id).state;
    assert_eq!(state("load"), NodeState::Succeeded);
    assert_eq!(state("prepare.split"), NodeState::Running);
    assert_eq!(state("report"), NodeState::Waiting);
    assert_eq!(arrows(graph), ["load prepare", "prepare report"]);
    assert_eq!(graph.groups[0].tint, None);
    let other = read(
        "strict digraph { graph [compound=true] node [style=filled] a [color=red] b [color=orange] }",
    );
    assert_eq!(node(&other.graph, "b").state, NodeState::Plain);
    assert!(node(&other.graph, "b").tint.is_some());
}

#[test]
fn records_lose_their_ports_and_what_is_invisible_is_left_out() {
    let dot = read(
        "digraph { a [shape=record label=\"{<in> load|<out> 3 files}\"]; i [style=invis]; \
         a -> i; a -> b [style=invis]; b -> a [dir=back] }",
    );
    let a = node(&dot.graph, "a");
    assert_eq!(
        (a.label.as_str(), a.second_line.as_str()),
        ("load", "3 files")
    );
    assert_eq!(arrows(&dot.graph), ["a b"]);
    assert_eq!(dot.graph.nodes.len(), 2);
    assert_eq!(dot.hints.len(), 2, "{:?}", dot.hints);
}

#[test]
fn errors_say_where_what_and_what_to_do() {
    for (text, wanted) in [
        (
            "",
            "1:1: this is no DOT file: it has to begin with `digraph {`, but begins with the end of the file",
        ),
        ("tasks:\n- a", "1:1: this is no DOT file"),
        (
            "digraph {\n  a -> b\n",
            "1:9: this `{` is never closed: add a `}`",
        ),
        (
            "digraph {\n  a -- b }",
            "2:5: `--` is for a graph without directions: write `->` here",
        ),
        (
            "graph { a -> b }",
            "1:11: `->` is for a digraph: write `--` here",
        ),
        (
            "digraph { a [label=\"x ] }",
            "1:20: this string is never closed",
        ),
        (
            "digraph { a [label=<x ] }",
            "1:20: this HTML label is never closed",
        ),
        ("digraph { /* a }", "1:11: this comment is never closed"),
        (
            "digraph { ä-b }",
            "1:12: `-` means nothing here: put names with such characters between double quotes",
        ),
        ("digraph { 3d -> b }", "1:11: `3d` begins like a number"),
        (
            "digraph { a [bold] }",
            "1:18: `]` stands where `=` and the value of the attribute should be",
        ),
        (
            "digraph { a -> ; }",
            "1:16: `;` stands where the node at the end of the arrow should be",
        ),
        ("digraph { a [x=\"1\" + 2] }", "1:20: `+` joins two strings"),
        (
            "digraph { } }",
            "1:13: `}` stands where the end of the file should be",
        ),
        (
            "digraph { a = }",
            "1:15: `}` stands where the value of the attribute should be",
        ),
    ] {
        let said = refused(text);
        assert!(said.starts_with(wanted), "{text:?}: {said}");
    }
}

#[test]
fn deep_and_large_files_are_refused_before_they_hurt() {
    let deep = format!("digraph {}{}", "{".repeat(100_000), "}".repeat(100_000));
    assert!(matches!(
        read::dot(&deep).unwrap_err().problem,
        DotProblem::TooDeep { .. }
    ));
    let many: String = (0..3000).map(|number| format!(" n{number}")).collect();
    let wide = format!("digraph {{ subgraph s {{ {many} }} subgraph s -> subgraph s }}");
    assert!(matches!(
        read::dot(&wide).unwrap_err().problem,
        DotProblem::TooMany { .. }
    ));
    let again = format!(
        "digraph {{ subgraph s {{ {many} }} {} }}",
        "subgraph s -> {} ".repeat(10_000)
    );
    assert!(matches!(
        read::dot(&again).unwrap_err().problem,
        DotProblem::TooMany { .. }
    ));
    let html = format!("digraph {{ a [label={}] }}", "<".repeat(1_000_000));
    assert!(matches!(
        read::dot(&html).unwrap_err().problem,
        DotProblem::OpenHtml
    ));
}

#[test]
fn what_we_write_is_read_back() {
    let graph = bake();
    let dot = read(&write::dot(&graph, Direction::TopDown));
    assert_eq!(dot.direction, Some(Direction::TopDown));
    let ids = |graph: &Graph| -> Vec<(String, NodeState, String)> {
        let mut ids: Vec<_> = graph
            .nodes
            .iter()
            .map(|node| (node.id.clone(), node.state, node.second_line.clone()))
            .collect();
        ids.sort_by(|a, b| a.0.cmp(&b.0));
        ids
    };
    assert_eq!(ids(&dot.graph), ids(&graph));
    assert_eq!(dot.graph.groups.len(), graph.groups.len());
    assert_eq!(dot.graph.edges.len(), graph.edges.len());
}

#[test]
fn the_form_for_comparisons_has_a_box_at_both_ends_of_every_line() {
    let graph = bake();
    let layout = diagram::layout(&graph, &diagram::LayoutOptions::default()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&write::json(&graph, &layout)).unwrap();
    let nodes = json["nodes"].as_array().unwrap();
    let edges = json["edges"].as_array().unwrap();
    assert_eq!(
        (nodes.len(), edges.len()),
        (graph.nodes.len(), graph.edges.len())
    );
    let id = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let ids: Vec<String> = nodes.iter().map(|node| id(&node["id"])).collect();
    for edge in edges {
        assert!(
            ids.contains(&id(&edge["from"])) && ids.contains(&id(&edge["to"])),
            "{edge}"
        );
        assert!(edge["points"].as_array().unwrap().len() >= 2);
    }
    let from_group = edges
        .iter()
        .find(|edge| edge["fromGroup"] == "prepare")
        .unwrap();
    assert_eq!(from_group["from"], "prepare.verify");
    let first = &nodes[0];
    let middle = layout.nodes[0].rect.centre();
    assert_eq!(first["x"].as_f64().unwrap(), f64::from(middle.x));
}

/// A graph with any names, whose groups lie in earlier ones.
fn named_graphs() -> impl Strategy<Value = Graph> {
    let name = "[^\\\\]{0,12}";
    let nodes = proptest::collection::vec((name, name, 0..4_usize, 0..NodeState::ALL.len()), 1..12);
    let arrows = proptest::collection::vec((0..12_usize, 0..12_usize, any::<bool>(), name), 0..16);
    (nodes, arrows, proptest::collection::vec(name, 3)).prop_map(|(nodes, arrows, groups)| {
        let mut graph = Graph::default();
        for (number, label) in groups.iter().enumerate() {
            let mut group = Group::new(format!("group {number}"), label);
            group.parent = (number == 1).then(|| "group 0".to_owned());
            graph.groups.push(group);
        }
        for (number, (id, label, home, state)) in nodes.iter().enumerate() {
            let mut node = Node::task(format!("{number}{id}"), label);
            node.group = (*home < 3).then(|| format!("group {home}"));
            node.state = NodeState::ALL[*state];
            graph.nodes.push(node);
        }
        for (from, to, running, label) in arrows {
            let id = |number: usize| graph.nodes[number % nodes.len()].id.clone();
            let kind = if running {
                EdgeKind::Running
            } else {
                EdgeKind::Completed
            };
            let mut edge = diagram::Edge::new(id(from), id(to), kind);
            edge.label = Some(label);
            graph.edges.push(edge);
        }
        graph
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_a_read_graph_can_be_laid_out(text in ".{0,200}") {
        check(&text);
        check(&format!("digraph {{ {text} }}"));
    }

    #[test]
    fn texts_of_the_words_of_dot_are_read_or_refused(
        words in proptest::collection::vec(proptest::sample::select(&[
            "digraph", "graph", "strict", "subgraph", "node", "edge", "{", "}", "{", "}", "[", "]", "=", "->",
            "--", ";", ",", ":", "+", "a", "b", "cluster_1", "cluster_2", "label", "\"x", "\"", "<b>", "lhead",
            "compound=true", "/*", "*/", "//", "\n", "#", "-1", ".5", "style=invis", "é",
        ][..]), 0..60),
    ) {
        check(&words.join(" "));
        check(&format!("digraph {{ {} }}", words.join(" ")));
    }

    #[test]
    fn any_graph_that_we_write_is_read_back(graph in named_graphs()) {
        let dot = read(&write::dot(&graph, Direction::LeftToRight));
        prop_assert_eq!(dot.graph.nodes.len(), graph.nodes.len());
        prop_assert_eq!(dot.graph.edges.len(), graph.edges.len());
        prop_assert!(dot.graph.check().is_ok());
        for (read, wrote) in dot.graph.edges.iter().zip(&graph.edges) {
            prop_assert_eq!(read.kind, wrote.kind);
        }
    }
}

fn check(text: &str) {
    if let Ok(dot) = read::dot(text) {
        let layout = diagram::layout(&dot.graph, &diagram::LayoutOptions::default());
        assert_eq!(layout.unwrap().nodes.len(), dot.graph.nodes.len());
    }
}
