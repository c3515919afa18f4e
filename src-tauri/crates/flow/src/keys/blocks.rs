//! Kinds of blocks, and the keys of those that are shared between files.

use super::documents::{
    BATCH_ACTION_KEYS, BATCH_KEYS, INPUT_KEYS, LIVE_ACTION_KEYS, LIVE_KEYS, LOCAL_ACTION_KEYS,
    OUTPUT_KEYS, PROJECT_KEYS, STATEFUL_ACTION_KEYS,
};
use super::{KeySpec, Scalar, Shape};
use expression::Form;

/// A kind of block: it decides which keys may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `live.yml`.
    LiveFlow,
    /// A batch.
    BatchFlow,
    /// `project.yml`.
    Project,
    /// An action for live jobs.
    LiveAction,
    /// An action made of tasks.
    BatchAction,
    /// An action with a main and a post task.
    StatefulAction,
    /// An action that runs on the user's machine.
    LocalAction,
    /// A live job.
    Job,
    /// A task of a batch.
    Task,
    /// A mixin of a live flow.
    JobMixin,
    /// A mixin of a batch.
    TaskMixin,
    /// A mixin of the project.
    ProjectMixin,
    /// The main or post task of a stateful action.
    ExecUnit,
    /// `defaults` of a live flow.
    LiveDefaults,
    /// `defaults` of a batch or of the project.
    BatchDefaults,
    /// A volume.
    Volume,
    /// An image.
    Image,
    /// A parameter.
    Param,
    /// `strategy` of a task.
    Strategy,
    /// `cache`.
    Cache,
    /// An input of an action.
    Input,
    /// An output of an action.
    Output,
}

const fn text(name: &'static str, doc: &'static str) -> KeySpec {
    KeySpec::new(name, Shape::Scalar(Scalar::optional(Form::Str)), doc)
}

const fn value(name: &'static str, coercion: Form, doc: &'static str) -> KeySpec {
    KeySpec::new(name, Shape::Scalar(Scalar::optional(coercion)), doc)
}

const fn list(name: &'static str, item: Scalar, doc: &'static str) -> KeySpec {
    KeySpec::new(name, Shape::List(item), doc)
}

const STR: Scalar = Scalar::strict(Form::Str);
const OPT_STR: Scalar = Scalar::optional(Form::Str);

const EXEC_KEYS: &[KeySpec] = &[
    text("title", "What people see instead of the id."),
    text("name", "The name of the platform job."),
    value("image", Form::ImageRef, "The container image to run."),
    text(
        "preset",
        "The set of resources (CPU, memory, GPU) to run on.",
    ),
    value(
        "schedule_timeout",
        Form::TimeDelta,
        "How long the job may wait for resources.",
    ),
    text("entrypoint", "Replaces the entry point of the image."),
    text(
        "cmd",
        "The command to run, split into words as a shell does.",
    ),
    value("bash", Form::Bash, "A bash script to run instead of `cmd`."),
    value(
        "python",
        Form::Python,
        "A Python script to run instead of `cmd`.",
    ),
    value(
        "workdir",
        Form::RemotePath,
        "The working directory inside the job.",
    ),
    KeySpec::new(
        "env",
        Shape::Map(STR),
        "Environment variables; `secret:NAME` takes a secret.",
    ),
    list(
        "volumes",
        OPT_STR,
        "What is mounted: `STORAGE:PATH:rw`, or the `ref` of a volume.",
    ),
    list("tags", STR, "Tags of the platform job."),
    value(
        "life_span",
        Form::TimeDelta,
        "How long the job may run, such as `1d6h`.",
    ),
    value(
        "http_port",
        Form::Int,
        "The port that is published over HTTP.",
    ),
    value(
        "http_auth",
        Form::Bool,
        "Whether the HTTP port asks for the platform login.",
    ),
    value(
        "pass_config",
        Form::Bool,
        "Whether the job gets the login of the one who starts it.",
    ),
    value(
        "restart",
        Form::RestartPolicy,
        "`never`, `on-failure` or `always`.",
    ),
];

