//! What a bake tells the window: its whole view once, then only what changed.

use contract::{BakeExecutor, BakeStart, BakeState, BakeView, DeskEvent};
use indexmap::IndexMap;
use tokio::sync::broadcast::Receiver;
use workbench::commands;

use crate::desk::TestDesk;

const TASKS: usize = 40;

fn batch() -> String {
    let task = |number: usize| {
        format!(
            "- id: t{number}\n  image: ubuntu\n  bash: echo \"::set-output name=n::{number}\"\n"
        )
    };
    let tasks: String = (0..TASKS).map(task).collect();
    format!("kind: batch\ndefaults: {{max_parallel: 8}}\ntasks:\n{tasks}")
}

/// Follows the changes of a bake to its end; answers how often it was told as a whole, how many
/// tasks were told, and the last view before its end.
async fn followed(mut events: Receiver<DeskEvent>, bake: &str) -> (usize, usize, BakeView) {
    let mut view: Option<BakeView> = None;
    let (mut wholes, mut tasks) = (0, 0);
    loop {
        match events.recv().await.expect("few enough events come") {
            DeskEvent::BakeChanged { bake: told } if told.row.id == bake => {
                if told.row.state.is_over() {
                    return (wholes, tasks, view.expect("it was told before"));
                }
                wholes += 1;
                view = Some(*told);
            }
            DeskEvent::BakeMoved { moved } if moved.row.id == bake => {
                tasks += moved.tasks.len();
                let view = view.as_mut().expect("the whole comes first");
                assert!(view.take(moved), "each change follows the one before");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_bake_is_told_once_as_a_whole_and_then_by_what_changed() {
    let test = TestDesk::open().await;
    let project = test.written("told", "many.yml", &batch());
    let events = test.desk.listen();
    let start = BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project: project.clone(),
        batch: "many".to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    };
    let begun = commands::bake_start(&test.desk, start).await;
    let begun = begun.expect("it starts");
    let (wholes, tasks, view) = followed(events, &begun.row.id).await;
    assert_eq!(wholes, 1);
    // Submitted, running, ended: whatever else happens, a task is not told again and again.
    assert!(tasks <= 6 * TASKS, "{tasks} tasks were told");

    let ask = contract::BakeAsk {
        project,
        bake: begun.row.id,
        attempt: None,
    };
    let read = commands::bake_view(&test.desk, ask).await;
    let read = read.expect("it is there");
    assert_eq!(read.row.state, BakeState::Succeeded, "{read:#?}");
    // The last changes may come with the end, which is told as a whole.
    let both = view.tasks.iter().zip(&read.tasks);
    let mut over = both.filter(|(told, _)| told.state.is_over()).peekable();
    assert!(over.peek().is_some(), "changes were told before the end");
    for (told, read) in over {
        assert_eq!(told, read, "what was told is what can be read");
    }
}
