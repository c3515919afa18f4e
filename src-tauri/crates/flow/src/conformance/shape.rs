//! Our results in the shape of the records.

use expression::Value as Evaluated;
use serde_json::{Map, Value, json};

use crate::config::{
    CacheConfig, CacheStrategy, Effect, Enable, ExecConfig, JobConfig, Restart, StrategyConfig,
    TaskConfig,
};
use crate::contexts::Contexts;
use crate::defaults::Defaults;
use crate::image::Image;
use crate::volume::Volume;
use crate::words;

pub(super) fn value(value: &Evaluated) -> Value {
    match value {
        Evaluated::None => Value::Null,
        Evaluated::Bool(truth) => json!(truth),
        Evaluated::Int(number) => match value.as_i64() {
            Some(number) => json!(number),
            None => json!(number.to_string()),
        },
        Evaluated::Float(number) if number.is_finite() => json!(number),
        Evaluated::List(items) => Value::Array(items.iter().map(self::value).collect()),
        Evaluated::Dict(dict) => Value::Object(
            dict.iter()
                .map(|(key, value)| (key.value().to_string(), self::value(value)))
                .collect(),
        ),
        other => json!(other.to_string()),
    }
}

fn restart(restart: Option<Restart>) -> Value {
    match restart {
        None => Value::Null,
        Some(Restart::Never) => json!("never"),
        Some(Restart::OnFailure) => json!("on-failure"),
        Some(Restart::Always) => json!("always"),
    }
}

fn exec(exec: &ExecConfig) -> Map<String, Value> {
    let fields = json!({
        "title": exec.title, "name": exec.name, "image": exec.image, "preset": exec.preset,
        "schedule_timeout": exec.schedule_timeout, "http_port": exec.http_port,
        "http_auth": exec.http_auth, "pass_config": exec.pass_config,
        "entrypoint": exec.entrypoint, "cmd": exec.cmd, "workdir": exec.workdir,
        "volumes": exec.volumes, "life_span": exec.life_span, "env": exec.env,
        "tags": exec.tags, "restart": restart(exec.restart),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

pub(super) fn job(job: &JobConfig) -> Value {
    let mut fields = exec(&job.exec);
    fields.insert("id".into(), json!(job.id));
    fields.insert("detach".into(), json!(job.detach));
    fields.insert("browse".into(), json!(job.browse));
    fields.insert("port_forward".into(), json!(job.port_forward));
    fields.insert("multi".into(), json!(job.multi));
    Value::Object(fields)
}

pub(super) fn enable(enable: Enable) -> Value {
    match enable {
        Enable::Always => json!("always()"),
        Enable::Yes => json!(true),
        Enable::No => json!(false),
    }
}

pub(super) fn strategy(strategy: StrategyConfig) -> Value {
    json!({"fail_fast": strategy.fail_fast, "max_parallel": strategy.max_parallel})
}

pub(super) fn cache(cache: CacheConfig) -> Value {
    let word = match cache.strategy {
        CacheStrategy::None => "none",
        CacheStrategy::Default => "default",
    };
    json!({"strategy": word, "life_span": cache.life_span.value()})
}

pub(super) fn task(task: &TaskConfig) -> Value {
    let mut fields = exec(&task.exec);
    fields.insert("id".into(), json!(task.id));
    fields.insert("enable".into(), enable(task.enable));
    fields.insert("strategy".into(), strategy(task.strategy));
    fields.insert("cache".into(), cache(task.cache));
    fields.insert("caching_key".into(), json!(task.caching_key));
    Value::Object(fields)
}

pub(super) fn defaults(defaults: &Defaults) -> Value {
    json!({
        "volumes": defaults.volumes, "workdir": defaults.workdir,
        "life_span": defaults.life_span, "preset": defaults.preset,
        "schedule_timeout": defaults.schedule_timeout,
    })
}

pub(super) fn volume(volume: &Volume) -> Value {
    let (ro, rw) = ("ro", "rw");
    let reference = |mode: &str| format!("{}:{}:{mode}", volume.remote, volume.mount);
    json!({
        "id": volume.id, "remote": volume.remote, "mount": volume.mount,
        "read_only": volume.read_only, "local": volume.local,
        "full_local_path": volume.full_local_path, "ref": volume.reference(),
        "ref_ro": reference(ro), "ref_rw": reference(rw),
    })
}

pub(super) fn image(image: &Image) -> Value {
    let place = |place: &Option<crate::ImagePlace>| place.as_ref().map(ToString::to_string);
    json!({
        "id": image.id, "ref": image.reference, "context": place(&image.context),
        "dockerfile": place(&image.dockerfile), "dockerfile_rel": image.dockerfile_rel,
        "build_args": image.build_args, "env": image.env, "volumes": image.volumes,
        "build_preset": image.build_preset, "force_rebuild": image.force_rebuild,
        "extra_kaniko_args": image.extra_kaniko_args,
    })
}

pub(super) fn images<'a>(images: impl IntoIterator<Item = &'a Image>) -> Value {
    Value::Object(
        images
            .into_iter()
            .map(|own| (own.id.clone(), image(own)))
            .collect(),
    )
}

/// What both kinds of flow share.
pub(super) fn contexts(contexts: &Contexts) -> Vec<(&'static str, Value)> {
    let facts = &contexts.facts;
    let volumes = contexts
        .volumes
        .values()
        .map(|own| (own.id.clone(), volume(own)))
        .collect();
    vec![
        (
            "project",
            json!({
                "id": facts.project_id, "owner": facts.owner, "project_name": facts.project_name,
            }),
        ),
        ("env", json!(contexts.defaults.env)),
        ("tags", json!(contexts.defaults.tags)),
        ("defaults", defaults(&contexts.defaults)),
        ("volumes", Value::Object(volumes)),
    ]
}

/// What has to be done, as command lines.
pub(super) fn effects(effects: &[Effect]) -> Vec<String> {
    effects
        .iter()
        .flat_map(|Effect::Upload { local, remote }| upload(local, remote))
        .collect()
}

pub(super) fn upload(local: &str, remote: &str) -> [String; 2] {
    let parent = match remote.rsplit_once('/') {
        Some((parent, _)) => parent.to_owned(),
        None => remote
            .split_once(':')
            .map_or(String::new(), |(scheme, _)| format!("{scheme}:")),
    };
    let copy = "apolo cp --recursive --update --no-target-directory";
    [
        format!("apolo mkdir --parents {}", words::quoted(&parent)),
        format!("{copy} {} {}", words::quoted(local), words::quoted(remote)),
    ]
}
