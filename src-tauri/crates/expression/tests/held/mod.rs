//! What has to hold for any text. The fuzz targets include these checks, and the tests of this
//! crate run them over the seeds of the fuzz targets and over every case that was found.
#![allow(unreachable_pub, reason = "the fuzz targets use it from outside")]

use expression::{
    Field, FieldType, Form, Item, Nowhere, Scalar, Shape, Template, Value, evaluate, parse_text,
    references, validate,
};
use indexmap::IndexMap;
use source::{Diagnostic, Parsed, Span, Text};

use crate::bench::{Shelf, contexts};

/// A text, as it is and inside both kinds of brackets: read, checked, evaluated, printed.
pub fn any(written: &str) {
    for text in [
        written.to_owned(),
        format!("${{{{ {written} }}}}"),
        format!("a $[[{written}]] b"),
    ] {
        whole(&text);
    }
}

fn whole(written: &str) {
    let text = Text::new("f.yml", written);
    let parsed = parse_text(&text);
    placed(&parsed.diagnostics);
    let _ = references(&parsed.tree);
    for shapes in [shapes(), IndexMap::new()] {
        placed(&validate(&parsed.tree, &shapes, &text));
    }
    let mut shelf = Shelf::with(&[("a.txt", "a"), ("b/c.txt", "b"), ("b/d/e.py", "")]);
    if let Err(error) = evaluate(&parsed.tree, &contexts(), &mut shelf) {
        placed(&[error.diagnostic(&text)]);
    }
    let _ = evaluate(&parsed.tree, &contexts(), &mut Nowhere);
    for place in (0..=written.len()).step_by(written.len() / 16 + 1) {
        parsed
            .tree
            .expressions()
            .for_each(|node| drop(node.at(place)));
    }
    printed(&parsed);
}

/// A text as a field of every type: read, evaluated, turned into the form of the field.
pub fn field(written: &str) {
    let text = Text::new("f.yml", written);
    let span = Span::new(0, written.len());
    for form in FORMS {
        for of in [
            FieldType::new(form),
            FieldType::new(form).optional().simple(),
        ] {
            let value = Value::from(written);
            let place = &|offset| offset;
            let scalar = Scalar {
                value: &value,
                span,
                place,
            };
            let parsed = Field::read(of, scalar, &text);
            placed(&parsed.diagnostics);
            let mut shelf = Shelf::with(&[("a.txt", "a")]);
            match parsed.tree.evaluate(&contexts(), &mut shelf) {
                Ok(value) => drop(value.repr()),
                Err(error) => placed(&[error.diagnostic(&text)]),
            }
        }
    }
}

const FORMS: [Form; 20] = [
    Form::Str,
    Form::Id,
    Form::Bool,
    Form::Enable,
    Form::Int,
    Form::Float,
    Form::TimeDelta,
    Form::RemotePath,
    Form::LocalPath,
    Form::Uri,
    Form::ResourceUri,
    Form::ImageRef,
    Form::RestartPolicy,
    Form::PortPair,
    Form::Primitive,
    Form::Bash,
    Form::Python,
    Form::Sequence(Item::Text),
    Form::Sequence(Item::PortPair),
    Form::Mapping,
];

/// What is printed is read as the same tree.
pub fn printed(parsed: &Parsed<Template>) {
    if !parsed.is_sound() {
        return;
    }
    let printed = parsed.tree.to_string();
    let again = parse_text(&Text::new("f.yml", printed.as_str()));
    assert!(again.is_sound(), "{printed}: {:?}", again.diagnostics);
    assert_eq!(again.tree.to_string(), printed);
    assert_eq!(bare(&again.tree), bare(&parsed.tree), "{printed}");
}

/// A tree without its places.
fn bare(tree: &Template) -> String {
    let debug = format!("{:?}", tree.parts);
    let mut pieces = debug.split("Span { start: ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |whole, piece| {
        let rest = piece.split_once('}').map_or("", |(_, rest)| rest);
        whole + rest
    })
}

/// Findings and their labels lie in their texts, between characters.
pub fn placed(found: &[Diagnostic]) {
    for diagnostic in found {
        let labels = diagnostic
            .labels
            .iter()
            .map(|label| (&label.text, label.span));
        for (text, span) in labels.chain([(&diagnostic.text, diagnostic.span)]) {
            let part = text.content().get(span.start..span.end);
            assert!(
                part.is_some(),
                "{span:?} in {:?}: {}",
                text.content(),
                diagnostic.message
            );
        }
    }
}

fn shapes() -> IndexMap<String, Shape> {
    [
        ("needs", Shape::needs(["train", "build"])),
        ("inputs", Shape::inputs(["a"])),
        ("tags", Shape::tags()),
        ("git", Shape::git()),
        ("env", Shape::map()),
    ]
    .into_iter()
    .map(|(name, shape)| (name.to_owned(), shape))
    .collect()
}
