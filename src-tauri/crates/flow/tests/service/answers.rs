//! Every place gets an answer, whatever is written, and it comes quickly.

use proptest::prelude::*;

use super::{BATCH, FLOW, LIVE, NIGHTLY, mutated, with_service};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_place_of_a_mutated_file_gets_an_answer(
        live in any::<bool>(),
        at in any::<usize>(),
        removed in 0usize..40,
        added in prop::sample::select(vec![
            "", "${{ ", "é⎸", "\n", "  - ", ": ", "{", "[", "'", "\"", "|\n", "needs.", "#", "\t", "}}",
        ]),
        step in 1usize..5,
    ) {
        let (path, original) = if live { (LIVE, FLOW) } else { (NIGHTLY, BATCH) };
        let text = mutated(original, at, removed, added);
        with_service(&[(path, &text)], |service| {
            for offset in (0..=text.len() + 2).step_by(step * 3) {
                for one in service.complete(path, offset) {
                    assert!(text.get(one.span.start..one.span.end).is_some(), "{one:?}");
                }
                if let Some(found) = service.hover(path, offset) {
                    assert!(text.get(found.span.start..found.span.end).is_some(), "{found:?}");
                }
                let _ = service.definition(path, offset);
                let _ = service.value_at(path, offset);
            }
            let _ = service.outline(path);
        });
    }
}

#[test]
fn answers_come_in_a_batch_of_a_thousand_tasks() {
    let task = |at: usize| {
        let before = at.saturating_sub(1);
        format!(
            "- id: t{at}\n  needs: [t{before}]\n  image: i\n  cmd: x ${{{{ needs.t{before}.outputs.y }}}}\n"
        )
    };
    let tasks: String = (1..=1000).map(task).collect();
    let text = format!("kind: batch\ntasks:\n- {{id: t0, image: i}}\n{tasks}");
    with_service(&[(NIGHTLY, &text)], |service| {
        let offset = text.find("needs.t500").expect("it is there") + "needs.t".len();
        assert!(!service.complete(NIGHTLY, offset).is_empty());
        assert!(service.hover(NIGHTLY, offset).is_some());
        assert!(service.definition(NIGHTLY, offset).is_some());
        let edits = service.rename(NIGHTLY, offset, "other");
        assert!(edits.is_ok_and(|edits| edits.len() == 3));
    });
}
