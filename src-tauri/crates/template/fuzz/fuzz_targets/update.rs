//! Any three states of a project: the merged text keeps what only one side changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use template::{ChangeKind, Conflict, Files, Item, Merged, UpdateInput, distance, update};

fuzz_target!(
    |input: (&str, &str, &str, Vec<(u8, u8, &[u8])>, Vec<String>)| {
        let (base, mine, theirs, files, skip) = input;
        let merged = Merged::of(base, mine, theirs);
        let _ = merged.with_marks("mine", "base", "theirs");
        if !base.contains('\r') && !mine.contains('\r') && !theirs.contains('\r') {
            assert_eq!(
                Merged::of(base, base, theirs).text().as_deref(),
                Some(theirs)
            );
            assert_eq!(Merged::of(base, mine, base).text().as_deref(), Some(mine));
        }
        let mut states = [Files::new(), Files::new(), Files::new()];
        for (state, name, bytes) in files {
            let path = ["a", "b/c", "b", "d.txt", "e/f/g"][usize::from(name) % 5];
            states[usize::from(state) % 3]
                .insert(path.to_owned(), Item::file(name & 8 != 0, bytes));
        }
        let [old, new, mine] = &states;
        let made = update(&UpdateInput {
            old,
            new,
            mine,
            skip: &skip,
        });
        for change in &made.changes {
            if let ChangeKind::Conflict(Conflict::Text { merged, .. }) = &change.kind {
                assert!(merged.conflicts() > 0);
            }
        }
        let _ = distance(new, mine);
    }
);
