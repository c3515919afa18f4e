//! Actions and modules: files that jobs and tasks call.

use std::sync::Arc;

use source::{Diagnostic, Parsed, Text, nearest};

use crate::file;
use crate::keys::Kind;
use crate::read::{self, Document};
use crate::tree::{Block, Expr};
use crate::workspace::{ActionError, ActionFile, RemoteAction, Workspace};

/// An action.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its path in the project, or its absolute name.
    pub path: String,
    /// Its text.
    pub text: Text,
    /// Its tree; the kind of the block is the kind of the action.
    pub tree: Block,
    /// Whether it has no errors.
    pub sound: bool,
    /// The errors, for whoever calls it.
    pub(crate) problems: Vec<Diagnostic>,
}

impl Action {
    /// Reads an action.
    #[must_use]
    pub fn read(path: &str, text: &Text) -> Parsed<Self> {
        Self::from_block(path, text, read::read(text, Document::Action))
    }

    /// An action whose text was read before.
    pub(crate) fn from_block(path: &str, text: &Text, parsed: Parsed<Block>) -> Parsed<Self> {
        let problems: Vec<Diagnostic> = parsed
            .diagnostics
            .iter()
            .filter(|found| found.is_error())
            .cloned()
            .collect();
        let action = Self {
            path: path.to_owned(),
            text: text.clone(),
            tree: parsed.tree,
            sound: problems.is_empty(),
            problems,
        };
        Parsed {
            tree: action,
            diagnostics: parsed.diagnostics,
        }
    }

    /// What kind of action it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.tree.kind
    }

    /// The word for the kind in files.
    #[must_use]
    pub fn kind_word(&self) -> &'static str {
        match self.tree.kind {
            Kind::LiveAction => "live",
            Kind::StatefulAction => "stateful",
            Kind::LocalAction => "local",
            _ => "batch",
        }
    }

    /// The folder the file lies in, absolute.
    pub(crate) fn folder(&self, root: &str) -> String {
        let whole = crate::workspace::absolute(root, &self.path);
        match whole.rfind('/') {
            Some(0) => "/".to_owned(),
            Some(at) => whole[..at].to_owned(),
            None => whole,
        }
    }
}

/// The reference a block calls.
pub(crate) fn called(block: &Block) -> Option<String> {
    block
        .constant("module")
        .or_else(|| block.constant("action"))
}

/// The path of an action of the project.
pub(crate) fn local_path(workspace: &dyn Workspace, reference: &str) -> Option<String> {
    let (scheme, spec) = reference.split_once(':')?;
    if !matches!(scheme, "ws" | "workspace") {
        return None;
    }
    let paths = [
        spec.to_owned(),
        format!("{spec}.yml"),
        format!("{spec}.yaml"),
    ];
    paths
        .into_iter()
        .find(|path| workspace.kind(path).is_some_and(|kind| !kind.is_folder()))
}

/// Where a call stands, for messages.
pub(crate) struct CallSite<'a> {
    pub(crate) reference: &'a Expr,
    pub(crate) block: &'a Block,
    pub(crate) module: bool,
}

/// Finds and reads what is called.
pub(crate) fn load(
    workspace: &dyn Workspace,
    reference: &str,
    site: &CallSite<'_>,
) -> Result<Arc<Action>, Box<Diagnostic>> {
    let (path, text) = match workspace.stored_action(reference) {
        Some(file) => (file.name.clone(), file::named(&file.name, &file.content)),
        None => find(workspace, reference, site)?,
    };
    Ok(Arc::new(Action::read(&path, &text).tree))
}

fn find(
    workspace: &dyn Workspace,
    reference: &str,
    site: &CallSite<'_>,
) -> Result<(String, Text), Box<Diagnostic>> {
    let Some((scheme, spec)) = reference.split_once(':') else {
        let help = format!("write `ws:{reference}` for a file of the project");
        let found = refused(site, format!("`{reference}` does not say where it lies"));
        return Err(found.help(help).into());
    };
    match scheme {
        "ws" | "workspace" => local(workspace, reference, site),
        "gh" | "github" if site.module => {
            let message = format!("a module must lie in the project, `{reference}` does not");
            Err(refused(site, message).help("call it as an `action`").into())
        }
        "gh" | "github" => remote(workspace, spec, site),
        other => {
            let candidates = nearest(other, ["ws", "gh", "workspace", "github"]);
            let message = format!("`{other}:` is no place for actions");
            let found = refused(site, message).help("use `ws:FILE` or `gh:OWNER/REPO@VERSION`");
            Err(found.candidates(candidates).into())
        }
    }
}

fn local(
    workspace: &dyn Workspace,
    reference: &str,
    site: &CallSite<'_>,
) -> Result<(String, Text), Box<Diagnostic>> {
    let Some(path) = local_path(workspace, reference) else {
        let message = format!("there is no file for `{reference}` in the project");
        let help = "the path is relative to the project's folder; `.yml` may be left out";
        return Err(refused(site, message).help(help).into());
    };
    let found = file::text(workspace, &path)?;
    match found.problem {
        Some(problem) => Err(problem.into()),
        None => Ok((path, found.text)),
    }
}

fn remote(
    workspace: &dyn Workspace,
    spec: &str,
    site: &CallSite<'_>,
) -> Result<(String, Text), Box<Diagnostic>> {
    let action = remote_action(spec).ok_or_else(|| {
        let message = format!("`{spec}` is not of the form OWNER/REPO@VERSION");
        Box::new(refused(site, message))
    })?;
    match workspace.remote_action(&action) {
        Ok(ActionFile { name, content }) => Ok((name.clone(), file::named(&name, &content))),
        Err(ActionError::Missing) => {
            let message = format!("`{spec}` has no `action.yml` on GitHub");
            Err(refused(site, message)
                .help("check the owner, the repository and the version")
                .into())
        }
        Err(ActionError::Unreachable { reason }) => {
            Err(refused(site, format!("`{spec}` cannot be fetched: {reason}")).into())
        }
    }
}

/// Takes `OWNER/REPO@VERSION` apart.
#[must_use]
pub fn remote_action(spec: &str) -> Option<RemoteAction> {
    let (place, version) = spec.split_once('@')?;
    let (owner, repo) = place.split_once('/')?;
    let [owner, repo, version] = [owner, repo, version].map(str::to_owned);
    Some(RemoteAction {
        owner,
        repo,
        version,
    })
}

fn refused(site: &CallSite<'_>, message: String) -> Diagnostic {
    let Expr { text, span, .. } = site.reference;
    Diagnostic::error("action-not-found", text, *span, message).label(
        text,
        site.block.span,
        "the call",
    )
}
