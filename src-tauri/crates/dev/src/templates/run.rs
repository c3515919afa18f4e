//! Makes the project of a case in a scratch folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use template::{
    Answers, Content, HookMoment, Node, Plan, Randomness, ReadError, Setting, Template, Tree,
};

use super::archive;
use super::case::{Case, Hooks};
use super::folder::{self, set_mode, sha256};
use super::made::Made;
use super::refusal::Refusal;

/// Makes the project of a case.
pub(crate) fn make(case: &Case) -> Result<Made> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("out");
    fs::create_dir(&out)?;
    for (path, text) in &case.preexisting {
        let path = out.join(path);
        fs::create_dir_all(path.parent().context("lies nowhere")?)?;
        fs::write(path, text)?;
    }
    let before = folder::listed(&out)?;
    let mut made = Made {
        archive: case.template.is_file(),
        ..Made::default()
    };
    match template(case)? {
        Ok((template, tree)) => {
            let plan = planned(case, &template)?;
            made.python = template.foreign_extensions();
            facts(case, &plan, &tree, &mut made);
            let refusal = match Refusal::planned(&plan, &tree, &case.output_dir) {
                Some(refusal) => Some(refusal),
                None => carry_out(case, &plan, &out)?,
            };
            made.refusal = refusal;
        }
        Err(refusal) => made.refusal = Some(refusal),
    }
    let there = |one: &Value| before.iter().any(|old| old["path"] == one["path"]);
    made.entries = folder::listed(&out)?;
    made.entries.retain(|one| case.overwrite || !there(one));
    Ok(made)
}

/// The template of a case, with the tree it was read from.
fn template(case: &Case) -> Result<Result<(Template, Tree), Refusal>> {
    let mut tree = match tree(&case.template, &case.repository)? {
        Ok(tree) => tree,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(directory) = &case.directory {
        match tree.folder(directory) {
            Some(inner) => tree = inner,
            None => return Ok(Err(no_template(case))),
        }
    }
    if case.context.is_some() {
        return Ok(Ok((Template::without_questions(tree.clone()), tree)));
    }
    let mut found = match Template::read(tree) {
        Ok(found) => found,
        Err(error @ ReadError::NoSettings) if case.template.is_file() => {
            let class = "InvalidZipRepository";
            return Ok(Err(Refusal::new(class, None, error.to_string())));
        }
        Err(error) => return Ok(Err(Refusal::unread(&error))),
    };
    while let Some(first) = found.nested().first().map(|one| one.name.clone()) {
        match found.choose(&first) {
            Ok(inner) => found = inner,
            Err(error) => return Ok(Err(Refusal::unread(&error))),
        }
    }
    let tree = found.tree().clone();
    Ok(Ok((found, tree)))
}

fn no_template(case: &Case) -> Refusal {
    let ours = format!("{} is no template", case.template.display());
    Refusal::new("RepositoryNotFound", None, ours)
}

/// The files of a template; those of its repository too where a link leads there.
fn tree(path: &Path, repository: &Path) -> Result<Result<Tree, Refusal>> {
    if path.is_dir() {
        let tree = folder::tree(path)?;
        let inside = path.strip_prefix(repository).ok().and_then(Path::to_str);
        return Ok(Ok(match inside {
            Some(inside) if !inside.is_empty() && has_open_link(&tree) => folder::tree(repository)?
                .folder(inside)
                .context("the template lies in its repository")?,
            _ => tree,
        }));
    }
    if path.is_file() {
        return Ok(archive::tree(path)?
            .map_err(|why| Refusal::new("InvalidZipRepository", None, why.to_string())));
    }
    let ours = format!("{} is no folder", path.display());
    Ok(Err(Refusal::new("RepositoryNotFound", None, ours)))
}

fn has_open_link(tree: &Tree) -> bool {
    tree.below("").any(|path| {
        matches!(tree.get(path), Some(Node::Link { .. })) && tree.resolve(path).is_none()
    })
}

fn planned(case: &Case, template: &Template) -> Result<Plan> {
    let setting = Setting {
        randomness: Randomness::Still,
        template: case.named.clone(),
        output_dir: case.output_dir.clone(),
        repo_dir: case.named.clone(),
        checkout: case.checkout.clone(),
        ..Setting::new(Timestamp::from_second(case.epoch)?, 1)
    };
    if let Some(context) = &case.context {
        return Ok(template.plan_of(context, &setting));
    }
    let mut answers = if case.typed {
        Answers::typed(case.answers.clone())
    } else {
        Answers::given(case.answers.clone())
    };
    if let Some(path) = &case.user_config {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.display().to_string();
        let surroundings = template::Surroundings {
            home: "/".to_owned(),
            variable: &|_| None,
        };
        let config = template::UserConfig::read(&name, &text, &surroundings)?;
        answers.preferred = config.default_context;
    }
    Ok(template.plan(&answers, &setting))
}

/// What the plan says about variables, hooks and unrendered files.
fn facts(case: &Case, plan: &Plan, tree: &Tree, made: &mut Made) {
    made.project = Some(plan.folder.clone());
    made.context = Some(plan.context.clone());
    for hook in plan.hooks.iter().filter(|_| case.hooks == Hooks::Rendered) {
        let name = hook.file.rsplit('/').next().unwrap_or(&hook.file);
        if hook.moment != HookMoment::BeforeQuestions {
            let sum = hook.text.as_ref().map(|text| sha256(text.as_bytes()));
            made.hooks.insert(name.to_owned(), json!(sum));
        }
    }
    let first = plan.diagnostics.iter().find(|one| one.is_error());
    made.bad_name =
        first.is_some_and(|one| one.code == "template-name" && !one.message.contains("has no"));
    made.empty_folder = plan.is_sound()
        && tree.below("").any(|path| {
            let is_folder = matches!(tree.get(path), Some(Node::Folder { .. }));
            is_folder && path.contains("{%") && !plan.entries.iter().any(|one| one.origin == path)
        });
    for entry in &plan.entries {
        if let (Content::Rendered { .. }, Some(bytes)) = (&entry.content, tree.bytes(&entry.origin))
        {
            let path = format!("{}/{}", plan.folder, entry.path);
            made.raw.insert(path, json!(sha256(bytes)));
        }
    }
}

/// Writes the project; hooks run only where the case wants it.
fn carry_out(case: &Case, plan: &Plan, out: &Path) -> Result<Option<Refusal>> {
    let project = out.join(&plan.folder);
    let is_new = !project.exists();
    if !is_new && !case.overwrite {
        let path = format!("{}/{}", case.output_dir, plan.folder);
        return Ok(Some(Refusal::taken(&path)));
    }
    let done = write_between_hooks(case, plan, &project)?;
    if done.is_some() && is_new {
        let first = plan.folder.split('/').next().unwrap_or(&plan.folder);
        fs::remove_dir_all(out.join(first))?;
    }
    Ok(done)
}

fn write_between_hooks(case: &Case, plan: &Plan, project: &Path) -> Result<Option<Refusal>> {
    folders(project)?;
    if let Some(refusal) = hooks(case, plan, HookMoment::BeforeFiles, project)? {
        return Ok(Some(refusal));
    }
    for entry in &plan.entries {
        let path = project.join(&entry.path);
        if entry.content == Content::Folder {
            folders(&path)?;
        } else if !(case.skip_existing && path.exists()) {
            fs::write(&path, entry.content.bytes())?;
        } else {
            continue;
        }
        if let Some(mode) = entry.mode {
            set_mode(&path, mode)?;
        }
    }
    hooks(case, plan, HookMoment::AfterFiles, project)
}

/// Makes a folder and those above it with the usual permissions.
fn folders(path: &Path) -> Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|one| !one.exists()).collect();
    for one in missing.into_iter().rev() {
        fs::create_dir(one)?;
        set_mode(one, 0o755)?;
    }
    Ok(())
}

