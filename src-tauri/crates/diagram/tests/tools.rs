//! What other programs say about the files. Where a program is missing, the
//! test says so and proves nothing.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use diagram::{
    Direction, DrawOptions, Graph, Layout, LayoutOptions, Node, NodeState, Page, Theme, draw,
    layout,
    write::{self, PdfOptions},
};

use crate::{sample::bake, snapshots::sheet};

/// The output of a program that is given `input`; none where it is not installed.
pub(crate) fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: {program} is not installed");
        return None;
    };
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned() + &said)
}

fn laid(graph: &Graph) -> Layout {
    layout(graph, &LayoutOptions::default()).unwrap()
}

fn pdf(graph: &Graph, page: Page) -> Vec<u8> {
    let options = DrawOptions {
        page: page.into(),
        ..sheet()
    };
    let list = draw(graph, &laid(graph), Theme::Light, &options);
    let title = "train-sweep #128".to_owned();
    write::pdf(
        &list,
        &PdfOptions {
            page: page.into(),
            title,
        },
    )
}

fn many() -> Graph {
    let mut graph = bake();
    for (number, state) in NodeState::ALL.into_iter().enumerate() {
        let mut node = Node::task(format!("extra-{number}"), format!("extra-{number}"));
        node.state = state;
        graph.nodes.push(node);
    }
    let name = "a-name-that-is-far-too-long-for-its-box-and-still-has-to-be-found";
    graph.nodes.push(Node::task(name, name));
    for name in ["Brot-🍞-Ω-Ж", "обучение", "学習", "évaluation-œuvre"] {
        graph.nodes.push(Node::task(name, name));
    }
    graph
}

#[test]
fn pdftotext_finds_every_label_also_shortened_ones() {
    let graph = many();
    for page in [Page::Fit, Page::A4, Page::A3, Page::Letter] {
        let Some(text) = run("pdftotext", &["-raw", "-", "-"], &pdf(&graph, page)) else {
            return;
        };
        for node in &graph.nodes {
            assert!(
                text.contains(&node.label),
                "{} is missing in {text}",
                node.label
            );
        }
        for word in [
            "wheat-heads",
            "train-sweep",
            "Cached from #12",
            "prepare",
            "epochs",
        ] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
    }
}

#[test]
fn pdffonts_sees_embedded_subsets_with_a_way_back_to_text() {
    let file = pdf(&many(), Page::Fit);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bake.pdf");
    std::fs::write(&path, file).unwrap();
    let Some(table) = run("pdffonts", &[path.to_str().unwrap()], b"") else {
        return;
    };
    let fonts: Vec<&str> = table
        .lines()
        .skip(2)
        .filter(|line| !line.is_empty())
        .collect();
    let mut names = std::collections::BTreeSet::new();
    for font in fonts {
        let words: Vec<&str> = font.split_whitespace().collect();
        names.insert(words[0].to_owned());
        let flags = &words[words.len() - 5..words.len() - 2];
        assert_eq!(
            flags,
            ["yes", "yes", "yes"],
            "embedded, subset, unicode: {font}"
        );
    }
    assert_eq!(names.len(), 4, "{table}");
}

#[test]
fn pdfinfo_reads_paper_and_title() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bake.pdf");
    std::fs::write(&path, pdf(&many(), Page::A4)).unwrap();
    let Some(text) = run("pdfinfo", &[path.to_str().unwrap()], b"") else {
        return;
    };
    assert!(text.contains("train-sweep #128"), "{text}");
    assert!(text.contains("(A4)"), "{text}");
    assert!(!text.to_lowercase().contains("error"), "{text}");
}

#[test]
fn graphviz_reads_what_we_write() {
    let mut graph = many();
    graph.nodes[1].label = "a \"quoted\" \\N name\nof <two> lines".to_owned();
    let dot = write::dot(&graph, Direction::LeftToRight);
    let Some(plain) = run("dot", &["-Tplain"], dot.as_bytes()) else {
        return;
    };
    let nodes = plain
        .lines()
        .filter(|line| line.starts_with("node "))
        .count();
    let edges = plain
        .lines()
        .filter(|line| line.starts_with("edge "))
        .count();
    assert_eq!(
        (nodes, edges),
        (graph.nodes.len(), graph.edges.len()),
        "{plain}"
    );
}

#[test]
fn a_png_has_the_asked_size_and_the_colours_of_the_states() {
    let graph = bake();
    let list = draw(&graph, &laid(&graph), Theme::Light, &DrawOptions::default());
    let bytes = write::png(&list, 2.0).unwrap();
    let image = tiny_skia::Pixmap::decode_png(&bytes).unwrap();
    let size = |side: f32| (side * 2.0).ceil();
    #[expect(clippy::cast_precision_loss, reason = "a picture is small")]
    let found = (image.width() as f32, image.height() as f32);
    assert_eq!(found, (size(list.width), size(list.height)));
    let has = |r: u8, g: u8, b: u8| {
        let mut pixels = image.pixels().iter();
        pixels.any(|pixel| (pixel.red(), pixel.green(), pixel.blue()) == (r, g, b))
    };
    assert!(has(0x3B, 0x79, 0x59), "no succeeded green");
    assert!(has(0x10, 0x92, 0xD4), "no running blue");
    assert!(has(0x24, 0x1F, 0x19), "no ink");
    assert!(has(0xFF, 0xFF, 0xFF), "no paper");
}
