//! Making a project from any template, as a whole or not at all, and taking it back.

use indexmap::IndexMap;

use crate::{FileDecision, HookChoice, HookReport, ProjectView, TemplateAsk};

wire! {
    /// Asks who the person is in git.
    #[derive(Eq, Default)]
    pub struct GitPersonAsk {}

    /// Who the person is in git.
    #[derive(Eq)]
    pub struct GitPerson {
        /// The name, when name and address are set.
        pub name: Option<String>,
        /// The address, when name and address are set.
        pub email: Option<String>,
        /// The branch of new repositories.
        pub branch: String,
    }

    /// How the repository of a new project begins.
    #[derive(Eq, Default)]
    pub struct GitStart {
        /// The branch; the person's usual one when missing.
        #[cfg_attr(test, ts(optional))]
        pub branch: Option<String>,
        /// Message of the first commit; none is made when missing.
        #[cfg_attr(test, ts(optional))]
        pub message: Option<String>,
        /// The author's name; the one git knows when missing.
        #[cfg_attr(test, ts(optional))]
        pub name: Option<String>,
        /// The author's address; the one git knows when missing.
        #[cfg_attr(test, ts(optional))]
        pub email: Option<String>,
    }

    /// Makes a project from any template.
    #[derive(Eq, Default)]
    pub struct ProjectMake {
        /// Template and answers; its parent is the place.
        pub ask: TemplateAsk,
        /// What is done with files that are there; without it the folder has to be new or empty.
        #[cfg_attr(test, ts(optional))]
        pub existing: Option<IndexMap<String, FileDecision>>,
        /// What is done with hooks, by their files.
        #[cfg_attr(test, ts(optional))]
        pub hooks: Option<IndexMap<String, HookChoice>>,
        /// Whether hooks that run may use the net.
        #[cfg_attr(test, ts(optional))]
        pub network: Option<bool>,
        /// Whether to ask before what hooks changed becomes part of the project.
        #[cfg_attr(test, ts(optional))]
        pub review: Option<bool>,
        /// Seconds a hook may take; two minutes when missing.
        #[cfg_attr(test, ts(optional))]
        pub hook_seconds: Option<u32>,
        /// How its repository begins; none is made when missing.
        #[cfg_attr(test, ts(optional))]
        pub git: Option<GitStart>,
        /// A name for this work, for its progress, what hooks write, and for stopping it.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// What making a project comes to.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum ProjectMaking {
        /// It is made.
        Made {
            /// The project.
            made: Box<ProjectMade>,
        },
        /// Hooks have changed it; nothing is in its place until that is confirmed.
        Review {
            /// Its name for confirming.
            making: String,
            /// What the hooks did.
            hooks: Vec<HookReport>,
        },
        /// A hook failed; nothing was left behind.
        HookFailed {
            /// What the hooks did; the last one failed.
            hooks: Vec<HookReport>,
            /// What can be done about it.
            hint: String,
        },
        /// It was stopped or not confirmed; nothing was left behind.
        Discarded {},
    }

    /// A project that was made.
    #[derive(Eq)]
    pub struct ProjectMade {
        /// Its folder.
        pub path: String,
        /// The folder as people write it, with `~`.
        pub shown_path: String,
        /// How many files were written.
        pub files: u32,
        /// The name under which it can be undone.
        pub undo: String,
        /// What was done, with times.
        pub steps: Vec<MakingStep>,
        /// What the hooks did.
        pub hooks: Vec<HookReport>,
        /// The first commit.
        pub commit: Option<String>,
        /// What it defines, when it holds a flow; it is open then.
        pub project: Option<ProjectView>,
        /// What should be known.
        pub notes: Vec<String>,
    }

    /// A step of making a project.
    #[derive(Eq)]
    pub struct MakingStep {
        /// What was done.
        pub name: String,
        /// How long it took.
        pub millis: u32,
    }

    /// Confirms or discards a project that waits for it.
    #[derive(Eq)]
    pub struct ProjectConfirm {
        /// Its name.
        pub making: String,
        /// Whether it is taken.
        pub accept: bool,
    }

    /// Asks for what can be undone.
    #[derive(Eq, Default)]
    pub struct UndoAsk {}

    /// What can be undone, the latest first.
    #[derive(Eq)]
    pub struct UndoList {
        /// One each.
        pub makings: Vec<Undoable>,
    }

    /// A project or an update that can be undone.
    #[derive(Eq)]
    pub struct Undoable {
        /// The name under which it can be undone.
        pub undo: String,
        /// The project folder.
        pub path: String,
        /// How many files were written.
        pub files: u32,
        /// When.
        pub made_at: String,
    }

    /// Takes a project or an update back, as far as nobody has changed it since.
    #[derive(Eq)]
    pub struct ProjectUndo {
        /// The name under which it can be undone.
        pub undo: String,
    }

    /// What taking back did.
    #[derive(Eq)]
    pub struct ProjectUndone {
        /// The project folder.
        pub path: String,
        /// Files that are gone.
        pub removed: Vec<String>,
        /// Files that are as they were before.
        pub restored: Vec<String>,
        /// What was left alone.
        pub kept: Vec<KeptFile>,
        /// Whether the project folder itself is gone.
        pub folder_removed: bool,
    }

    /// Something that taking back left alone.
    #[derive(Eq)]
    pub struct KeptFile {
        /// Its path in the project.
        pub path: String,
        /// Why.
        pub why: String,
        /// Where the content from before lies, for a file that was replaced and then changed.
        pub before: Option<String>,
    }
}
