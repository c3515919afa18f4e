//! Contexts: what expressions of a flow can read.

use expression::{Cause, Dict, LocalPath, Record, Set, Unknown, Value};
use indexmap::IndexMap;
use source::Diagnostic;

use crate::coercion::Home;
use crate::defaults::Defaults;
use crate::eval::{Evaluator, Troubles, dict_of};
use crate::image::{Image, Prepared};
use crate::merge::merged;
use crate::outside::Outside;
use crate::project::Project;
use crate::session::Session;
use crate::tree::Block;
use crate::volume::Volume;
use crate::workspace::GitInfo;

/// What a flow is called and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowFacts {
    /// The id of the project.
    pub project_id: String,
    /// The project of the platform the flow works in.
    pub project_name: String,
    /// Whose project it is.
    pub owner: Option<String>,
    /// The id of the flow.
    pub flow_id: String,
    /// The title of the flow.
    pub title: String,
    /// The absolute path of the project's folder.
    pub workspace: String,
    /// Who evaluates.
    pub username: String,
}

/// All contexts of a flow, evaluated.
#[derive(Debug, Clone)]
pub struct Contexts {
    /// What the flow is called and where it lies.
    pub facts: FlowFacts,
    /// What all jobs have in common.
    pub defaults: Defaults,
    /// Volumes by id.
    pub volumes: IndexMap<String, Volume>,
    /// Images by id.
    pub images: IndexMap<String, Image>,
    /// What places on the platform are read against.
    pub(crate) home: Home,
    /// Values by the name of their context.
    pub(crate) dict: Dict,
}

impl FlowFacts {
    pub(crate) fn new(
        project: &Project,
        session: &Session<'_>,
        flow_id: &str,
        title: &str,
    ) -> Result<Self, Box<Diagnostic>> {
        let project_id = match (&project.id, &project.id_problem) {
            (Some(id), _) => id.clone(),
            (None, Some(problem)) => return Err(problem.clone().into()),
            (None, None) => String::new(),
        };
        Ok(Self::named(project, session, project_id, (flow_id, title)))
    }

    /// The facts as far as they are known, also where the project has no usable id.
    pub(crate) fn survey(
        project: &Project,
        session: &Session<'_>,
        flow_id: &str,
        title: &str,
    ) -> Self {
        let project_id = project.id.clone().unwrap_or_default();
        Self::named(project, session, project_id, (flow_id, title))
    }

    fn named(
        project: &Project,
        session: &Session<'_>,
        project_id: String,
        (flow_id, title): (&str, &str),
    ) -> Self {
        let platform = session.platform;
        Self {
            project_id,
            project_name: project
                .project_name
                .clone()
                .unwrap_or(platform.project.clone()),
            owner: project.owner.clone(),
            flow_id: flow_id.to_owned(),
            title: title.to_owned(),
            workspace: session.workspace.root().to_owned(),
            username: platform.user.clone(),
        }
    }

    pub(crate) fn home(&self, session: &Session<'_>) -> Home {
        Home {
            account: session.account(),
            flow_project: self.project_name.clone(),
        }
    }

    pub(crate) fn project_record(&self) -> Record {
        let owner = self.owner.as_deref().map_or(Value::None, Value::from);
        Record::new("ProjectCtx")
            .with("id", self.project_id.as_str())
            .with("project_name", self.project_name.as_str())
            .with("owner", owner)
    }

    pub(crate) fn flow_record(&self, type_name: &str) -> Record {
        Record::new(type_name)
            .with("flow_id", self.flow_id.as_str())
            .with("project_id", self.project_id.as_str())
            .with(
                "workspace",
                Value::LocalPath(LocalPath::new(&self.workspace)),
            )
            .with("title", self.title.as_str())
            .with("username", self.username.as_str())
    }
}

/// What git knows, for expressions.
pub(crate) fn git_record(git: Option<&GitInfo>) -> Record {
    match git {
        Some(git) => {
            let tags = match git.tags.as_slice() {
                [] => Value::list_of([""]),
                tags => Value::list_of(tags.iter().map(String::as_str)),
            };
            Record::new("GitCtx")
                .with("sha", git.sha.as_str())
                .with("branch", git.branch.as_str())
                .with("tags", tags)
        }
        None => Record::refusing(
            "GitCtx",
            "git knows nothing about this folder: is it a repository with a commit?",
        ),
    }
}

/// The blocks of a flow that contexts are made of.
pub(crate) struct Sources<'a> {
    pub(crate) flow: &'a Block,
    pub(crate) project: Option<&'a Block>,
    /// Images that were prepared before the flow runs.
    pub(crate) prepared: Option<&'a IndexMap<String, Prepared>>,
}

