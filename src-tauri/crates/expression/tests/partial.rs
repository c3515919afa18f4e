//! Evaluation when not everything is known yet.

use expression::{
    Cause, Dict, Layered, Nowhere, Record, Unknown, Value, evaluate, evaluate_pieces, parse_text,
    references,
};
use source::Text;

use crate::bench::{Shelf, contexts};

fn unknown(written: &str) -> Option<Cause> {
    let parsed = parse_text(&Text::new("flow.yml", written));
    assert!(parsed.is_sound(), "{written}");
    let error = evaluate(&parsed.tree, &contexts(), &mut Nowhere).err()?;
    error.unknown.map(|unknown| unknown.cause)
}

fn value(written: &str) -> Value {
    let parsed = parse_text(&Text::new("flow.yml", written));
    evaluate(&parsed.tree, &contexts(), &mut Nowhere).expect("a known value")
}

#[test]
fn what_reads_an_unknown_value_is_unknown_and_tells_why() {
    assert_eq!(
        unknown("${{ params.seed }}"),
        Some(Cause::Parameter("seed".into()))
    );
    assert_eq!(
        unknown("a ${{ needs.score.outputs.x }}"),
        Some(Cause::Task("score".into()))
    );
    assert_eq!(
        unknown("${{ upper(needs.score.result) }}"),
        Some(Cause::Task("score".into()))
    );
    assert_eq!(
        unknown("${{ state.x }}"),
        Some(Cause::Task("report".into()))
    );
    assert_eq!(
        unknown("${{ to_json(params) }}"),
        Some(Cause::Parameter("seed".into()))
    );
    assert_eq!(unknown("${{ hash_files('*') }}"), Some(Cause::Files));
    assert_eq!(
        unknown("${{ parse_volume('storage:a:/b').id }}"),
        Some(Cause::Platform)
    );
    assert_eq!(
        unknown("${{ upload(volumes.data).ref }}"),
        Some(Cause::Platform)
    );
}

#[test]
fn what_does_not_read_it_is_known() {
    assert_eq!(value("${{ params.lr }}"), "0.1".into());
    assert_eq!(value("${{ 1 if True else params.seed }}"), 1.into());
    assert_eq!(value("${{ needs.build.outputs.path }}"), "/out".into());
}

#[test]
fn one_ended_task_may_decide_before_the_others_have_ended() {
    assert_eq!(value("${{ success() }}"), false.into());
    assert_eq!(value("${{ failure() }}"), true.into());
    assert_eq!(
        unknown("${{ success('build', 'score') }}"),
        Some(Cause::Task("score".into()))
    );
    assert_eq!(value("${{ always() }}"), Value::Always);
}

#[test]
fn a_preview_shows_the_known_pieces() {
    let text = Text::new(
        "flow.yml",
        "lr=${{ params.lr }} seed=${{ params.seed }} ${{ nope }}",
    );
    let parsed = parse_text(&text);
    let pieces = evaluate_pieces(&parsed.tree, &contexts(), &mut Nowhere);
    let shown: Vec<String> = pieces
        .iter()
        .map(|piece| {
            let source = text.slice(piece.span);
            match &piece.value {
                Ok(value) => format!("{source} = {value}"),
                Err(error) if error.is_unknown() => format!("{source} later: {error}"),
                Err(error) => format!("{source} wrong: {error}"),
            }
        })
        .collect();
    assert_eq!(
        shown,
        [
            "lr= = lr=",
            "${{ params.lr }} = 0.1",
            " seed= =  seed=",
            "${{ params.seed }} later: parameter seed is not given yet",
            "  =  ",
            "${{ nope }} wrong: The 'nope' context is not available",
        ]
    );
}

#[test]
fn an_upper_scope_hides_a_lower_one_but_only_by_name() {
    let upper: Dict = [("flow", Value::from("mine"))].into_iter().collect();
    let lower = contexts();
    let scope = Layered {
        upper: &upper,
        lower: &lower,
    };
    let parsed = parse_text(&Text::new("flow.yml", "${{ flow }} ${{ params.lr }}"));
    assert_eq!(
        evaluate(&parsed.tree, &scope, &mut Nowhere).unwrap(),
        "mine 0.1".into()
    );
}

#[test]
fn uploads_happen_once_for_each_call() {
    let mut world = Shelf::default();
    let parsed = parse_text(&Text::new("flow.yml", "${{ upload(volumes.data).ref }}"));
    evaluate(&parsed.tree, &contexts(), &mut world).unwrap();
    assert_eq!(world.uploads, ["data"]);
}

#[test]
fn references_name_what_a_text_depends_on() {
    let written = "${{ needs.a.outputs['x'] + params[flow.id] }} \
                   ${{ [i.x for i in matrix.l if env.A] }} ${{ fmt('{}', git.sha) }}";
    let parsed = parse_text(&Text::new("flow.yml", written));
    let found: Vec<String> = references(&parsed.tree)
        .iter()
        .map(|it| {
            let mark = if it.in_condition {
                " in a condition"
            } else {
                ""
            };
            format!(
                "{} at {}{mark}",
                it.path(),
                &written[it.span.start..it.span.end]
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "needs.a.outputs.x at needs.a.outputs['x']",
            "params at params[flow.id]",
            "flow.id at flow.id",
            "matrix.l at matrix.l",
            "env.A at env.A in a condition",
            "git.sha at git.sha",
        ]
    );
}

#[test]
fn spans_are_places_in_the_file() {
    let file = "cmd: \"\\u0041 ${{ zz }}\"\n";
    let text = Text::new("flow.yml", file);
    let content = "A ${{ zz }}";
    let place = |offset: usize| if offset == 0 { 6 } else { offset + 11 };
    let parsed = expression::parse_template(content, &place, &text);
    let error = evaluate(&parsed.tree, &Dict::new(), &mut Nowhere).unwrap_err();
    assert_eq!(text.slice(error.span), "zz");
    assert_eq!(text.position(error.span.start).column, 18);
}

#[test]
fn a_record_may_be_partly_unknown() {
    let job = Record::new("Job")
        .with("id", "a")
        .with("url", Unknown::platform());
    let contexts: Dict = [("job", job)].into_iter().collect();
    let read = |written: &str| {
        let parsed = parse_text(&Text::new("flow.yml", written));
        evaluate(&parsed.tree, &contexts, &mut Nowhere)
    };
    assert_eq!(read("${{ job.id }}").unwrap(), "a".into());
    assert!(read("${{ job.url }}").unwrap_err().is_unknown());
}
