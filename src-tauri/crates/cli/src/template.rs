//! `bakehouse template`: a project and its template, and mistakes of a template.

use contract::{
    AdoptApply, AdoptAsk, AdoptOffer, Freshness, LintAsk, ProjectUndo, ProjectUndone, SeverityView,
    UndoAsk, UpdateApply, UpdateAsk, UpdateCheckAsk, UpdateDecision, UpdateKind, UpdatePreview,
    UpdateState,
};
use indexmap::IndexMap;
use serde_json::Value;
use workbench::{Desk, commands};

use crate::args::{
    ConflictSide, Template, TemplateAdopt, TemplateCheck, TemplateCommand, TemplateLint,
    TemplateUndo, TemplateUpdate,
};
use crate::check::counted;
use crate::new::freshness;
use crate::output::{Ended, Stop, full_path, print_diagnostics, print_json, print_table, rendered};

pub(crate) async fn template(desk: &Desk, template: Template) -> Result<Ended, Stop> {
    match template.command {
        TemplateCommand::Check(check) => self::check(desk, check).await,
        TemplateCommand::Update(update) => self::update(desk, update).await,
        TemplateCommand::Lint(lint) => self::lint(desk, lint).await,
        TemplateCommand::Adopt(adopt) => self::adopt(desk, adopt).await,
        TemplateCommand::Undo(undo) => self::undo(desk, undo).await,
    }
}

async fn check(desk: &Desk, check: TemplateCheck) -> Result<Ended, Stop> {
    let request = UpdateCheckAsk {
        project: full_path(&check.place.project)?,
        freshness: Some(freshness(&check.network, Freshness::Refresh)),
        work: None,
    };
    let found = commands::update_check(desk, request).await?;
    let ended = match found.state {
        UpdateState::Current => Ended::Well,
        UpdateState::Behind | UpdateState::Untracked => Ended::Badly,
    };
    if check.place.json {
        print_json(&found)?;
        return Ok(ended);
    }
    println!("{}", found.message);
    for note in &found.notes {
        eprintln!("note: {note}");
    }
    if found.state == UpdateState::Untracked {
        eprintln!("hint: `bakehouse template adopt SOURCE` looks for its version.");
    }
    Ok(ended)
}

async fn update(desk: &Desk, update: TemplateUpdate) -> Result<Ended, Stop> {
    let request = UpdateAsk {
        project: full_path(&update.place.project)?,
        checkout: update.checkout.clone(),
        values: Some(values(&update.answers)),
        freshness: Some(freshness(&update.network, Freshness::Refresh)),
        work: None,
    };
    let preview = commands::update_preview(desk, request).await?;
    print_diagnostics(&preview.diagnostics);
    for note in &preview.notes {
        eprintln!("note: {note}");
    }
    let Some(id) = preview.update.clone() else {
        return Err(Stop::Failed(
            "the new version does not fit the answers; nothing was written".to_owned(),
        ));
    };
    if update.dry_run {
        if update.place.json {
            return print_json(&preview);
        }
        print_changes(&preview);
        println!("Nothing was written.");
        return Ok(Ended::Well);
    }
    let decisions = decisions(&preview, update.conflicts)?;
    let apply = UpdateApply {
        update: id,
        decisions,
    };
    let done = commands::update_apply(desk, apply).await?;
    if update.place.json {
        return print_json(&done);
    }
    print_changes(&preview);
    println!("{} has come to {}", done.path, done.commit);
    println!("Undo: bakehouse template undo {}", done.undo);
    Ok(Ended::Well)
}

fn values(answers: &[(String, String)]) -> IndexMap<String, Value> {
    answers
        .iter()
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect()
}

/// One side for every conflict; without a wish a conflict is an error.
fn decisions(
    preview: &UpdatePreview,
    side: Option<ConflictSide>,
) -> Result<IndexMap<String, UpdateDecision>, Stop> {
    let open = preview.changes.iter().filter(|one| one.undecided);
    let paths: Vec<&str> = open.clone().map(|one| one.path.as_str()).collect();
    let Some(side) = side else {
        return match paths.as_slice() {
            [] => Ok(IndexMap::new()),
            paths => Err(Stop::Failed(format!(
                "both sides changed {}; nothing was written\n\
                 hint: decide in the window, or take one side with --conflicts mine|theirs.",
                paths.join(", ")
            ))),
        };
    };
    Ok(open
        .map(|one| {
            let decision = match (side, one.kind) {
                // What is in the way can only stay.
                (ConflictSide::Mine, _) | (_, UpdateKind::ConflictInTheWay) => {
                    UpdateDecision::Mine {}
                }
                (ConflictSide::Theirs, _) => UpdateDecision::Theirs {},
            };
            (one.path.clone(), decision)
        })
        .collect())
}

