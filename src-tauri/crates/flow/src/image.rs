//! Images: what they are called, and what they are built from.

use expression::{Dict, LocalPath, Record, RemotePath, Uri, Value};
use indexmap::IndexMap;
use source::{Diagnostic, Span, Text};

use crate::coercion::Home;
use crate::eval::Evaluator;
use crate::session::Session;
use crate::tree::Block;
use crate::workspace::absolute;

/// A folder or a file an image is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImagePlace {
    /// On this machine, absolute.
    Local(String),
    /// On the platform.
    Storage(Uri),
}

impl ImagePlace {
    /// A place on the platform, from its URI.
    #[must_use]
    pub fn on_storage(uri: &str) -> Option<Self> {
        Uri::parse(uri).ok().map(Self::Storage)
    }

    fn value(&self) -> Value {
        match self {
            Self::Local(path) => Value::LocalPath(LocalPath::new(path)),
            Self::Storage(uri) => Value::Url(uri.clone()),
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Local(path) => path.clone(),
            Self::Storage(uri) => uri.path(),
        }
    }
}

impl std::fmt::Display for ImagePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(path) => f.write_str(path),
            Self::Storage(uri) => uri.fmt(f),
        }
    }
}

/// An evaluated image.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its id in the flow.
    pub id: String,
    /// Its name on the platform.
    pub reference: String,
    /// The folder it is built from.
    pub context: Option<ImagePlace>,
    /// The Dockerfile.
    pub dockerfile: Option<ImagePlace>,
    /// The Dockerfile, relative to the folder.
    pub dockerfile_rel: Option<String>,
    /// Build arguments.
    pub build_args: Vec<String>,
    /// Environment variables while building.
    pub env: IndexMap<String, String>,
    /// What is mounted while building.
    pub volumes: Vec<String>,
    /// The resources to build on.
    pub build_preset: Option<String>,
    /// Whether it is built even if it exists.
    pub force_rebuild: bool,
    /// Further arguments of the builder.
    pub extra_kaniko_args: Option<String>,
}

/// What an image is built from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Build {
    pub(crate) context: Option<ImagePlace>,
    pub(crate) dockerfile: Option<ImagePlace>,
    pub(crate) dockerfile_rel: Option<String>,
}

/// What is known of an image before its flow runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) reference: String,
    pub(crate) build: Build,
}

impl Image {
    /// Evaluates an image; what was prepared before is taken from there.
    pub(crate) fn evaluate(
        evaluator: &mut Evaluator<'_, '_>,
        session: &Session<'_>,
        (id, block): (&str, &Block),
        prepared: Option<&Prepared>,
    ) -> Option<Self> {
        let (reference, build) = match prepared {
            Some(Prepared { reference, build }) if build.context.is_some() => {
                (Some(reference.clone()), Some(build.clone()))
            }
            // What depends on inputs was not known then.
            Some(Prepared { reference, .. }) => (
                Some(reference.clone()),
                Build::evaluate(evaluator, session, block),
            ),
            None => {
                let reference = evaluator.text(block, "ref");
                (reference, Build::evaluate(evaluator, session, block))
            }
        };
        let build_args = evaluator.texts(block, "build_args");
        let env = evaluator.env(block);
        let volumes = evaluator.filled_texts(block, "volumes");
        let build_preset = evaluator.text(block, "build_preset");
        let force_rebuild = evaluator.truth(block, "force_rebuild").unwrap_or(false);
        let extra_kaniko_args = evaluator.text(block, "extra_kaniko_args");
        let Build {
            context,
            dockerfile,
            dockerfile_rel,
        } = build?;
        Some(Self {
            id: id.to_owned(),
            reference: reference?,
            context,
            dockerfile,
            dockerfile_rel,
            build_args,
            env,
            volumes,
            build_preset,
            force_rebuild,
            extra_kaniko_args,
        })
    }