fn hooks(case: &Case, plan: &Plan, moment: HookMoment, project: &Path) -> Result<Option<Refusal>> {
    let wanted = plan.hooks.iter().filter(|one| one.moment == moment);
    for hook in wanted.filter(|_| case.hooks == Hooks::Run) {
        let Some(text) = &hook.text else {
            return Ok(Some(Refusal::new(
                "UndefinedError",
                None,
                "a hook cannot be rendered",
            )));
        };
        if let Some(refusal) = run(&hook.file, text, project)? {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// Runs one program in the project folder.
fn run(file: &str, text: &str, project: &Path) -> Result<Option<Refusal>> {
    let folder = tempfile::tempdir()?;
    let script = folder.path().join(file.rsplit('/').next().unwrap_or(file));
    fs::write(&script, text)?;
    set_mode(&script, 0o755)?;
    let mut command = if file.ends_with(".py") {
        let mut command = std::process::Command::new("python3");
        command.arg(&script);
        command
    } else {
        std::process::Command::new(PathBuf::from(&script))
    };
    let done = command
        .current_dir(project)
        .env("HOME", folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    let refusal = match done {
        Ok(done) if done.status.success() => None,
        Ok(done) => {
            let code = done.status.code().unwrap_or(-1);
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            let message = format!("Hook script failed (exit status: {code})");
            Some(Refusal::failed_hook(message, &said))
        }
        Err(error) => {
            let message = "Hook script failed, might be an empty file or missing a shebang";
            Some(Refusal::failed_hook(message.to_owned(), &error.to_string()))
        }
    };
    Ok(refusal)
}

/// A context without what depends on where the template lay.
pub(crate) fn comparable(context: &Map<String, Value>) -> Map<String, Value> {
    let mut context = context.clone();
    context.retain(|name, _| !matches!(name.as_str(), "_template" | "_repo_dir"));
    context
}
