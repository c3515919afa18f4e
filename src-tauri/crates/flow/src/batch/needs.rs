//! What tasks need.

use expression::Dict;
use indexmap::IndexMap;
use source::Diagnostic;

use super::expand::{Building, Entry, Expander};
use super::graph::NeedLevel;
use crate::tree::FieldValue;

impl Expander<'_> {
    /// The tasks an entry needs: those it names, or all of the entry before.
    pub(super) fn needs(
        &mut self,
        building: &mut Building,
        entry: &Entry<'_>,
        id: &str,
        matrix: &Dict,
    ) -> Option<IndexMap<String, NeedLevel>> {
        let Some(FieldValue::Needs(written)) = entry.block.get("needs") else {
            return Some(
                entry
                    .last
                    .iter()
                    .map(|id| (id.clone(), NeedLevel::Completed))
                    .collect(),
            );
        };
        let mut needs = IndexMap::new();
        for need in written {
            let value = self.with_matrix(matrix, |evaluator| evaluator.value(&need.id))?;
            let name = value.to_string();
            building
                .needs
                .push((id.to_owned(), need.clone(), name.clone()));
            needs.insert(name, need.level);
        }
        Some(needs)
    }

    /// Blames needs of tasks that there are not.
    pub(super) fn unknown_needs(&mut self, building: &Building) {
        for (task, need, name) in &building.needs {
            let known = building.graph.nodes.contains_key(name);
            let broken = building
                .broken
                .iter()
                .any(|id| id.as_ref().is_none_or(|id| id == name));
            if known || broken {
                continue;
            }
            let known = building.graph.nodes.keys().map(String::as_str);
            let candidates = source::nearest(name, known);
            let message = format!("the task `{task}` needs `{name}`, but there is no such task");
            let expr = &need.id;
            let found = Diagnostic::error("unknown-need", &expr.text, expr.span, message);
            let found = match candidates.first() {
                Some(best) => found.help(format!("did you mean `{best}`?")),
                None => found,
            };
            self.troubles.list.push(found.candidates(candidates).into());
        }
    }
}
