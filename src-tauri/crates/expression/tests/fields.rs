//! Scalars of a flow file as typed fields.

use expression::{
    Content, Dict, Field, FieldType, Form, Item, Nowhere, Record, Scalar, Value, check_id,
    shell_quoted,
};
use source::{Span, Text};

use crate::bench::{Shelf, drawn};

fn read(of: FieldType, value: &Value) -> (Field, Vec<String>) {
    let text = Text::new("flow.yml", value.to_string());
    let span = Span::new(0, text.content().len());
    let parsed = Field::read(
        of,
        Scalar {
            value,
            span,
            place: &|offset| offset,
        },
        &text,
    );
    (parsed.tree, parsed.diagnostics.iter().map(drawn).collect())
}

#[test]
fn constants_are_checked_when_the_file_is_read() {
    let (field, found) = read(FieldType::new(Form::TimeDelta), &"1d2h".into());
    assert_eq!(field.known(), Some(&Value::Float(93_600.0)));
    assert!(found.is_empty());
    let (field, found) = read(FieldType::new(Form::TimeDelta), &"1w".into());
    assert_eq!(field.content, Content::Broken);
    insta::assert_snapshot!(found.join("\n"), @r"
    expression
    1w
    ^^ '1w' is not a time delta unit
    help: write seconds, or 1d2h3m4s with the units in this order
    ");
}

#[test]
fn a_list_field_wants_a_list_or_one_expression() {
    let list = FieldType::new(Form::Sequence(Item::Text)).optional();
    let (_, found) = read(list, &"a".into());
    insta::assert_snapshot!(found.join("\n"), @r"
    expression
    a
    ^ 'a' is not a sequence
    help: write a YAML list, or one expression that gives a list
    ");
    let (field, _) = read(list, &"${{ [1, None, 'a'] }}".into());
    let value = field.evaluate(&Dict::new(), &mut Nowhere).unwrap();
    assert_eq!(
        value,
        Value::List(vec!["1".into(), Value::None, "a".into()])
    );
}

#[test]
fn a_quoted_false_is_true_and_a_warning_says_so() {
    let (field, found) = read(FieldType::new(Form::Bool), &"false".into());
    assert_eq!(field.known(), Some(&Value::Bool(true)));
    insta::assert_snapshot!(found.join("\n"), @r"
    text-is-true
    false
    ^^^^^ the text `false` counts as true here
    help: write false without quotes
    ");
}

#[test]
fn resources_are_read_against_the_project_of_the_flow() {
    let project = Record::new("ProjectCtx").with("project_name", "other");
    let contexts: Dict = [("project", project)].into_iter().collect();
    let value = |form: Form, written: &str| {
        let (field, _) = read(FieldType::new(form), &written.into());
        field
            .evaluate(&contexts, &mut Shelf::default())
            .unwrap()
            .to_string()
    };
    assert_eq!(
        value(Form::ResourceUri, "storage:a b"),
        "storage://cl/org/other/a%20b"
    );
    assert_eq!(value(Form::ResourceUri, "storage:/proj/x"), "storage:x");
    assert_eq!(
        value(Form::ImageRef, "image:tool:v1"),
        "image://cl/org/other/tool:v1"
    );
    assert_eq!(value(Form::ImageRef, "ubuntu:22.04"), "ubuntu:22.04");
}

#[test]
fn words_of_a_shell_are_quoted_only_where_they_must() {
    assert_eq!(
        shell_quoted("a-b_c.d/e:f@g%h+i=j,k"),
        "a-b_c.d/e:f@g%h+i=j,k"
    );
    assert_eq!(shell_quoted("it's"), "'it'\"'\"'s'");
    assert_eq!(shell_quoted(""), "''");
}

#[test]
fn identifiers_may_use_any_script_but_not_only_capitals() {
    for id in ["a", "_a", "aB", "для", "class"] {
        assert_eq!(check_id(id), Ok(()), "{id}");
    }
    for id in ["", "1a", "a-b", "A1", "_", "变量"] {
        assert!(check_id(id).is_err(), "{id}");
    }
}