fn print_changes(preview: &UpdatePreview) {
    let rows: Vec<Vec<String>> = preview
        .changes
        .iter()
        .map(|change| {
            let path = match &change.from {
                Some(from) => format!("{from} -> {}", change.path),
                None => change.path.clone(),
            };
            vec![word(change.kind).to_owned(), path]
        })
        .collect();
    if rows.is_empty() {
        println!("No file changes.");
    } else {
        print_table(&["WHAT", "FILE"], &rows);
    }
}

fn word(kind: UpdateKind) -> &'static str {
    match kind {
        UpdateKind::Add => "new",
        UpdateKind::Replace => "changed",
        UpdateKind::Merge => "merged",
        UpdateKind::ConflictText | UpdateKind::ConflictWhole => "conflict",
        UpdateKind::ConflictRemoved => "removed there",
        UpdateKind::ConflictInTheWay => "in the way",
        UpdateKind::Remove => "removed",
        UpdateKind::Permissions => "permissions",
        UpdateKind::StaysDeleted => "stays deleted",
        UpdateKind::Skipped => "left alone",
    }
}

async fn lint(desk: &Desk, lint: TemplateLint) -> Result<Ended, Stop> {
    let request = LintAsk {
        source: lint.source,
        directory: lint.directory,
        base: Some(full_path(std::path::Path::new("."))?),
    };
    let report = commands::template_lint(desk, request).await?;
    let errors = count(&report.diagnostics, SeverityView::Error);
    let warnings = count(&report.diagnostics, SeverityView::Warning)
        + count(&report.diagnostics, SeverityView::Portability);
    if lint.json {
        print_json(&report)?;
    } else {
        for diagnostic in &report.diagnostics {
            println!("{}\n", rendered(diagnostic));
        }
        let errors = counted(errors, "error", "errors");
        let warnings = counted(warnings, "warning", "warnings");
        println!("{} checked: {errors}, {warnings}", report.source);
    }
    Ok(if errors > 0 || lint.strict && warnings > 0 {
        Ended::Badly
    } else {
        Ended::Well
    })
}

fn count(found: &[contract::DiagnosticView], severity: SeverityView) -> u32 {
    let count = found.iter().filter(|one| one.severity == severity).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

async fn adopt(desk: &Desk, adopt: TemplateAdopt) -> Result<Ended, Stop> {
    let request = AdoptAsk {
        project: full_path(&adopt.place.project)?,
        source: adopt.source,
        directory: adopt.options.directory,
        checkout: adopt.options.checkout,
        values: Some(values(&adopt.answers)),
        freshness: Some(freshness(&adopt.options.network, Freshness::Cached)),
        base: Some(full_path(std::path::Path::new("."))?),
        work: None,
    };
    let offer = commands::adopt_offer(desk, request).await?;
    for note in &offer.notes {
        eprintln!("note: {note}");
    }
    if adopt.dry_run {
        if adopt.place.json {
            return print_json(&offer);
        }
        print_offer(&offer);
        println!("Nothing was written.");
        return Ok(Ended::Well);
    }
    let apply = AdoptApply {
        adoption: offer.adoption.clone(),
        commit: adopt.commit,
    };
    let adopted = commands::adopt_apply(desk, apply).await?;
    if adopt.place.json {
        return print_json(&adopted);
    }
    println!(
        "{} follows {} from {} on",
        adopted.path, adopted.source, adopted.commit
    );
    println!("Undo: bakehouse template undo {}", adopted.undo);
    Ok(Ended::Well)
}

fn print_offer(offer: &AdoptOffer) {
    let rows: Vec<Vec<String>> = offer
        .versions
        .iter()
        .map(|one| {
            vec![
                one.commit.chars().take(10).collect(),
                one.time.chars().take(10).collect(),
                one.lines.to_string(),
                one.missing.to_string(),
                one.same.to_string(),
                one.subject.clone(),
            ]
        })
        .collect();
    let heads = ["COMMIT", "WHEN", "LINES", "MISSING", "SAME", "SUBJECT"];
    print_table(&heads, &rows);
}

async fn undo(desk: &Desk, undo: TemplateUndo) -> Result<Ended, Stop> {
    let id = match undo.undo {
        Some(id) => id,
        None => {
            let list = commands::undo_list(desk, UndoAsk {}).await?;
            let last = list.makings.into_iter().next();
            last.ok_or_else(|| Stop::Failed("there is nothing to undo".to_owned()))?
                .undo
        }
    };
    let undone = commands::project_undo(desk, ProjectUndo { undo: id }).await?;
    if undo.json {
        return print_json(&undone);
    }
    print_undone(&undone);
    Ok(Ended::Well)
}

fn print_undone(undone: &ProjectUndone) {
    println!(
        "{}: {} files removed, {} restored",
        undone.path,
        undone.removed.len(),
        undone.restored.len()
    );
    for kept in &undone.kept {
        println!("kept {}: {}", kept.path, kept.why);
        if let Some(before) = &kept.before {
            println!("  as it was before: {before}");
        }
    }
}
