use std::collections::BTreeSet;

use diagram::{
    DrawOptions, Edge, Fold, Graph, Group, LayoutOptions, Node, NodeKind, NodeState, Orientation,
    Page, Paper, Print, Theme, fold, layout, print, write,
};

use crate::{sample::bake, snapshots::sheet, tools::run};

/// A bake that no page holds.
fn large() -> Graph {
    let mut graph = Graph::default();
    for stage in 0..14 {
        graph.groups.push(Group::new(
            format!("stage-{stage}"),
            format!("stage {stage}"),
        ));
        for number in 0..20 {
            let mut node = Node::task(
                format!("s{stage}.t{number}"),
                format!("task-{stage}-{number}"),
            );
            node.group = Some(format!("stage-{stage}"));
            node.state = NodeState::ALL[number % 9];
            graph.nodes.push(node);
            if stage > 0 {
                let before = format!("s{}.t{number}", stage - 1);
                graph
                    .edges
                    .push(Edge::completed(before, format!("s{stage}.t{number}")));
            }
        }
    }
    graph
}

fn printed(graph: &Graph, page: Page, orientation: Orientation) -> Print {
    let options = DrawOptions {
        page: Paper { page, orientation },
        ..sheet()
    };
    let layout = layout(graph, &LayoutOptions::default()).unwrap();
    print(graph, &layout, Theme::Light, &options)
}

#[test]
fn a_large_graph_is_divided_over_pages_and_nothing_is_lost() {
    let graph = large();
    let print = printed(&graph, Page::A4, Orientation::Auto);
    assert!(print.pages.len() > 3, "{}", print.pages.len());
    let file = write::pdf_of(&print, "large");
    let Some(text) = run("pdftotext", &["-raw", "-", "-"], &file) else {
        return;
    };
    let pages: Vec<&str> = text.split('\u{C}').collect();
    let tiles = pages[1..].concat();
    for node in &graph.nodes {
        assert!(tiles.contains(&node.label), "{} is on no page", node.label);
    }
    let number = format!("Page 1 of {}", print.pages.len());
    assert!(pages[0].contains(&number), "{}", pages[0]);
    assert!(pages[1].contains("row 1 of"), "{}", pages[1]);
    assert!(pages[1].contains("→ row 1, column 2"), "{}", pages[1]);
    assert!(pages[1].contains(&format!("Page 2 of {}", print.pages.len())));
    assert!(pages[1].contains("Failed"), "no legend: {}", pages[1]);
}

#[test]
fn papers_lie_as_asked_and_a_small_graph_takes_one_page() {
    let graph = bake();
    for (page, orientation, wide) in [
        (Page::A4, Orientation::Portrait, false),
        (Page::A4, Orientation::Landscape, true),
        (Page::Letter, Orientation::Auto, true),
    ] {
        let print = printed(&graph, page, orientation);
        assert!(
            print
                .pages
                .iter()
                .all(|page| (page.width > page.height) == wide)
        );
    }
    assert_eq!(printed(&graph, Page::A4, Orientation::Auto).pages.len(), 1);
}

#[test]
fn every_group_has_a_bookmark_that_leads_to_it() {
    let graph = large();
    for page in [Page::Fit, Page::A3] {
        let print = printed(&graph, page, Orientation::Auto);
        for group in &graph.groups {
            let mark = print
                .bookmarks
                .iter()
                .find(|mark| mark.title == group.label);
            let mark = mark.unwrap_or_else(|| panic!("{} is missing", group.label));
            assert!(
                mark.page < print.pages.len() && mark.at.width > 0.0,
                "{mark:?}"
            );
        }
    }
    let file = write::pdf_of(&printed(&graph, Page::A3, Orientation::Auto), "large");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pdf");
    std::fs::write(&path, file).unwrap();
    if let Some(said) = run("qpdf", &["--check", path.to_str().unwrap()], b"") {
        assert!(
            said.contains("No syntax or stream encoding errors"),
            "{said}"
        );
    }
}

#[test]
fn a_folded_group_is_one_box_with_its_counts_and_its_arrows_are_bundled() {
    let graph = large();
    let folded = fold(&graph, &Fold::All);
    assert!(folded.check().is_ok());
    assert_eq!(folded.nodes.len(), 14);
    assert_eq!(folded.edges.len(), 13);
    assert!(folded.groups.is_empty());
    assert_eq!(folded.nodes[0].kind, NodeKind::Action);
    assert_eq!(folded.nodes[0].state, NodeState::Running);
    assert!(
        folded.nodes[0].second_line.contains("ok"),
        "{}",
        folded.nodes[0].second_line
    );
    let one = Fold::Groups(BTreeSet::from(["stage 3".to_owned()]));
    let folded = fold(&graph, &one);
    assert_eq!(folded.nodes.len(), 14 * 20 - 19);
    assert_eq!(folded.groups.len(), 13);
    assert!(folded.check().is_ok());
    assert_eq!(fold(&graph, &Fold::Nothing), graph);
}

#[test]
fn many_boxes_of_one_look_take_little_room() {
    let mut graph = Graph::default();
    for number in 0..1000 {
        graph
            .nodes
            .push(Node::task(format!("n{number}"), format!("task_{number}")));
    }
    let layout = layout(&graph, &LayoutOptions::default()).unwrap();
    let list = diagram::draw(&graph, &layout, Theme::Light, &DrawOptions::default());
    let file = write::pdf(&list, &write::PdfOptions::default());
    assert!(file.len() < 45_000, "{} bytes", file.len());
}