impl Sources<'_> {
    /// The defaults of the flow with those of the project.
    pub(crate) fn defaults(&self) -> Option<Block> {
        let project = self.project.and_then(|project| project.block("defaults"));
        match (self.flow.block("defaults"), project) {
            (Some(own), Some(project)) => Some(merged(own, project)),
            (own, project) => own.or(project).cloned(),
        }
    }

    /// The images of the project and of the flow.
    pub(crate) fn images(&self) -> IndexMap<&str, &Block> {
        self.named("images")
    }

    /// Named blocks of the project and of the flow; the flow's win.
    fn named(&self, key: &str) -> IndexMap<&str, &Block> {
        let mut found = IndexMap::new();
        for block in self.project.into_iter().chain([self.flow]) {
            found.extend(block.blocks(key).map(|(name, named)| (name, &*named.block)));
        }
        found
    }
}

impl Contexts {
    /// Evaluates defaults, volumes and images; `base` holds the contexts they may use.
    pub(crate) fn evaluate(
        session: &Session<'_>,
        facts: FlowFacts,
        base: Dict,
        sources: &Sources<'_>,
    ) -> Result<Self, Troubles> {
        let (contexts, troubles) = Self::survey(session, facts, base, sources);
        match troubles.list.is_empty() {
            true => Ok(contexts),
            false => Err(troubles),
        }
    }

    /// The contexts as good as they can be made: what has troubles is not known in them, so that
    /// whatever else is wrong can be found at the same time.
    pub(crate) fn survey(
        session: &Session<'_>,
        facts: FlowFacts,
        base: Dict,
        sources: &Sources<'_>,
    ) -> (Self, Troubles) {
        let home = facts.home(session);
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(&base, &mut outside, Some(&home));
        let block = sources.defaults();
        let (project_id, flow_id) = (&facts.project_id, &facts.flow_id);
        let defaults = Defaults::evaluate(&mut evaluator, block.as_ref(), project_id, flow_id);
        let mut open = Vec::new();
        if !evaluator.troubles.list.is_empty() {
            open.extend(["env", "tags"]);
        }
        let so_far = evaluator.troubles.list.len();
        let mut volumes = IndexMap::new();
        for (id, block) in sources.named("volumes") {
            if let Some(volume) = Volume::evaluate(&mut evaluator, session, id, block) {
                volumes.insert(id.to_owned(), volume);
            }
        }
        if evaluator.troubles.list.len() > so_far {
            open.push("volumes");
        }
        let so_far = evaluator.troubles.list.len();
        let mut images = IndexMap::new();
        for (id, block) in sources.named("images") {
            let prepared = sources.prepared.and_then(|prepared| prepared.get(id));
            let image = Image::evaluate(&mut evaluator, session, (id, block), prepared);
            images.extend(image.map(|image| (id.to_owned(), image)));
        }
        if evaluator.troubles.list.len() > so_far {
            open.push("images");
        }
        let troubles = evaluator.troubles;
        let mut contexts = Self {
            facts,
            defaults,
            volumes,
            images,
            home,
            dict: base,
        };
        contexts.publish();
        for name in open {
            contexts.dict.insert(name, Value::Unknown(unknown(name)));
        }
        (contexts, troubles)
    }

    fn publish(&mut self) {
        let volumes: Dict = self
            .volumes
            .iter()
            .map(|(id, volume)| (id.as_str(), Value::Record(volume.record.clone())))
            .collect();
        let images = images_dict(&self.images);
        self.dict
            .insert("env", Value::Dict(dict_of(&self.defaults.env)));
        self.dict.insert("tags", tags_value(&self.defaults));
        self.dict.insert("volumes", Value::Dict(volumes));
        self.dict.insert("images", Value::Dict(images));
    }
}

/// A context that has troubles of its own.
fn unknown(name: &str) -> Unknown {
    let why = format!("`{name}` is known when all of it can be evaluated");
    Unknown::new(Cause::Start, why)
}

pub(crate) fn images_dict(images: &IndexMap<String, Image>) -> Dict {
    images
        .iter()
        .map(|(id, image)| (id.as_str(), Value::Record(image.record())))
        .collect()
}

pub(crate) fn tags_value(defaults: &Defaults) -> Value {
    let mut tags = Set::new();
    for tag in &defaults.tags {
        tags.insert(tag.as_str());
    }
    Value::Set(tags)
}
