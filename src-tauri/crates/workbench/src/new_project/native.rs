//! What the application does itself in the place of known hooks: their checks, and their changes.

use serde_json::{Map, Value};
use source::{Diagnostic, Span, Text};
use template::{Form, Plan};
use template_store::hook::{Complaint, NativeHooks};

use crate::templates::OpenTemplate;

/// The file that complaints about answers point at.
const SETTINGS: &str = "cookiecutter.json";

/// Changes a plan as the hooks would; what they would refuse becomes a finding.
pub(crate) fn apply(native: &NativeHooks, plan: &mut Plan, open: &OpenTemplate) {
    // Of the platform that is served here no project can be named that means anything elsewhere.
    if let Err(complaints) = native.apply(plan, None) {
        let bytes = open.template.tree().bytes(SETTINGS);
        let content = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let text = Text::new(SETTINGS, content.unwrap_or_default());
        let told = complaints.iter().map(|one| finding(one, &text));
        plan.diagnostics.extend(told);
    }
}

fn finding(complaint: &Complaint, text: &Text) -> Diagnostic {
    let Complaint { variable, message } = complaint;
    let key = format!("\"{variable}\"");
    let span = text
        .content()
        .find(&key)
        .map_or_else(Span::default, |at| Span::new(at, at + key.len()));
    let message = format!("`{variable}`: {message}");
    Diagnostic::error("template-answer", text, span, message)
}

/// Puts what the hooks would refuse at the fields.
pub(super) fn complain(native: &NativeHooks, form: &mut Form, context: &Map<String, Value>) {
    for complaint in native.complaints(context) {
        let field = form
            .fields
            .iter_mut()
            .find(|field| field.name == complaint.variable);
        if let Some(field) = field.filter(|field| field.problem.is_none()) {
            field.problem = Some(complaint.message);
        }
    }
}
