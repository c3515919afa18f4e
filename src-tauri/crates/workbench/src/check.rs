//! The check of a project: everything that can be found without starting anything.

use contract::{DiagnosticView, Failure, FlowCheck, FlowReport, SeverityView};

use flow::Platform;

use crate::Desk;
use crate::credentials::blocking;
use crate::project::OpenProject;
use crate::view::check::{batches, jobs};
use crate::view::diagnostic::{count, views};

/// Checks a project, and tells what its jobs and tasks come to if that is wanted.
pub async fn flow_check(desk: &Desk, request: FlowCheck) -> Result<FlowReport, Failure> {
    let who = desk.who();
    blocking(move || report(&request, who)).await?
}

fn report(request: &FlowCheck, who: Platform) -> Result<FlowReport, Failure> {
    let open = OpenProject::read(&request.project, who)?;
    let checked = flow::check(&open.project, &open.diagnostics, &open.session());
    let mut diagnostics = views(&checked.findings, &open.root);
    diagnostics.sort_by(|one, other| place(one).cmp(&place(other)));
    let number = |severity| {
        let found = diagnostics.iter().filter(|it| it.severity == severity);
        count(found.count())
    };
    let tasks = checked.batches.values().map(|batch| batch.tasks.len());
    let live = open.project.live.as_ref();
    let report = FlowReport {
        project: open.path(),
        id: open.project.id.clone().unwrap_or_default(),
        errors: number(SeverityView::Error),
        portability: number(SeverityView::Portability),
        warnings: number(SeverityView::Warning),
        hints: number(SeverityView::Hint),
        job_count: count(live.map_or(0, |live| live.jobs.len())),
        task_count: count(tasks.sum()),
        jobs: wanted(request, || jobs(&open, &checked)),
        batches: wanted(request, || batches(&open, &checked)),
        diagnostics,
    };
    // Large projects take a while to be given back; nobody has to wait for that.
    std::thread::spawn(move || drop((open, checked)));
    Ok(report)
}

fn place(diagnostic: &DiagnosticView) -> (&str, u32, u32) {
    (&diagnostic.file, diagnostic.line, diagnostic.column)
}

fn wanted<T>(request: &FlowCheck, list: impl FnOnce() -> Vec<T>) -> Vec<T> {
    if request.evaluated {
        list()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(files: &[(&str, &str)]) -> FlowReport {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("rye");
        std::fs::create_dir_all(folder.join(".apolo")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(".apolo").join(name), text).unwrap();
        }
        let request = FlowCheck {
            project: folder.display().to_string(),
            evaluated: true,
        };
        report(&request, crate::account::local_who()).unwrap()
    }

    #[test]
    fn jobs_and_tasks_are_evaluated_as_far_as_they_are_known() {
        let live = "kind: live\njobs:\n  train:\n    image: python:3\n    params:\n      rate: '0.1'\n    cmd: train ${{ params.rate }}\n";
        let batch = "kind: batch\ntasks:\n- id: make\n  image: python\n  cmd: make\n- id: use\n  needs: [make]\n  image: python\n  workdir: /w\n  cmd: use ${{ needs.make.outputs.path }}\n";
        let report = checked(&[("live.yml", live), ("b.yml", batch)]);
        assert_eq!(
            (report.errors, report.job_count, report.task_count),
            (0, 1, 2)
        );
        let job = &report.jobs[0];
        let cmd = job.config.as_ref().and_then(|config| config.cmd.as_deref());
        assert_eq!(cmd, Some("train 0.1"));
        assert_eq!(
            job.run_command.as_ref().and_then(|words| words.last()),
            Some(&"0.1".to_owned())
        );
        let [make, needy] = report.batches[0].tasks.as_deref().unwrap() else {
            panic!("there are two tasks");
        };
        assert!(make.complete && make.caching_key.is_some());
        assert!(!needy.complete && needy.caching_key.is_none());
        assert_eq!(needy.runs.as_deref(), Some("yes"));
        let config = needy.config.as_ref().unwrap();
        assert_eq!(
            (config.cmd.as_deref(), config.workdir.as_deref()),
            (None, Some("/w"))
        );
        let missing = &needy.missing[0];
        assert_eq!((missing.wrong, missing.line), (false, 10));
        assert!(missing.why.contains("make"), "{}", missing.why);
    }

    #[test]
    fn mistakes_of_single_tasks_are_found_before_they_run() {
        let batch = "kind: batch\ntasks:\n- id: a\n  image: python\n  http_port: ${{ 'no number' }}\n  cmd: a\n";
        let report = checked(&[("b.yml", batch)]);
        assert_eq!(report.errors, 1, "{:?}", report.diagnostics);
        let task = &report.batches[0].tasks.as_ref().unwrap()[0];
        assert!(task.missing[0].wrong);
    }
}
