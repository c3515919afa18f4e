//! Scalars of YAML: their types, and the places of their characters.

use flow::read::{Document, read};
use flow::yaml::{self, Node};
use source::Text;

fn value_of(written: &str) -> String {
    let text = Text::new("f.yml", format!("a: {written}\n"));
    let tree = yaml::read(&text).tree.expect("a document");
    let node: &Node = tree.get("a").expect("the key is there");
    match yaml::value(node) {
        Ok(value) => format!("{} {value}", value.type_name()),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn plain_scalars_have_the_types_of_yaml_1_1() {
    for (written, value) in [
        ("yes", "bool True"),
        ("Off", "bool False"),
        ("y", "str y"),
        ("~", "NoneType None"),
        ("", "NoneType None"),
        ("017", "int 15"),
        ("08", "str 08"),
        ("0o17", "str 0o17"),
        ("0x1F", "int 31"),
        ("0b101", "int 5"),
        ("1_000", "int 1000"),
        ("1:30", "int 90"),
        ("2222:22", "int 133342"),
        ("8080:80", "str 8080:80"),
        ("1e3", "str 1e3"),
        ("1.5e+3", "float 1500.0"),
        ("-.5", "str -.5"),
        (".inf", "float inf"),
        ("190:20:30.15", "float 685230.15"),
        ("2020-01-02", "datetime.date 2020-01-02"),
        (
            "2020-01-02T03:04:05Z",
            "datetime.datetime 2020-01-02 03:04:05+00:00",
        ),
        ("'yes'", "str yes"),
        ("!!str 123", "str 123"),
        ("!!binary aGk=", "str b'hi'"),
        ("!other x", "the tag `!other` is not known"),
        ("2020-13-45", "the month must be from 1 to 12"),
    ] {
        assert_eq!(value_of(written), value, "{written}");
    }
}

#[test]
fn mistakes_inside_any_kind_of_scalar_are_marked_where_they_stand() {
    for command in [
        "${{ wrong( }}",
        "'it''s ${{ wrong( }}'",
        "\"\\x41\\n${{ wrong( }}\"",
        "|\n      first\n      ${{ wrong( }}\n",
        ">-\n      first\n\n      ${{ wrong( }}\n",
        "one\n      two ${{ wrong( }}",
    ] {
        let content = format!("kind: live\njobs:\n  a:\n    image: i\n    cmd: {command}\n");
        let text = Text::new("f.yml", content);
        let found = read(&text, Document::Live).diagnostics;
        let marked = found.iter().any(|found| text.slice(found.span) == "}}");
        assert!(marked, "{command}: {found:?}");
    }
}

#[test]
fn aliases_stand_for_what_they_name_and_keep_its_place() {
    let text = Text::new("f.yml", "a: &x {b: 1}\nc: *x\n");
    let tree = yaml::read(&text).tree.expect("a document");
    let (a, c) = (tree.get("a").expect("a"), tree.get("c").expect("c"));
    assert_eq!(a, c);
    assert_eq!(text.position(c.span.start).line, 1);
}
