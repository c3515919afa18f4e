//! Mistakes of a template, for its author.

use contract::{Failure, LintAsk, LintReport, TemplateOpen, TemplateOpening};

use crate::Desk;
use crate::credentials::blocking;
use crate::templates::opening::open;
use crate::templates::work::Work;
use crate::view::diagnostic::views;

/// The mistakes of a template.
pub async fn template_lint(desk: &Desk, request: LintAsk) -> Result<LintReport, Failure> {
    let desk = desk.clone();
    blocking(move || {
        let work = Work::begin(&desk, None);
        let asked = TemplateOpen {
            source: request.source,
            directory: request.directory,
            base: request.base,
            ..TemplateOpen::default()
        };
        let open = open(&desk, asked, &work)?.map_err(unopened)?;
        let setting = crate::new_project::setting(&open, &desk.folders().home);
        let found = open.template.lint(&setting);
        Ok(LintReport {
            source: open.typed().to_owned(),
            diagnostics: views(&found, std::path::Path::new("")),
        })
    })
    .await?
}

/// A question that cannot be asked here, as a failure.
pub(crate) fn unopened(question: TemplateOpening) -> Failure {
    let invalid = |message: String| Failure::invalid("source", message);
    match question {
        TemplateOpening::Nested { templates } => {
            let paths: Vec<String> = templates.into_iter().map(|one| one.path).collect();
            invalid("It holds several templates.".to_owned())
                .hint(format!("Name one of its folders: {}.", paths.join(", ")))
        }
        TemplateOpening::Folder { message, .. }
        | TemplateOpening::Version { message }
        | TemplateOpening::Password { message, .. } => invalid(message),
        TemplateOpening::Credential { message, hint, .. } => invalid(message).hint(hint),
        TemplateOpening::HookFailed { hook } => {
            invalid(format!("`{}` failed. {}", hook.file, hook.message))
        }
        TemplateOpening::Stopped {} | TemplateOpening::Opened { .. } => Failure::new(
            contract::FailureCode::Refused,
            "Opening the template was stopped.",
        ),
    }
}
