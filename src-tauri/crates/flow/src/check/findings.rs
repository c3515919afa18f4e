//! What a check found, each thing once.

use std::collections::HashSet;

use source::{Diagnostic, Span};

use super::CheckedBatch;
use super::damage::Damage;
use super::places::Places;
use crate::eval::Troubles;
use crate::live::ForeseenJob;

/// Findings, each once.
pub(super) struct Findings {
    list: Vec<Diagnostic>,
    seen: HashSet<(String, Span, String)>,
    damage: Damage,
}

impl Findings {
    pub(super) fn new(damage: Damage) -> Self {
        Self {
            list: Vec::new(),
            seen: HashSet::new(),
            damage,
        }
    }

    pub(super) fn list(self) -> Vec<Diagnostic> {
        self.list
    }

    /// Adds what was found in the files themselves.
    pub(super) fn extend(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in found {
            let place = (
                diagnostic.text.name().to_owned(),
                diagnostic.span,
                diagnostic.message.clone(),
            );
            if self.seen.insert(place) {
                self.list.push(diagnostic);
            }
        }
    }

    /// Adds what was found beyond reading, without what follows from mistakes of the files.
    pub(super) fn read(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        let own: Vec<Diagnostic> = found
            .into_iter()
            .filter(|found| !self.damage.explains(found))
            .collect();
        self.extend(own);
    }

    pub(super) fn troubles(&mut self, troubles: &Troubles) {
        let wrong = troubles
            .list
            .iter()
            .filter(|trouble| trouble.unknown.is_none());
        self.read(wrong.map(|trouble| trouble.diagnostic.clone()));
    }

    pub(super) fn job(&mut self, job: &Result<ForeseenJob, Troubles>) {
        match job {
            Ok(job) => self.read(job.planned.notes.iter().cloned()),
            Err(troubles) => self.troubles(troubles),
        }
    }

    pub(super) fn batch(&mut self, batch: &CheckedBatch) {
        self.troubles(&batch.troubles);
        self.read(batch.bake.notes().iter().cloned());
        let misspelt = misspelt_needs(batch);
        let checks = batch.bake.check().into_iter();
        let (follow, own): (Vec<_>, Vec<_>) = checks
            .map(|finding| finding.diagnostic)
            .partition(|found| found.code == "unknown-result" && misspelt.touch(found));
        self.read(own);
        // What names no context has was found by the check of all names.
        let known = self.list.iter().filter(|found| found.is_error());
        let known = known.chain(&follow);
        let known = Places::new(known.map(|found| (found.text.name().to_owned(), found.span)));
        for troubles in batch.tasks.values().filter_map(|task| task.as_ref().err()) {
            let wrong = troubles.list.iter().map(|trouble| &trouble.diagnostic);
            let new = wrong.filter(|found| !known.touch(found)).cloned();
            self.read(new.collect::<Vec<_>>());
        }
    }
}

/// The tasks that need a task which there is not: what they read of it is not another mistake.
fn misspelt_needs(batch: &CheckedBatch) -> Places {
    let wrong = batch
        .troubles
        .list
        .iter()
        .map(|trouble| &trouble.diagnostic);
    let wrong = wrong.filter(|found| found.code == "unknown-need");
    let needs = Places::new(wrong.map(|found| (found.text.name().to_owned(), found.span)));
    let nodes = batch.bake.graph.walk();
    let places = nodes.map(|node| (node.text.name().to_owned(), node.span));
    Places::new(places.filter(|(file, span)| needs.touched(file, *span)))
}
