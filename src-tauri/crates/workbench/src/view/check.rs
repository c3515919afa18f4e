//! What a check comes to, as it is shown.

use contract::{
    CheckedBatch, CheckedConfig, CheckedJob, CheckedStart, CheckedTask, Missing, ParamView,
};
use flow::batch::{Foreseen, Node, Whole};
use flow::config::{Effect, Enable, ExecConfig, Restart};
use flow::live::{PlannedJob, run_command};
use flow::{Checked, Trouble, Troubles};

use crate::project::{OpenProject, params};
use crate::view::diagnostic::{count, relative};
use crate::view::task::{kind, matrix, needs};

/// The live jobs.
pub(crate) fn jobs(open: &OpenProject, checked: &Checked) -> Vec<CheckedJob> {
    let Some(live) = &open.project.live else {
        return Vec::new();
    };
    // What all jobs share is wrong or not known for each of them.
    let shared = checked.live.iter().flat_map(|troubles| &troubles.list);
    let shared: Vec<&Trouble> = shared.collect();
    let job = |(id, view): (&String, &flow::live::JobView)| {
        let params = params(&view.params);
        let missing = |own: &[Trouble]| missing(open, shared.iter().copied().chain(own));
        match checked.jobs.get(id).filter(|_| live.sound) {
            Some(Ok(job)) => foreseen_job(id, params, (&job.planned, missing(&job.open))),
            Some(Err(troubles)) => bare_job(id, params, missing(&troubles.list)),
            None => bare_job(id, params, missing(&[])),
        }
    };
    live.jobs.iter().map(job).collect()
}

fn bare_job(id: &str, params: Vec<ParamView>, missing: Vec<Missing>) -> CheckedJob {
    CheckedJob {
        id: id.to_owned(),
        params,
        config: None,
        start: None,
        run_command: None,
        uploads: Vec::new(),
        complete: false,
        missing,
    }
}

fn foreseen_job(
    id: &str,
    params: Vec<ParamView>,
    (planned, missing): (&PlannedJob, Vec<Missing>),
) -> CheckedJob {
    let config = &planned.config;
    let complete = missing.is_empty();
    let command = if complete {
        run_command(planned).ok()
    } else {
        None
    };
    CheckedJob {
        complete,
        config: Some(of_config(&config.exec)),
        start: Some(CheckedStart {
            detach: config.detach,
            browse: config.browse,
            port_forward: config.port_forward.clone(),
            multi: config.multi,
        }),
        run_command: command,
        uploads: uploads(&planned.effects),
        ..bare_job(id, params, missing)
    }
}

/// The batches.
pub(crate) fn batches(open: &OpenProject, checked: &Checked) -> Vec<CheckedBatch> {
    let batch = |flow: &std::sync::Arc<flow::batch::BatchFlow>| {
        let (tasks, missing) = match checked.batches.get(&flow.name) {
            Some(batch) => {
                let sound = flow.sound && batch.troubles.only_unknown();
                let missing = missing(open, &batch.troubles.list);
                (sound.then(|| tasks(open, batch)), missing)
            }
            None => (None, Vec::new()),
        };
        CheckedBatch {
            id: flow.name.clone(),
            file: flow.path.clone(),
            params: params(&flow.params),
            tasks,
            missing,
        }
    };
    open.project.batches.iter().map(batch).collect()
}

fn tasks(open: &OpenProject, batch: &flow::CheckedBatch) -> Vec<CheckedTask> {
    let nodes = batch.bake.graph.walk().zip(batch.tasks.values());
    nodes
        .map(|(node, seen)| task(open, node, seen.as_ref()))
        .collect()
}

fn task(open: &OpenProject, node: &Node, seen: Result<&Foreseen, &Troubles>) -> CheckedTask {
    let bare = CheckedTask {
        id: node.id.to_string(),
        kind: kind(node.kind),
        needs: needs(node),
        matrix: matrix(node),
        enable: node.enable.clone(),
        runs: None,
        fail_fast: node.strategy.fail_fast,
        max_parallel: node.strategy.max_parallel,
        config: None,
        complete: false,
        caching_key: None,
        uploads: Vec::new(),
        missing: Vec::new(),
    };
    match seen {
        Err(troubles) => CheckedTask {
            missing: missing(open, &troubles.list),
            ..bare
        },
        Ok(seen) => {
            let keyed = seen.config.iter().filter(|_| seen.whole == Whole::WithKey);
            CheckedTask {
                runs: seen.enable.map(|enable| word(enable).to_owned()),
                config: seen.config.as_ref().map(|config| of_config(&config.exec)),
                complete: seen.whole != Whole::No,
                caching_key: keyed.map(|config| config.caching_key.clone()).next(),
                uploads: uploads(&seen.effects),
                missing: missing(open, &seen.open),
                ..bare
            }
        }
    }
}

fn word(enable: Enable) -> &'static str {
    match enable {
        Enable::Always => "always",
        Enable::Yes => "yes",
        Enable::No => "no",
    }
}

fn of_config(exec: &ExecConfig) -> CheckedConfig {
    let restart = exec.restart.map(|restart| match restart {
        Restart::Never => "never",
        Restart::OnFailure => "on-failure",
        Restart::Always => "always",
    });
    CheckedConfig {
        title: exec.title.clone(),
        name: exec.name.clone(),
        image: exec.image.clone(),
        preset: exec.preset.clone(),
        schedule_timeout: exec.schedule_timeout,
        http_port: exec.http_port,
        http_auth: exec.http_auth,
        pass_config: exec.pass_config,
        entrypoint: exec.entrypoint.clone(),
        cmd: exec.cmd.clone(),
        workdir: exec.workdir.clone(),
        volumes: exec.volumes.clone(),
        life_span: exec.life_span,
        env: exec.env.clone(),
        tags: exec.tags.iter().cloned().collect(),
        restart: restart.map(str::to_owned),
    }
}

fn uploads(effects: &[Effect]) -> Vec<String> {
    let upload = |Effect::Upload { local, remote }: &Effect| format!("{local} → {remote}");
    effects.iter().map(upload).collect()
}

fn missing<'a>(
    open: &OpenProject,
    troubles: impl IntoIterator<Item = &'a Trouble>,
) -> Vec<Missing> {
    let one = |trouble: &Trouble| {
        let found = &trouble.diagnostic;
        let place = found.text.position(found.span.start);
        Missing {
            wrong: trouble.unknown.is_none(),
            why: match &trouble.unknown {
                Some(unknown) => unknown.why.clone(),
                None => found.message.clone(),
            },
            file: relative(found.text.name(), &open.root),
            line: count(place.line),
            column: count(place.column),
        }
    };
    troubles.into_iter().map(one).collect()
}
