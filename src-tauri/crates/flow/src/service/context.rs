//! The contexts: what each of them holds, and from when on it is known.

/// What a context is for, and when it is known.
pub(super) fn doc(context: &str) -> &'static str {
    let found = CONTEXTS.iter().find(|(name, _)| *name == context);
    found.map_or("", |(_, doc)| doc)
}

const CONTEXTS: &[(&str, &str)] = &[
    (
        "project",
        "The project: its id, its project of the platform, its owner. Known at any time.",
    ),
    (
        "flow",
        "The flow: its id, its title, its folder, who runs it. Known at any time.",
    ),
    (
        "git",
        "The commit, the branch and the tags of the folder. Known where git knows the folder.",
    ),
    (
        "env",
        "The variables of `defaults`, without those of the job. Known before a start.",
    ),
    (
        "tags",
        "The tags of `defaults`, with those of project and flow. Known before a start.",
    ),
    (
        "volumes",
        "The volumes of the flow and the project. Known before a start.",
    ),
    (
        "images",
        "The images of the flow and the project. Known before a start.",
    ),
    (
        "params",
        "What is given at the start. Those with a default are known before; the others when it is given.",
    ),
    (
        "multi",
        "The suffix of this run. Known at the start of the job.",
    ),
    (
        "inputs",
        "What the call gives. Those with a default are known before, the others in the call.",
    ),
    (
        "strategy",
        "How the task is multiplied. Known before a bake.",
    ),
    (
        "matrix",
        "The row of the matrix that the task stands for. Known before a bake.",
    ),
    (
        "needs",
        "The results and outputs of the tasks this one waits for. Known when they have ended.",
    ),
    (
        "state",
        "What the main task of the action saved. Known when that has ended.",
    ),
];
