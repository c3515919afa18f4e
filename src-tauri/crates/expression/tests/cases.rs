//! Runs `cases.txt`.

use expression::World;

use crate::bench::{Shelf, contexts, outcome};

#[test]
fn our_own_cases_come_out_as_written() {
    let contexts = contexts();
    let mut wrong = Vec::new();
    for line in include_str!("cases.txt").lines() {
        let split = line.split_once(" => ").map(|split| (split, true));
        let split = split.or_else(|| line.split_once(" !! ").map(|split| (split, false)));
        let Some(((input, wanted), has_value)) = split.filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut world = Shelf::with(&[("a.txt", "hello\n"), ("b/c.txt", "c\n"), ("b/d/e.txt", "")]);
        let world: &mut dyn World = &mut world;
        let got = match outcome(&format!("${{{{ {input} }}}}"), &contexts, world) {
            Ok(value) if has_value => value.repr(),
            Ok(value) => format!("the value {}", value.repr()),
            Err(drawn) => {
                let said = drawn
                    .lines()
                    .nth(2)
                    .unwrap_or_default()
                    .trim_start_matches([' ', '^']);
                if has_value {
                    format!("the error {said}")
                } else {
                    said.to_owned()
                }
            }
        };
        if got != wanted {
            wrong.push(format!("{input}\n    wanted {wanted}\n    got    {got}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