const JOB_ONLY_KEYS: &[KeySpec] = &[
    value(
        "detach",
        Form::Bool,
        "Whether starting the job does not wait for its output.",
    ),
    value(
        "browse",
        Form::Bool,
        "Whether the job's web page opens after the start.",
    ),
    list(
        "port_forward",
        Scalar::strict(Form::PortPair),
        "Ports to forward: `LOCAL:REMOTE`.",
    ),
    KeySpec::new(
        "multi",
        Shape::Scalar(Scalar::optional(Form::Bool).plain()),
        "Whether the job may run several times at once, each with a suffix.",
    ),
    KeySpec::new(
        "params",
        Shape::Params,
        "What can be given when the job is started.",
    ),
];

const CALL_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "action",
        Shape::Scalar(STR.plain()),
        "The action to call: `ws:FILE` or `gh:OWNER/REPO@VERSION`.",
    ),
    KeySpec::new(
        "module",
        Shape::Scalar(STR.plain()),
        "The module to call: `ws:FILE`.",
    ),
    KeySpec::new(
        "args",
        Shape::Arguments,
        "The inputs of the action or module.",
    ),
];

const MIXINS_KEY: &[KeySpec] = &[KeySpec::new(
    "mixins",
    Shape::Names,
    "Mixins whose keys are taken over.",
)];

const TASK_ONLY_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "needs",
        Shape::Needs,
        "The tasks that must run or end before this one starts.",
    ),
    KeySpec::new(
        "strategy",
        Shape::Block(Kind::Strategy),
        "Matrix and limits of this task.",
    ),
    KeySpec::new(
        "enable",
        Shape::Scalar(Scalar::strict(Form::Enable)),
        "Whether the task runs; without it, it runs when all it needs has succeeded.",
    ),
    KeySpec::new(
        "cache",
        Shape::Block(Kind::Cache),
        "Whether a result of an earlier bake is used.",
    ),
];

const ID_KEY: &[KeySpec] = &[value(
    "id",
    Form::Id,
    "The name other tasks know this one by.",
)];

const DEFAULTS_KEYS: &[KeySpec] = &[
    list("tags", STR, "Tags of every job."),
    KeySpec::new(
        "env",
        Shape::Map(STR),
        "Environment variables of every job.",
    ),
    list("volumes", OPT_STR, "What is mounted into every job."),
    value(
        "workdir",
        Form::RemotePath,
        "The working directory of jobs that set none.",
    ),
    value(
        "life_span",
        Form::TimeDelta,
        "How long jobs that do not set it may run.",
    ),
    text("preset", "The resources of jobs that set none."),
    value(
        "schedule_timeout",
        Form::TimeDelta,
        "How long jobs may wait for resources.",
    ),
];

const BATCH_DEFAULTS_KEYS: &[KeySpec] = &[
    value(
        "fail_fast",
        Form::Bool,
        "Whether one failure ends the whole bake.",
    ),
    value("max_parallel", Form::Int, "How many tasks may run at once."),
    KeySpec::new(
        "cache",
        Shape::Block(Kind::Cache),
        "Whether results of earlier bakes are used.",
    ),
];

const VOLUME_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "remote",
        Shape::Scalar(Scalar::strict(Form::ResourceUri)),
        "The place on the platform, such as `storage:data`.",
    )
    .required(),
    KeySpec::new(
        "mount",
        Shape::Scalar(Scalar::strict(Form::RemotePath)),
        "Where it is mounted inside jobs.",
    )
    .required(),
    value(
        "local",
        Form::LocalPath,
        "The folder of the project it is uploaded from.",
    ),
    value("read_only", Form::Bool, "Whether jobs cannot write to it."),
];

const IMAGE_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "ref",
        Shape::Scalar(Scalar::strict(Form::ImageRef)),
        "The name of the image, such as `image:train:v1`.",
    )
    .required(),
    text("context", "The folder the image is built from."),
    text("dockerfile", "The Dockerfile inside the context."),
    list("build_args", STR, "Build arguments: `NAME=value`."),
    KeySpec::new(
        "env",
        Shape::Map(STR),
        "Environment variables while building.",
    ),
    list("volumes", OPT_STR, "What is mounted while building."),
    text("build_preset", "The resources to build on."),
    value(
        "force_rebuild",
        Form::Bool,
        "Whether it is built even if it exists.",
    ),
    text("extra_kaniko_args", "Further arguments of the builder."),
];

