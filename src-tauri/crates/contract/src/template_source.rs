//! Where templates come from: opening them, their versions, those that were used before.

use indexmap::IndexMap;
use serde_json::Value;

use crate::{HookChoice, HookReport, SecretText};

wire! {
    /// Asks for the sources that were used before.
    #[derive(Eq, Default)]
    pub struct RecentAsk {}

    /// The sources that were used before, the latest first.
    #[derive(Eq)]
    pub struct RecentTemplates {
        /// One each.
        pub sources: Vec<RecentTemplate>,
    }

    /// A source that was used before.
    #[derive(Eq)]
    pub struct RecentTemplate {
        /// Its place, without passwords; what opening takes.
        pub source: String,
        /// The folder in it.
        pub directory: Option<String>,
        /// The version that was asked for.
        pub checkout: Option<String>,
        /// The template inside it that was chosen.
        pub nested: Option<String>,
        /// What people call it.
        pub name: String,
        /// When it was last opened.
        pub opened_at: String,
        /// When the copy on this computer was fetched, if there is one.
        pub fetched_at: Option<String>,
    }

    /// Takes a source off the list and removes its copies.
    #[derive(Eq)]
    pub struct TemplateForget {
        /// Its place, as the list names it.
        pub source: String,
    }

    /// When a source is asked.
    #[derive(Copy, Eq, Default)]
    pub enum Freshness {
        /// Only when there is no copy.
        #[default]
        Cached,
        /// Always; a copy stands in when it cannot be reached.
        Refresh,
        /// Never.
        Offline,
    }

    /// User and token for a private place. Kept in memory until the application ends.
    #[derive(Eq)]
    pub struct GivenCredential {
        /// The user; many hosts take any word beside a token.
        pub user: String,
        /// Password or token.
        pub secret: SecretText,
    }

    /// Opens a template.
    #[derive(Eq, Default)]
    pub struct TemplateOpen {
        /// What was typed: `project`, a folder, a zip file, `gh:a/b`, an address.
        pub source: String,
        /// Branch, tag or commit.
        #[cfg_attr(test, ts(optional))]
        pub checkout: Option<String>,
        /// The folder in it that holds the template.
        #[cfg_attr(test, ts(optional))]
        pub directory: Option<String>,
        /// Which of the templates inside the template.
        #[cfg_attr(test, ts(optional))]
        pub nested: Option<String>,
        /// When the source is asked; only without a copy when missing.
        #[cfg_attr(test, ts(optional))]
        pub freshness: Option<Freshness>,
        /// User and token, when the place asks for them.
        #[cfg_attr(test, ts(optional))]
        pub credential: Option<GivenCredential>,
        /// The password of a zip archive.
        #[cfg_attr(test, ts(optional))]
        pub password: Option<SecretText>,
        /// What is done with a hook that wants to run before the questions; it runs only if it is
        /// trusted, or this says so.
        #[cfg_attr(test, ts(optional))]
        pub early_hook: Option<HookChoice>,
        /// The folder that relative paths begin at; the home folder when missing.
        #[cfg_attr(test, ts(optional))]
        pub base: Option<String>,
        /// A name for this work, for its progress and for stopping it.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// What opening a template comes to: the template, or what has to be said first.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum TemplateOpening {
        /// It is open.
        Opened {
            /// The template.
            template: Box<OpenedTemplate>,
        },
        /// It holds several templates; one has to be named in `nested`.
        Nested {
            /// The templates.
            templates: Vec<NestedTemplate>,
        },
        /// It is no template itself; one of its folders may be named in `directory`.
        Folder {
            /// Why.
            message: String,
            /// Folders that hold templates; may be empty.
            folders: Vec<String>,
        },
        /// There is no such version; another `checkout` has to be named.
        Version {
            /// Why.
            message: String,
        },
        /// The place asks who we are.
        Credential {
            /// Why.
            message: String,
            /// What can be done about it.
            hint: String,
            /// The place, without passwords.
            place: String,
            /// Whether what was given is wrong.
            refused: bool,
        },
        /// The archive asks for a password.
        Password {
            /// Why.
            message: String,
            /// Whether what was given is wrong.
            wrong: bool,
        },
        /// Its hook that ran before the questions failed; it can be skipped.
        HookFailed {
            /// What it did.
            hook: Box<HookReport>,
        },
        /// It was stopped.
        Stopped {},
    }

    /// A template inside a template.
    #[derive(Eq)]
    pub struct NestedTemplate {
        /// The name to choose it by.
        pub name: String,
        /// What people read.
        pub label: String,
        /// Its folder; may be given as `directory` instead of the name.
        pub path: String,
    }

    /// A template that is open.
    #[derive(Eq)]
    pub struct OpenedTemplate {
        /// Its id, for later requests.
        pub id: String,
        /// What people call it.
        pub name: String,
        /// What it is for, if it says so.
        pub summary: Option<String>,
        /// What one gets, a few words each, if it says so.
        pub gives: Vec<String>,
        /// Its place, without passwords.
        pub source: String,
        /// The version that was asked for.
        pub checkout: Option<String>,
        /// The folder in it.
        pub directory: Option<String>,
        /// Which of the templates inside it.
        pub nested: Option<String>,
        /// The commit, where there is git.
        pub commit: Option<String>,
        /// The SHA-256 over all its files.
        pub digest: String,
        /// Whether it lies on this computer, so that there are no copies.
        pub local: bool,
        /// When the copy was fetched, where there is one.
        pub fetched_at: Option<String>,
        /// When the source last said that this is its newest.
        pub checked_at: Option<String>,
        /// Programs it wants to run, by their files.
        pub hooks: Vec<String>,
        /// Whether the application does itself what these programs do.
        pub native_hooks: bool,
        /// Python classes it wants loaded; they are not run.
        pub extensions: Vec<String>,
        /// What should be known.
        pub notes: Vec<String>,
        /// How many questions it asks.
        pub questions: u32,
        /// Its description, as Markdown, if it has one.
        pub readme: Option<String>,
        /// The answers of the last time.
        pub last: Option<LastAnswers>,
        /// What its hook did that ran before the questions, if it ran.
        pub early_hook: Option<HookReport>,
    }

    /// Answers that were given before.
    #[derive(Eq)]
    pub struct LastAnswers {
        /// When.
        pub given_at: String,
        /// By the names of the questions.
        pub answers: IndexMap<String, Value>,
    }

    /// Asks for branches and tags of a source.
    #[derive(Eq, Default)]
    pub struct VersionsAsk {
        /// What was typed.
        pub source: String,
        /// When the source is asked; when nothing is known of it, where missing.
        #[cfg_attr(test, ts(optional))]
        pub freshness: Option<Freshness>,
        /// The folder that relative paths begin at; the home folder when missing.
        #[cfg_attr(test, ts(optional))]
        pub base: Option<String>,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// Branches and tags of a source; none for what has no versions.
    #[derive(Eq, Default)]
    pub struct TemplateVersions {
        /// What is taken when nothing is asked for.
        pub default: Option<TemplateVersion>,
        /// Branches by name.
        pub branches: Vec<TemplateVersion>,
        /// Tags, the newest number first.
        pub tags: Vec<TemplateVersion>,
        /// Whether the source was asked just now.
        pub fresh: bool,
    }

    /// A branch or a tag.
    #[derive(Eq)]
    pub struct TemplateVersion {
        /// Its name.
        pub name: String,
        /// The commit it stands at.
        pub commit: String,
    }
}
