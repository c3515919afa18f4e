//! Templates: the list, the form, the preview, and looking closer at it.

use std::path::{Path, PathBuf};

use contract::{
    ExplainAsk, Explanation, Failure, PreviewEntry, TemplateAsk, TemplateCompare,
    TemplateComparison, TemplateFileAsk, TemplateForm, TemplateHooks, TemplateList,
    TemplateListAsk, TemplatePreview, TrustAsk, TrustList, TrustWithdraw, TrustedHook,
};
use template::Plan;
use template_store::hook::Trust;

use crate::Desk;
use crate::credentials::blocking;
use crate::new_project::hooks::Around;
use crate::new_project::{self, Asked};
use crate::place::parent_folder;
use crate::templates::open_template::find;
use crate::view::difference;
use crate::view::failure::capital;

mod explain;

/// The templates that are part of the application.
pub async fn template_list(
    _desk: &Desk,
    _request: TemplateListAsk,
) -> Result<TemplateList, Failure> {
    Ok(new_project::templates())
}

/// The questions of a template with their present answers.
pub async fn template_form(desk: &Desk, request: TemplateAsk) -> Result<TemplateForm, Failure> {
    with(desk, &request, new_project::form)
}

/// What would be written; nothing is.
pub async fn template_preview(
    desk: &Desk,
    request: TemplateAsk,
) -> Result<TemplatePreview, Failure> {
    with(desk, &request, new_project::preview)
}

/// One file of what would be written.
pub async fn template_file(desk: &Desk, request: TemplateFileAsk) -> Result<PreviewEntry, Failure> {
    with(desk, &request.ask, |asked| {
        new_project::file(asked, &request.path)
    })?
}

/// Why a place in a preview reads as it does.
pub async fn template_explain(desk: &Desk, request: ExplainAsk) -> Result<Explanation, Failure> {
    with(desk, &request.ask, |asked| {
        explain::explain(asked, &request.path, request.offset)
    })?
}

/// What two sets of answers make differently.
pub async fn template_compare(
    desk: &Desk,
    request: TemplateCompare,
) -> Result<TemplateComparison, Failure> {
    let before = plan(desk, &request.before)?;
    let after = plan(desk, &request.after)?;
    Ok(TemplateComparison {
        changes: difference::between_plans(&before, &after),
    })
}

/// The programs a template wants to run. They are looked at, never run.
pub async fn template_hooks(desk: &Desk, request: TemplateAsk) -> Result<TemplateHooks, Failure> {
    let desk = desk.clone();
    blocking(move || {
        let trust = Trust::new(&desk.folders().data);
        with(&desk, &request, |asked| {
            let around = Around {
                open: asked.open,
                trust: &trust,
                search_path: &std::env::var_os("PATH").unwrap_or_default(),
            };
            around.view(&asked.bare_plan().hooks, desk.templates().sandbox())
        })
    })
    .await?
}

/// The hooks that are trusted.
pub async fn trust_list(desk: &Desk, _request: TrustAsk) -> Result<TrustList, Failure> {
    trusted(&Trust::new(&desk.folders().data))
}

/// Trusts a hook no longer.
pub async fn trust_withdraw(desk: &Desk, request: TrustWithdraw) -> Result<TrustList, Failure> {
    let trust = Trust::new(&desk.folders().data);
    trust
        .withdraw(&request.digest)
        .map_err(|error| Failure::internal(format!("{}.", capital(&error))))?;
    trusted(&trust)
}

fn trusted(trust: &Trust) -> Result<TrustList, Failure> {
    let list = trust
        .list()
        .map_err(|error| Failure::internal(format!("{}.", capital(&error))))?;
    let hooks = list.into_iter().map(|(digest, one)| TrustedHook {
        digest,
        template: one.template,
        file: one.file,
        since: one.since.to_string(),
    });
    Ok(TrustList {
        hooks: hooks.collect(),
    })
}

/// Does something with a template and its answers.
pub(crate) fn with<T>(
    desk: &Desk,
    ask: &TemplateAsk,
    act: impl FnOnce(Asked<'_>) -> T,
) -> Result<T, Failure> {
    let open = find(desk, &ask.template)?;
    let parent = parent(desk, ask);
    Ok(act(Asked {
        open: &open,
        ask,
        parent: &parent,
    }))
}

/// What would be written.
pub(crate) fn plan(desk: &Desk, ask: &TemplateAsk) -> Result<Plan, Failure> {
    with(desk, ask, |asked| asked.plan())
}

/// The folder the project would lie in.
pub(crate) fn parent(desk: &Desk, ask: &TemplateAsk) -> PathBuf {
    let parent = parent_folder(desk, ask.parent.as_deref());
    if parent.is_absolute() {
        parent
    } else {
        Path::new(&desk.folders().home).join(parent)
    }
}
