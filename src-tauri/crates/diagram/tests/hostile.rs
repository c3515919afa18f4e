use diagram::{
    Direction, DisplayList, DrawOptions, Edge, Graph, LayoutOptions, Node, NodeState, Theme, draw,
    layout, write,
};

use crate::{sample::group, snapshots::sheet, tools::run};

/// Names that break careless writers.
fn names() -> Vec<String> {
    vec![
        "<script>&\"'</script> ]]>".to_owned(),
        "a \"quoted\" \\ name \\\" \\N \\G".to_owned(),
        "line\nbreak\r\n\ttab".to_owned(),
        "control \u{0}\u{1}\u{8}\u{B}\u{1B}[31m\u{7F}\u{85}\u{FFFE}\u{FFFF}".to_owned(),
        "🍞🥖 bread 👩‍🍳 and 日本語".to_owned(),
        "עברית العربية \u{202E}reversed\u{202C}".to_owned(),
        "long ".repeat(2000),
        "w".repeat(10_000),
        "(parentheses) <hex> %percent /Name".to_owned(),
        "a\u{301}\u{302}\u{303}".to_owned(),
        " ".to_owned(),
        String::new(),
        "--><!-- {} ; } //".to_owned(),
    ]
}

fn hostile() -> Graph {
    let mut graph = Graph::default();
    for (number, name) in names().into_iter().enumerate() {
        let mut node = Node::task(format!("{number}{name}"), name.clone());
        node.state = NodeState::ALL[number % NodeState::ALL.len()];
        node.second_line.clone_from(&name);
        node.note = Some(name.clone());
        node.link = Some(if number % 2 == 0 {
            format!("https://example.org/?q={name}")
        } else {
            format!("javascript:alert('{name}')")
        });
        node.progress = Some([f32::NAN, f32::INFINITY, -1.0, 2.0][number % 4]);
        node.group = (number % 3 == 0).then(|| "the \"group\"\n<>".to_owned());
        graph.nodes.push(node);
    }
    for pair in graph.nodes.clone().windows(2) {
        graph.edges.push(Edge::running(&pair[0].id, &pair[1].id));
    }
    graph
        .groups
        .push(group("the \"group\"\n<>", "🍞 <b>\u{0}&"));
    graph
}

fn list() -> DisplayList {
    let graph = hostile();
    let layout = layout(&graph, &LayoutOptions::default()).unwrap();
    draw(&graph, &layout, Theme::Light, &DrawOptions::default())
}

#[test]
fn svg_stays_well_formed_and_runs_nothing() {
    let svg = write::svg(&list());
    assert!(!svg.contains("<script"), "a name became markup");
    assert!(!svg.contains("javascript:alert"), "a link runs something");
    let bad = svg
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(bad, None);
    well_formed(&svg);
}

/// A strict little reader of XML: tags match, attributes are quoted, `&` begins an entity.
fn well_formed(text: &str) {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        rest = &rest[at..];
        if rest.starts_with('&') {
            let end = rest.find(';').unwrap();
            let entity = &rest[1..end];
            assert!(
                ["amp", "lt", "gt", "quot", "#39"].contains(&entity),
                "{entity}"
            );
            rest = &rest[end..];
            continue;
        }
        let end = rest.find('>').unwrap();
        let tag = &rest[1..end];
        assert!(!tag.contains('<'), "{tag}");
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()));
        } else if !tag.ends_with('/') {
            let name = tag.split_whitespace().next().unwrap();
            open.push(name.to_owned());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

#[test]
fn pdf_and_png_are_written() {
    let list = list();
    let pdf = write::pdf(&list, &write::PdfOptions::default());
    assert!(pdf.starts_with(b"%PDF-"));
    let png = write::png(&list, 1.0).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
}

#[test]
fn dot_is_written_even_for_a_graph_that_makes_no_sense() {
    let mut graph = hostile();
    graph.edges.push(Edge::completed("nowhere", "at all"));
    graph.groups[0].parent = Some(graph.groups[0].id.clone());
    let dot = write::dot(&graph, Direction::LeftToRight);
    assert!(dot.starts_with("digraph"));
    assert!(dot.trim_end().ends_with('}'));
}

#[test]
fn a_picture_larger_than_memory_is_refused_with_advice() {
    let mut list = list();
    for scale in [0.0, -1.0, f32::NAN, 1.0e9] {
        let error = write::png(&list, scale).unwrap_err();
        assert!(error.to_string().contains("smaller scale"), "{error}");
    }
    list.width = 0.0;
    assert!(write::png(&list, 1.0).is_err());
}

#[test]
fn xmllint_finds_no_fault_and_no_unknown_attribute_in_an_svg() {
    const ELEMENTS: &str = " svg title desc style path text a g ";
    const ATTRIBUTES: &str = " width height viewBox role aria-labelledby id d fill fill-opacity \
        stroke stroke-opacity stroke-width stroke-linejoin stroke-linecap stroke-dasharray href \
        class data-id data-index x y font-family font-size font-weight text-anchor textLength ";
    let among =
        |names: &str, name: &str| format!("not(contains('{names}', concat(' ', {name}, ' ')))");
    let unknown = format!(
        "concat(count(//*[{}]), ' ', count(//@*[{}]), ' ', count(//*[local-name() = 'path']) > 50)",
        among(ELEMENTS, "local-name()"),
        among(ATTRIBUTES, "name()")
    );
    let graph = hostile();
    let layout = layout(&graph, &LayoutOptions::default()).unwrap();
    for theme in [Theme::Light, Theme::Dark] {
        let svg = write::svg_titled(&draw(&graph, &layout, theme, &sheet()), "a <title>");
        let arguments = ["--nonet", "--huge", "--xpath", &unknown, "-"];
        let Some(found) = run("xmllint", &arguments, svg.as_bytes()) else {
            return;
        };
        assert_eq!(found.trim(), "0 0 true");
    }
}

#[test]
fn graphviz_reads_names_that_break_careless_writers() {
    let mut graph = hostile();
    for word in [
        "node", "edge", "graph", "subgraph", "strict", "digraph", "1.2.3", "-",
    ] {
        graph.nodes.push(Node::task(word, word));
        graph.edges.push(Edge::completed(word, &graph.nodes[0].id));
    }
    for direction in [Direction::LeftToRight, Direction::TopDown] {
        let dot = write::dot(&graph, direction);
        let Some(plain) = run("dot", &["-Tplain"], dot.as_bytes()) else {
            return;
        };
        assert!(!plain.contains("Warning"), "{plain}");
        let count = |kind: &str| plain.lines().filter(|line| line.starts_with(kind)).count();
        // a name that goes over lines begins no line with these words
        assert_eq!(count("node "), graph.nodes.len());
        assert_eq!(count("edge "), graph.edges.len());
    }
}
