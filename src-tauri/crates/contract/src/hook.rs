//! Programs a template wants to run: looking at them, trusting them, what they did.

use crate::{DiagnosticView, FileChange, PreviewMark};

wire! {
    /// The programs a template wants to run.
    #[derive(Eq)]
    pub struct TemplateHooks {
        /// In the order in which they would run.
        pub hooks: Vec<HookView>,
        /// How a program would be kept from doing harm, in a sentence.
        pub sandbox: String,
        /// Whether there is a sandbox.
        pub sandboxed: bool,
    }

    /// When a hook wants to run.
    #[derive(Copy, Eq)]
    pub enum HookMoment {
        /// Before the questions.
        BeforeQuestions,
        /// In the new folder, before the files are made.
        BeforeFiles,
        /// In the new folder, after the files are made.
        AfterFiles,
    }

    /// A program a template wants to run.
    #[derive(Eq)]
    pub struct HookView {
        /// Its file in the template; its name in choices.
        pub file: String,
        /// When.
        pub moment: HookMoment,
        /// Its language, as far as that can be told.
        pub language: Option<String>,
        /// The text that would run, with the answers filled in.
        pub text: Option<String>,
        /// Parts of the text that came from answers.
        pub marks: Vec<PreviewMark>,
        /// What it seems to do.
        pub effects: Vec<HookEffect>,
        /// Why its text cannot be made from the answers.
        pub problem: Option<DiagnosticView>,
        /// The command that would run it.
        pub interpreter: Option<String>,
        /// Why nothing here can run it.
        pub no_interpreter: Option<String>,
        /// Whether exactly this text of this template is trusted.
        pub trusted: bool,
        /// Whether the application does itself what it does.
        pub native: bool,
        /// What is done with it if nothing is chosen.
        pub usual: HookChoice,
    }

    /// Something a hook seems to do.
    #[derive(Eq)]
    pub struct HookEffect {
        /// What, in a few words.
        pub label: String,
        /// Line of its text, from 1.
        pub line: u32,
        /// That line.
        pub text: String,
    }

    /// What is done with a hook.
    #[derive(Copy, Eq)]
    pub enum HookChoice {
        /// It does not run.
        Skip,
        /// It runs this once.
        Run,
        /// It runs, and this text of this template is trusted from now on.
        Trust,
        /// The application does the same without running it.
        Native,
    }

    /// A line that a hook wrote.
    #[derive(Eq)]
    pub struct HookLine {
        /// Whether it came on standard error.
        pub error: bool,
        /// The line.
        pub text: String,
    }

    /// What became of a hook.
    #[derive(Copy, Eq)]
    pub enum HookOutcome {
        /// It did not run.
        Skipped,
        /// The application did the same.
        Native,
        /// It ran well.
        Succeeded,
        /// It failed.
        Failed,
    }

    /// What a hook did.
    #[derive(Eq)]
    pub struct HookReport {
        /// Its file in the template.
        pub file: String,
        /// What became of it.
        pub outcome: HookOutcome,
        /// That in a sentence.
        pub message: String,
        /// What it wrote.
        pub output: Vec<HookLine>,
        /// What it changed in the project.
        pub changes: Vec<FileChange>,
    }

    /// Asks for the hooks that are trusted.
    #[derive(Eq, Default)]
    pub struct TrustAsk {}

    /// Trusts a hook no longer.
    #[derive(Eq)]
    pub struct TrustWithdraw {
        /// Its digest, as the list has it.
        pub digest: String,
    }

    /// The hooks that are trusted.
    #[derive(Eq)]
    pub struct TrustList {
        /// One each.
        pub hooks: Vec<TrustedHook>,
    }

    /// A hook that is trusted.
    #[derive(Eq)]
    pub struct TrustedHook {
        /// The digest over template, file and text.
        pub digest: String,
        /// The template.
        pub template: String,
        /// The file.
        pub file: String,
        /// Since when.
        pub since: String,
    }
}
