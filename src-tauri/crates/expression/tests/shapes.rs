//! The check of texts before anything is evaluated.

use expression::{Shape, parse_text, validate};
use indexmap::IndexMap;
use source::Text;

use crate::bench::drawn;

fn contexts() -> IndexMap<String, Shape> {
    [
        ("project", Shape::project()),
        ("flow", Shape::Any),
        ("env", Shape::map()),
        ("tags", Shape::tags()),
        ("volumes", Shape::Map(Box::new(Shape::volume()))),
        ("images", Shape::Map(Box::new(Shape::image()))),
        ("git", Shape::git()),
        ("strategy", Shape::strategy()),
        ("needs", Shape::needs(["train"])),
        ("inputs", Shape::inputs(["size"])),
    ]
    .map(|(name, shape)| (name.to_owned(), shape))
    .into()
}

fn checked(written: &str) -> Vec<String> {
    let text = Text::new("flow.yml", written);
    validate(&parse_text(&text).tree, &contexts(), &text)
        .iter()
        .map(drawn)
        .collect()
}

#[test]
fn what_may_be_there_is_not_complained_about() {
    for written in [
        "${{ flow.anything.goes }} ${{ env.ANY }} ${{ volumes.v.ref_rw }}",
        "${{ needs.train.outputs.x }} ${{ needs['zz'].outputs.x }} ${{ needs.train.result.x }}",
        "${{ [x.y for x in needs] }} ${{ from_json('{}').zz }} ${{ inputs.size }}",
    ] {
        assert_eq!(checked(written), Vec::<String>::new(), "{written}");
    }
}

#[test]
fn what_cannot_be_there_is_found_at_its_place() {
    let drawings = [
        "${{ bogus.x }} ${{ 1 if other else 2 }}",
        "${{ needs.trian.outputs.x }}",
        "${{ needs.train.outptus }}",
        "${{ tags.x }} ${{ tags[0] }}",
        "${{ volumes.v.reff }}",
        "${{ project['id'] }}",
        "${{ inputs.sise }}",
        "${{ [x for x in numbers if nope] }}",
        "${{ len(bogus) }} ${{ env[bogus] }}",
    ]
    .map(|written| checked(written).join("\n"));
    insta::assert_snapshot!(drawings.join("\n\n"));
}
