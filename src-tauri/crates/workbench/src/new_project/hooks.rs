//! The programs a template wants to run, as the window shows them.

use std::ffi::OsStr;
use std::path::Path;

use contract::{HookChoice, HookEffect, HookMoment, HookView, TemplateHooks};
use template::Hook;
use template_store::hook::{Identity, Interpreter, Sandbox, Trust};

use crate::new_project::preview::marks;
use crate::templates::OpenTemplate;
use crate::view::diagnostic::{count, views};
use crate::view::failure::capital;

/// What is looked at besides the hooks themselves.
pub(crate) struct Around<'a> {
    pub(crate) open: &'a OpenTemplate,
    pub(crate) trust: &'a Trust,
    pub(crate) search_path: &'a OsStr,
}

impl Around<'_> {
    /// All hooks with the walls around them.
    pub(crate) fn view(&self, hooks: &[Hook], sandbox: &Sandbox) -> TemplateHooks {
        TemplateHooks {
            hooks: hooks.iter().map(|hook| self.hook(hook)).collect(),
            sandbox: format!("A hook {}.", sandbox.shown(false)),
            sandboxed: matches!(sandbox, Sandbox::Bubblewrap { .. }),
        }
    }

    fn hook(&self, hook: &Hook) -> HookView {
        let interpreter = Interpreter::find(hook, self.search_path);
        let text = hook.text.as_deref();
        let effect = |effect: &template::Effect| HookEffect {
            label: effect.kind.label().to_owned(),
            line: count(effect.line),
            text: effect.text.clone(),
        };
        HookView {
            file: hook.file.clone(),
            moment: moment(hook.moment),
            language: hook.language.clone(),
            text: hook.text.clone(),
            marks: text
                .map(|text| marks(text, &hook.marks))
                .unwrap_or_default(),
            effects: hook.effects.iter().map(effect).collect(),
            problem: hook
                .problem
                .iter()
                .flat_map(|problem| views(std::slice::from_ref(problem), Path::new("")))
                .next(),
            interpreter: interpreter.as_ref().ok().map(Interpreter::shown),
            no_interpreter: interpreter.err().map(|why| format!("{}.", capital(&why))),
            trusted: self.is_trusted(hook),
            native: self.open.native.is_some(),
            usual: self.usual(hook),
        }
    }

    fn is_trusted(&self, hook: &Hook) -> bool {
        Identity::of(&self.open.pin, hook).is_some_and(|one| self.trust.is_trusted(&one))
    }

    /// What is done with a hook if nothing is chosen: never run what is not trusted.
    pub(crate) fn usual(&self, hook: &Hook) -> HookChoice {
        if self.open.native.is_some() {
            HookChoice::Native
        } else if self.is_trusted(hook) {
            HookChoice::Run
        } else {
            HookChoice::Skip
        }
    }
}

fn moment(moment: template::HookMoment) -> HookMoment {
    match moment {
        template::HookMoment::BeforeQuestions => HookMoment::BeforeQuestions,
        template::HookMoment::BeforeFiles => HookMoment::BeforeFiles,
        template::HookMoment::AfterFiles => HookMoment::AfterFiles,
    }
}