    /// The image for expressions.
    pub(crate) fn record(&self) -> Record {
        let optional = |text: &Option<String>| text.as_deref().map_or(Value::None, Value::from);
        let place =
            |place: &Option<ImagePlace>| place.as_ref().map_or(Value::None, ImagePlace::value);
        let relative = match &self.dockerfile_rel {
            Some(path) if matches!(self.context, Some(ImagePlace::Local(_))) => {
                Value::LocalPath(LocalPath::new(path))
            }
            Some(path) => Value::RemotePath(RemotePath::new(path)),
            None => Value::None,
        };
        let env: Dict = crate::eval::dict_of(&self.env);
        Record::new("ImageCtx")
            .with("id", self.id.as_str())
            .with("ref", self.reference.as_str())
            .with("context", place(&self.context))
            .with("dockerfile", place(&self.dockerfile))
            .with("dockerfile_rel", relative)
            .with(
                "build_args",
                Value::list_of(self.build_args.iter().map(String::as_str)),
            )
            .with("env", Value::Dict(env))
            .with(
                "volumes",
                Value::list_of(self.volumes.iter().map(String::as_str)),
            )
            .with("build_preset", optional(&self.build_preset))
            .with("force_rebuild", self.force_rebuild)
            .with("extra_kaniko_args", optional(&self.extra_kaniko_args))
    }
}

impl Build {
    /// Evaluates what an image is built from; nothing if it is wrong.
    pub(crate) fn evaluate(
        evaluator: &mut Evaluator<'_, '_>,
        session: &Session<'_>,
        block: &Block,
    ) -> Option<Self> {
        let troubles = evaluator.troubles.list.len();
        let context = evaluator.text(block, "context");
        let dockerfile = evaluator.text(block, "dockerfile");
        if evaluator.troubles.list.len() > troubles {
            return None;
        }
        let context = context.map(|text| place(evaluator, session, (block, "context"), &text));
        let dockerfile =
            dockerfile.map(|text| place(evaluator, session, (block, "dockerfile"), &text));
        match (context, dockerfile) {
            (None, None) => Some(Self::default()),
            (Some(context), Some(dockerfile)) => {
                Self::fitting(evaluator, block, context?, dockerfile?)
            }
            (context, _) => {
                let (there, missing) = match context {
                    Some(_) => ("context", "dockerfile"),
                    None => ("dockerfile", "context"),
                };
                let message = format!("an image with `{there}` also needs `{missing}`");
                let found = at_block("half-image", block, message);
                evaluator.report(found.help(format!("add `{missing}`, or remove `{there}`")));
                None
            }
        }
    }

    fn fitting(
        evaluator: &mut Evaluator<'_, '_>,
        block: &Block,
        context: ImagePlace,
        dockerfile: ImagePlace,
    ) -> Option<Self> {
        let local = |place: &ImagePlace| matches!(place, ImagePlace::Local(_));
        if local(&context) != local(&dockerfile) {
            let message = "context and Dockerfile must both lie on this machine or both on storage";
            evaluator.report(at_block("mixed-image", block, message.to_owned()));
            return None;
        }
        let inside = context.path();
        let prefix = format!("{}/", inside.trim_end_matches('/'));
        let whole = dockerfile.path();
        match whole.strip_prefix(&prefix) {
            Some(relative) => {
                let dockerfile_rel = Some(relative.to_owned());
                Some(Self {
                    context: Some(context),
                    dockerfile: Some(dockerfile),
                    dockerfile_rel,
                })
            }
            None => {
                let (text, span) = place_of(block, "dockerfile");
                let message = format!("the Dockerfile {whole} does not lie inside {inside}");
                evaluator.report(Diagnostic::error(
                    "dockerfile-outside",
                    &text,
                    span,
                    message,
                ));
                None
            }
        }
    }
}

fn place(
    evaluator: &mut Evaluator<'_, '_>,
    session: &Session<'_>,
    (block, key): (&Block, &str),
    text: &str,
) -> Option<ImagePlace> {
    if !text.starts_with("storage") {
        let path = absolute(session.workspace.root(), text);
        return Some(ImagePlace::Local(path));
    }
    let (file, span) = place_of(block, key);
    // Actions know no project; there the current one is meant.
    let current = || Home {
        account: session.account(),
        flow_project: session.platform.project.clone(),
    };
    let completed = match evaluator.home {
        Some(home) => home.complete(text, span),
        None => current().complete(text, span),
    };
    match completed {
        Ok(uri) => Some(ImagePlace::Storage(uri)),
        Err(error) => {
            evaluator.report(error.diagnostic(&file));
            None
        }
    }
}

fn place_of(block: &Block, key: &str) -> (Text, Span) {
    match block.scalar(key) {
        Some(expr) => (expr.text.clone(), expr.span),
        None => (block.text.clone(), block.span),
    }
}

fn at_block(code: &'static str, block: &Block, message: String) -> Diagnostic {
    Diagnostic::error(code, &block.text, block.span, message)
}
