//! The keys of whole files: flows, the project, actions.

use super::{KeySpec, Kind, Scalar, Shape};
use expression::Form;

const PLAIN_TEXT: Shape = Shape::Scalar(Scalar::optional(Form::Str).plain());

const ID: KeySpec = KeySpec::new(
    "id",
    Shape::Scalar(Scalar::optional(Form::Id).plain()),
    "The id of the flow; without it, the name of the file.",
);
const TITLE: KeySpec = KeySpec::new("title", PLAIN_TEXT, "What people see instead of the id.");
const IMAGES: KeySpec = KeySpec::new(
    "images",
    Shape::Blocks(Kind::Image),
    "Images to build and use.",
);
const VOLUMES: KeySpec = KeySpec::new(
    "volumes",
    Shape::Blocks(Kind::Volume),
    "Places on the platform to mount.",
);

pub(super) const LIVE_KEYS: &[KeySpec] = &[
    KeySpec::new("kind", Shape::Word(&["live"]), "What the file is: `live`.").required(),
    ID,
    TITLE,
    KeySpec::new(
        "defaults",
        Shape::Block(Kind::LiveDefaults),
        "What all jobs have in common.",
    ),
    IMAGES,
    VOLUMES,
    KeySpec::new(
        "mixins",
        Shape::Blocks(Kind::JobMixin),
        "Keys that several jobs share.",
    ),
    KeySpec::new("jobs", Shape::Blocks(Kind::Job), "The jobs.").required(),
];

pub(super) const BATCH_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "kind",
        Shape::Word(&["batch"]),
        "What the file is: `batch`.",
    )
    .required(),
    ID,
    TITLE,
    KeySpec::new(
        "life_span",
        Shape::Scalar(Scalar::optional(Form::TimeDelta)),
        "How long a bake may take when the platform runs it.",
    ),
    KeySpec::new(
        "params",
        Shape::Params,
        "What can be given when a bake is started.",
    ),
    KeySpec::new(
        "defaults",
        Shape::Block(Kind::BatchDefaults),
        "What all tasks have in common.",
    ),
    IMAGES,
    VOLUMES,
    KeySpec::new(
        "mixins",
        Shape::Blocks(Kind::TaskMixin),
        "Keys that several tasks share.",
    ),
    KeySpec::new("tasks", Shape::Items(Kind::Task), "The tasks.").required(),
];

pub(super) const PROJECT_KEYS: &[KeySpec] = &[
    KeySpec::new(
        "id",
        Shape::Scalar(Scalar::strict(Form::Id).plain()),
        "The id of the project.",
    )
    .required(),
    KeySpec::new(
        "project_name",
        PLAIN_TEXT,
        "The project of the platform to work in.",
    ),
    KeySpec::new("owner", PLAIN_TEXT, "Whose project it is."),
    KeySpec::new("role", Shape::Ignored, "Not used any more."),
    IMAGES,
    VOLUMES,
    KeySpec::new(
        "defaults",
        Shape::Block(Kind::BatchDefaults),
        "What all flows have in common.",
    ),
    KeySpec::new(
        "mixins",
        Shape::Blocks(Kind::ProjectMixin),
        "Keys that jobs and tasks share.",
    ),
];

const ACTION_KIND: KeySpec = KeySpec::new(
    "kind",
    Shape::Word(&["live", "batch", "stateful", "local"]),
    "What the action is: `live`, `batch`, `stateful` or `local`.",
)
.required();
const NAME: KeySpec = KeySpec::new("name", PLAIN_TEXT, "The name of the action.");
const AUTHOR: KeySpec = KeySpec::new("author", PLAIN_TEXT, "Who wrote it.");
const DESCR: KeySpec = KeySpec::new("descr", PLAIN_TEXT, "What it does.");
const INPUTS: KeySpec = KeySpec::new(
    "inputs",
    Shape::Blocks(Kind::Input),
    "What a call can give to it.",
);
const OUTPUTS: KeySpec = KeySpec::new(
    "outputs",
    Shape::Blocks(Kind::Output),
    "What it gives back.",
);

pub(super) const LIVE_ACTION_KEYS: &[KeySpec] = &[
    ACTION_KIND,
    NAME,
    AUTHOR,
    DESCR,
    INPUTS,
    KeySpec::new("job", Shape::Block(Kind::Job), "The job it stands for.").required(),
];

pub(super) const BATCH_ACTION_KEYS: &[KeySpec] = &[
    ACTION_KIND,
    NAME,
    AUTHOR,
    DESCR,
    INPUTS,
    OUTPUTS,
    KeySpec::new(
        "cache",
        Shape::Block(Kind::Cache),
        "Whether results of earlier bakes are used.",
    ),
    IMAGES,
    KeySpec::new(
        "tasks",
        Shape::Items(Kind::Task),
        "The tasks it stands for.",
    )
    .required(),
];

pub(super) const STATEFUL_ACTION_KEYS: &[KeySpec] = &[
    ACTION_KIND,
    NAME,
    AUTHOR,
    DESCR,
    INPUTS,
    OUTPUTS,
    KeySpec::new(
        "main",
        Shape::Block(Kind::ExecUnit),
        "The task that runs first.",
    )
    .required(),
    KeySpec::new(
        "post",
        Shape::Block(Kind::ExecUnit),
        "The task that runs at the end.",
    ),
    KeySpec::new(
        "post_if",
        Shape::Scalar(Scalar::strict(Form::Enable)),
        "Whether `post` runs; without it, always.",
    ),
];

pub(super) const LOCAL_ACTION_KEYS: &[KeySpec] = &[
    ACTION_KIND,
    NAME,
    AUTHOR,
    DESCR,
    INPUTS,
    OUTPUTS,
    KeySpec::new(
        "cmd",
        Shape::Scalar(Scalar::strict(Form::Str)),
        "The command to run on the user's machine.",
    ),
    KeySpec::new(
        "bash",
        Shape::Scalar(Scalar::strict(Form::Bash)),
        "A bash script to run on the user's machine.",
    ),
    KeySpec::new(
        "python",
        Shape::Scalar(Scalar::strict(Form::Python)),
        "A Python script to run on the user's machine.",
    ),
];

pub(super) const INPUT_KEYS: &[KeySpec] = &[
    KeySpec::new("descr", PLAIN_TEXT, "What it means."),
    KeySpec::new(
        "default",
        Shape::Scalar(Scalar::optional(Form::Primitive).plain()),
        "The value when none is given; without it, one must be given.",
    ),
    KeySpec::new(
        "type",
        Shape::Word(&["int", "float", "bool", "str"]),
        "The type of the value; without it, `str`.",
    ),
];

pub(super) const OUTPUT_KEYS: &[KeySpec] = &[
    KeySpec::new("descr", PLAIN_TEXT, "What it means."),
    KeySpec::new(
        "value",
        Shape::Scalar(Scalar::optional(Form::Str)),
        "The value, made from the outputs of the tasks.",
    ),
];
