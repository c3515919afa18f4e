//! What tasks give to others: the outputs of actions, and those that scripts say.

use expression::{Step, references};
use indexmap::IndexSet;

use super::Service;
use super::file::File;
use super::members::{Here, names_of};
use super::said::said;
use super::walk::exprs;
use crate::tree::{Block, Body, FieldValue, List};

impl Service<'_> {
    /// The outputs of a task: those of the action it calls, or those that its script says and
    /// that other places read.
    pub(super) fn outputs(&self, here: Here<'_>, name: &str) -> Vec<String> {
        let mut tasks = here.file.tree.items("tasks").iter();
        let task = tasks.find(|block| block.constant("id").as_deref() == Some(name));
        if let Some(action) = task.and_then(|task| self.called(task)) {
            return names_of(&action.tree, "outputs");
        }
        let mut found = IndexSet::new();
        if let Some(task) = task {
            self.add_said(here.file, task, &mut found);
        }
        found.extend(read_outputs(here, name));
        found.into_iter().collect()
    }

    /// The outputs that the script of a task says, be it written in a mixin.
    fn add_said(&self, file: &File, task: &Block, found: &mut IndexSet<String>) {
        let project = self.project.tree();
        let mixins = match task.get("mixins") {
            Some(FieldValue::List(List::Items(items))) => items.as_slice(),
            _ => &[],
        };
        let mixins = mixins.iter().filter_map(|mixin| {
            let name = mixin.constant()?.to_string();
            let own = file.tree.named("mixins", &name);
            own.or_else(|| project?.named("mixins", &name))
        });
        let scripts = std::iter::once(task).chain(mixins.map(|mixin| &*mixin.block));
        for script in scripts.filter_map(|block| block.scalar("cmd")) {
            let said = said(&script.text, script.span, "set-output");
            found.extend(said.into_iter().map(|(name, _)| name));
        }
    }
}

/// The states that the scripts of a stateful action save.
pub(super) fn saved_states(file: &File) -> Vec<String> {
    let main = file.tree.block("main").and_then(|main| main.scalar("cmd"));
    let saved = main.map(|script| said(&script.text, script.span, "save-state"));
    let saved = saved.into_iter().flatten().map(|(name, _)| name);
    saved.collect::<IndexSet<_>>().into_iter().collect()
}

/// The outputs of a task that a file reads, but for the one that is being written.
fn read_outputs(here: Here<'_>, task: &str) -> Vec<String> {
    let mut found = Vec::new();
    exprs(&here.file.tree, &mut |expr| {
        let Body::Template(template) = &expr.body else {
            return;
        };
        for reference in references(template) {
            let steps: Vec<&str> = reference.steps.iter().map_while(Step::name).collect();
            if reference.name.text == "needs"
                && let [of, "outputs", name, ..] = steps.as_slice()
                && *of == task
                && !reference.span.touches(here.offset)
            {
                found.push((*name).to_owned());
            }
        }
    });
    found
}
