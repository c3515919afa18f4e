//! New names in all files that use them.

use flow::service::{Edit, apply};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::{
    ACTION, BATCH, FLOW, LIVE, NIGHTLY, PROJECT, at_cursor, changes, cut, marked, mutated,
    with_service,
};

fn renamed(path: &str, text: &str, piece: &str, name: &str) -> String {
    let text = cut(text, piece);
    let (plain, _) = marked(&text);
    match at_cursor(path, &text, |service, offset| {
        service.rename(path, offset, name)
    }) {
        Ok(edits) => {
            let files = [
                (".apolo/project.yml", PROJECT),
                (LIVE, FLOW),
                (NIGHTLY, BATCH),
                ("actions/notify.yml", ACTION),
            ];
            let changed = files.map(|(file, content)| {
                let content = if file == path { &plain } else { content };
                changes(file, content, &edits)
            });
            changed.concat()
        }
        Err(error) => format!("{piece} -> {name}: {error}\n"),
    }
}

#[test]
fn a_new_name_reaches_all_uses_and_nothing_else() {
    let report = [
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "clean"),
        renamed(NIGHTLY, BATCH, "needs['f⎸it']", "learn"),
        renamed(NIGHTLY, BATCH, "params.epo⎸chs", "rounds"),
        renamed(NIGHTLY, BATCH, "volumes.da⎸ta", "grain"),
        renamed(NIGHTLY, BATCH, "images.sha⎸red", "common"),
        renamed(NIGHTLY, BATCH, "[gp⎸u]", "big"),
        renamed(NIGHTLY, BATCH, "{mess⎸age", "words"),
        renamed(LIVE, FLOW, "  tr⎸ain:", "learn"),
        renamed(LIVE, FLOW, "l⎸r: '0.1'", "rate"),
    ];
    assert_snapshot!(report.join("---\n"));
}

#[test]
fn names_that_cannot_be_are_refused_with_a_reason() {
    let unfinished = format!("{BATCH}- {{id: new, image: '${{{{ needs.prepare. }}}}'}}\n");
    let loose = BATCH.replace("id: tell", "id: ${{ 'tell' }}");
    let shared = format!("{FLOW}    mixins: [m]\nmixins:\n  m: {{cmd: '${{{{ params.lr }}}}'}}\n");
    let report = [
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "fit"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "two words"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "yes"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "grid_0"),
        renamed(NIGHTLY, BATCH, "id: pre⎸pare", "UPPER"),
        renamed(NIGHTLY, BATCH, "kind: ba⎸tch", "clean"),
        renamed(NIGHTLY, BATCH, "ws:acti⎸ons", "clean"),
        renamed(
            NIGHTLY,
            &loose.replace("prepare: running", "perpare: running"),
            "{per⎸pare",
            "clean",
        ),
        renamed(NIGHTLY, &format!("{BATCH}- [\n"), "id: pre⎸pare", "clean"),
        renamed(LIVE, &shared, "l⎸r: '0.1'", "rate"),
        renamed(NIGHTLY, &unfinished, "id: pre⎸pare", "clean"),
    ];
    assert_snapshot!(report.concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn renaming_and_renaming_back_gives_the_same_text(
        live in any::<bool>(),
        at in any::<usize>(),
        removed in 0usize..12,
        offset in any::<usize>(),
    ) {
        let (path, original) = if live { (LIVE, FLOW) } else { (NIGHTLY, BATCH) };
        let text = mutated(original, at, removed, "");
        there_and_back(path, &text, offset % (text.len() + 1));
    }
}

fn there_and_back(path: &str, text: &str, offset: usize) {
    let files = [
        (".apolo/project.yml", PROJECT),
        (LIVE, FLOW),
        (NIGHTLY, BATCH),
        ("actions/notify.yml", ACTION),
    ];
    let files = files.map(|(file, content)| {
        let content = if file == path { text } else { content };
        (file, content.to_owned())
    });
    let (old, edits) = with_service(&[(path, text)], |service| {
        let edits = service
            .rename(path, offset, "brand_new")
            .unwrap_or_default();
        let old = edits.first().map(|edit| {
            let file = files.iter().find(|(file, _)| *file == edit.file);
            file.expect("a known file").1[edit.span.start..edit.span.end].to_owned()
        });
        (old, edits)
    });
    let (Some(old), Some(first)) = (old, edits.first()) else {
        return;
    };
    let new = files.clone().map(|(file, content)| {
        let own: Vec<Edit> = edits
            .iter()
            .filter(|edit| edit.file == file)
            .cloned()
            .collect();
        (file, apply(&content, &own))
    });
    let borrowed: Vec<(&str, &str)> = new.iter().map(|(file, it)| (*file, &**it)).collect();
    let place = first.span.start;
    let back = with_service(&borrowed, |service| {
        service.rename(&first.file, place, &old)
    });
    let back = back.expect("the way back is open");
    for ((file, before), (_, after)) in files.iter().zip(&new) {
        let own: Vec<Edit> = back
            .iter()
            .filter(|edit| edit.file == *file)
            .cloned()
            .collect();
        assert_eq!(before, &apply(after, &own));
    }
}