const PARAM_KEYS: &[KeySpec] = &[
    text(
        "default",
        "The value when none is given; without it, one must be given.",
    ),
    text("descr", "What it means."),
];

const STRATEGY_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "matrix",
        Shape::Matrix,
        "Values; the task runs once for each combination.",
    )
    .required(),
    value(
        "fail_fast",
        Form::Bool,
        "Whether a failure of this task ends the whole bake.",
    ),
    value(
        "max_parallel",
        Form::Int,
        "How many tasks may run at once when this one starts.",
    ),
];

const CACHE_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "strategy",
        Shape::Word(&["none", "default", "inherit"]),
        "`default` uses results of earlier bakes, `none` never does.",
    ),
    value(
        "life_span",
        Form::TimeDelta,
        "How long a result may be used, at most 14 days.",
    ),
];

impl Kind {
    /// The keys of this kind of block, by group.
    fn groups(self) -> &'static [&'static [KeySpec]] {
        match self {
            Self::LiveFlow => &[LIVE_KEYS],
            Self::BatchFlow => &[BATCH_KEYS],
            Self::Project => &[PROJECT_KEYS],
            Self::LiveAction => &[LIVE_ACTION_KEYS],
            Self::BatchAction => &[BATCH_ACTION_KEYS],
            Self::StatefulAction => &[STATEFUL_ACTION_KEYS],
            Self::LocalAction => &[LOCAL_ACTION_KEYS],
            Self::Job => &[EXEC_KEYS, JOB_ONLY_KEYS, CALL_KEYS, MIXINS_KEY],
            Self::Task => &[ID_KEY, EXEC_KEYS, TASK_ONLY_KEYS, CALL_KEYS, MIXINS_KEY],
            Self::JobMixin => &[EXEC_KEYS, JOB_ONLY_KEYS, MIXINS_KEY],
            Self::TaskMixin => &[EXEC_KEYS, TASK_ONLY_KEYS, MIXINS_KEY],
            Self::ProjectMixin => &[EXEC_KEYS, MIXINS_KEY],
            Self::ExecUnit => &[EXEC_KEYS],
            Self::LiveDefaults => &[DEFAULTS_KEYS],
            Self::BatchDefaults => &[DEFAULTS_KEYS, BATCH_DEFAULTS_KEYS],
            Self::Volume => &[VOLUME_KEYS],
            Self::Image => &[IMAGE_KEYS],
            Self::Param => &[PARAM_KEYS],
            Self::Strategy => &[STRATEGY_KEYS],
            Self::Cache => &[CACHE_KEYS],
            Self::Input => &[INPUT_KEYS],
            Self::Output => &[OUTPUT_KEYS],
        }
    }

    /// The keys of this kind of block, in the order of the manual.
    pub fn keys(self) -> impl Iterator<Item = &'static KeySpec> {
        self.groups().iter().flat_map(|group| group.iter())
    }

    /// Keys that stand in files of the same family, but not in this kind of file.
    #[must_use]
    pub fn relatives(self) -> &'static [Self] {
        match self {
            Self::LiveFlow => &[Self::BatchFlow],
            Self::BatchFlow => &[Self::LiveFlow],
            Self::LiveAction | Self::BatchAction | Self::StatefulAction | Self::LocalAction => &[
                Self::LiveAction,
                Self::BatchAction,
                Self::StatefulAction,
                Self::LocalAction,
            ],
            _ => &[],
        }
    }

    /// What messages call this kind of block.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::LiveFlow => "a live flow",
            Self::BatchFlow => "a batch",
            Self::Project => "a project file",
            Self::LiveAction => "a live action",
            Self::BatchAction => "a batch action",
            Self::StatefulAction => "a stateful action",
            Self::LocalAction => "a local action",
            Self::Job => "a job",
            Self::Task => "a task",
            Self::JobMixin | Self::TaskMixin => "a mixin",
            Self::ProjectMixin => "a mixin of the project",
            Self::ExecUnit => "the task of a stateful action",
            Self::LiveDefaults | Self::BatchDefaults => "`defaults`",
            Self::Volume => "a volume",
            Self::Image => "an image",
            Self::Param => "a parameter",
            Self::Strategy => "`strategy`",
            Self::Cache => "`cache`",
            Self::Input => "an input",
            Self::Output => "an output",
        }
    }
}
