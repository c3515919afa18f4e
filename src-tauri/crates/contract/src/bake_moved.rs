//! What changed of a bake, without what did not.

use crate::{BakeImageView, BakeRow, BakeView, TaskView};

wire! {
    /// What changed of a bake since its revision before this one.
    #[derive(Eq)]
    pub struct BakeMoved {
        /// The project's folder.
        pub project: String,
        /// The revision that it leads to.
        pub revision: u32,
        /// The bake and its newest attempt, which is the one that moved.
        pub row: BakeRow,
        /// The tasks that changed.
        pub tasks: Vec<MovedTask>,
        /// All images of the bake.
        pub images: Vec<BakeImageView>,
        /// What the executor had to say when it could not go on.
        pub problem: Option<String>,
    }

    /// A task that changed.
    #[derive(Eq)]
    pub struct MovedTask {
        /// Its place among the tasks of the bake.
        pub at: u32,
        /// The task as it is now.
        pub task: TaskView,
    }
}

impl BakeView {
    /// Takes over what changed; answers false if it is not the next change of this view, which then
    /// has to be asked for anew.
    pub fn take(&mut self, moved: BakeMoved) -> bool {
        let is_next = self.row.id == moved.row.id
            && self.attempt == moved.row.attempt
            && self.revision.checked_add(1) == Some(moved.revision)
            && self.revision > 0;
        let fits = moved.tasks.iter().all(|one| self.place(one).is_some());
        if !is_next || !fits {
            return false;
        }
        for one in moved.tasks {
            if let Some(place) = self.place(&one) {
                self.tasks[place] = one.task;
            }
        }
        self.row = moved.row;
        self.images = moved.images;
        self.problem = moved.problem;
        self.revision = moved.revision;
        true
    }

    /// Where a task that changed stands; nowhere if these are other tasks.
    fn place(&self, moved: &MovedTask) -> Option<usize> {
        let at = usize::try_from(moved.at).ok()?;
        let known = self.tasks.get(at)?;
        (known.id == moved.task.id).then_some(at)
    }
}
