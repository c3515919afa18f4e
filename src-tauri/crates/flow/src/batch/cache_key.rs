//! The key under which the result of a task is kept: equal tasks with equal needs share it.

use std::fmt::Write as _;

use expression::value::real_text;
use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};

use super::results::TaskResult;
use crate::config::{CacheStrategy, Enable, Restart, Seconds, TaskConfig};

/// JSON as the official tools write it: sorted keys, blanks after separators, only ASCII.
#[derive(Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(&'a str),
    List(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

/// The key of an evaluated task. `needs` are the results it depends on, by id.
pub(super) fn key(
    config: &TaskConfig,
    needs: &IndexMap<&str, &TaskResult>,
    state: &IndexMap<String, String>,
) -> String {
    let mut text = String::new();
    whole(config, needs, state).write(&mut text);
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// All that the key is made of.
pub(super) fn whole<'a>(
    config: &'a TaskConfig,
    needs: &IndexMap<&'a str, &'a TaskResult>,
    state: &'a IndexMap<String, String>,
) -> Json<'a> {
    let needs = needs
        .iter()
        .map(|(id, result)| {
            let fields = vec![
                ("outputs", texts(&result.outputs)),
                ("result", Json::Text(result.outcome.word())),
            ];
            (*id, Json::Object(fields))
        })
        .collect();
    Json::Object(vec![
        ("needs", Json::Object(needs)),
        ("state", texts(state)),
        ("task", task(config)),
    ])
}

fn task(config: &TaskConfig) -> Json<'_> {
    let exec = &config.exec;
    let strategy = match config.cache.strategy {
        CacheStrategy::None => "none",
        CacheStrategy::Default => "default",
    };
    let life_span = match config.cache.life_span {
        Seconds::Whole(seconds) => Json::Int(seconds),
        Seconds::Real(seconds) => Json::Real(seconds),
    };
    let cache = vec![("life_span", life_span), ("strategy", Json::Text(strategy))];
    let limits = vec![
        ("fail_fast", Json::Bool(config.strategy.fail_fast)),
        ("max_parallel", Json::Int(config.strategy.max_parallel)),
    ];
    let tags = exec.tags.iter().filter(|tag| !tag.starts_with("bake_id:"));
    Json::Object(vec![
        ("cache", Json::Object(cache)),
        ("caching_key", Json::Text("")),
        ("cmd", text(&exec.cmd)),
        ("enable", enable(config.enable)),
        ("entrypoint", text(&exec.entrypoint)),
        ("env", texts(&exec.env)),
        ("http_auth", truth(exec.http_auth)),
        ("http_port", exec.http_port.map_or(Json::Null, Json::Int)),
        ("id", text(&config.id)),
        ("image", Json::Text(&exec.image)),
        ("life_span", real(exec.life_span)),
        ("name", text(&exec.name)),
        ("pass_config", truth(exec.pass_config)),
        ("preset", text(&exec.preset)),
        ("restart", exec.restart.map_or(Json::Null, restart)),
        ("schedule_timeout", real(exec.schedule_timeout)),
        ("strategy", Json::Object(limits)),
        (
            "tags",
            Json::List(tags.map(|tag| Json::Text(tag)).collect()),
        ),
        ("title", text(&exec.title)),
        (
            "volumes",
            Json::List(
                exec.volumes
                    .iter()
                    .map(|volume| Json::Text(volume))
                    .collect(),
            ),
        ),
        ("workdir", text(&exec.workdir)),
    ])
}

fn text(text: &Option<String>) -> Json<'_> {
    text.as_deref().map_or(Json::Null, Json::Text)
}

fn texts(entries: &IndexMap<String, String>) -> Json<'_> {
    Json::Object(
        entries
            .iter()
            .map(|(name, value)| (&**name, Json::Text(value)))
            .collect(),
    )
}

fn truth<'a>(value: Option<bool>) -> Json<'a> {
    value.map_or(Json::Null, Json::Bool)
}

fn real<'a>(value: Option<f64>) -> Json<'a> {
    value.map_or(Json::Null, Json::Real)
}

fn enable<'a>(enable: Enable) -> Json<'a> {
    match enable {
        Enable::Always => Json::Text("always()"),
        Enable::Yes => Json::Bool(true),
        Enable::No => Json::Bool(false),
    }
}

fn restart<'a>(restart: Restart) -> Json<'a> {
    Json::Text(match restart {
        Restart::Never => "never",
        Restart::OnFailure => "on-failure",
        Restart::Always => "always",
    })
}

impl Json<'_> {
    pub(super) fn write(self, into: &mut String) {
        match self {
            Self::Null => into.push_str("null"),
            Self::Bool(value) => into.push_str(if value { "true" } else { "false" }),
            Self::Int(value) => into.push_str(&value.to_string()),
            Self::Real(value) if value.is_nan() => into.push_str("NaN"),
            Self::Real(value) if value.is_infinite() => {
                into.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
            }
            Self::Real(value) => into.push_str(&real_text(value)),
            Self::Text(text) => write_text(text, into),
            Self::List(items) => {
                into.push('[');
                for (number, item) in items.into_iter().enumerate() {
                    into.push_str(if number > 0 { ", " } else { "" });
                    item.write(into);
                }
                into.push(']');
            }
            Self::Object(mut entries) => {
                entries.sort_by_key(|(name, _)| *name);
                into.push('{');
                for (number, (name, value)) in entries.into_iter().enumerate() {
                    into.push_str(if number > 0 { ", " } else { "" });
                    write_text(name, into);
                    into.push_str(": ");
                    value.write(into);
                }
                into.push('}');
            }
        }
    }
}

fn write_text(text: &str, into: &mut String) {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            ' '..='~' => into.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let written = write!(into, "\\u{unit:04x}");
                    debug_assert!(written.is_ok(), "writing to a string does not fail");
                }
            }
        }
    }
    into.push('"');
}
