//! `{% gitcommit %}`: the commit that is checked out where the project goes.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind};

use crate::Setting;

/// How many letters a short commit has.
const SHORT: usize = 7;

pub(super) fn add(env: &mut Environment<'static>, setting: &Setting) {
    let commit = setting.commit.clone();
    env.add_function("__gitcommit", move |named: Kwargs| {
        let short: Option<bool> = named.get("short")?;
        named.assert_all_used()?;
        let commit = commit.as_deref().ok_or_else(|| {
            let why = "the project does not go into a git repository, so there is no commit";
            Error::new(ErrorKind::InvalidOperation, why)
        })?;
        let length = if short == Some(true) {
            SHORT
        } else {
            commit.len()
        };
        Ok(commit.get(..length).unwrap_or(commit).to_owned())
    });
}
