//! The rules, over the ends of real logs.

use super::*;

fn failed(code: i32, log: &str) -> Symptoms {
    Symptoms {
        stage: Stage::Failed,
        reason: Some("Error".into()),
        exit_code: Some(code),
        tail: log.lines().map(str::to_owned).collect(),
        ..Symptoms::default()
    }
}

fn said(stage: Stage, reason: &str, description: &str) -> Symptoms {
    Symptoms {
        stage,
        reason: Some(reason.into()),
        description: Some(description.into()),
        ..Symptoms::default()
    }
}

fn rule(symptoms: &Symptoms) -> Option<&'static str> {
    explain(symptoms).map(|cause| cause.rule)
}

#[test]
fn names_are_unique_and_every_sentence_can_be_filled() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for ready in READY.iter() {
        let rule = ready.rule;
        let groups = |pattern: &Option<Regex>| {
            let names = pattern.iter().flat_map(Regex::capture_names).flatten();
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut known = groups(&ready.says);
        known.extend(groups(&ready.line));
        known.extend(["code", "port", "reason", "said"].map(str::to_owned));
        let words = Words(known.into_iter().map(|name| (name, "x".into())).collect());
        for text in [rule.cause, rule.advice] {
            assert!(words.fill(text).is_some(), "{}: {text}", rule.name);
            assert!(text.ends_with('.') || text.ends_with('}'), "{}", rule.name);
        }
    }
}

#[test]
fn a_missing_module_is_named_with_its_line() {
    let log = "\
Traceback (most recent call last):
  File \"/code/train.py\", line 3, in <module>
    import torchvision.models
ModuleNotFoundError: No module named 'torchvision.models'";
    let cause = explain(&failed(1, log)).unwrap();
    assert_eq!(cause.rule, "python-module");
    assert_eq!(cause.line, Some(3));
    assert_eq!(
        cause.cause,
        "The Python module `torchvision.models` is not installed where the job runs."
    );
}

/// Ends of logs as programs write them, and what they mean.
const LOGS: &[(i32, &str, &str)] = &[
    (
        1,
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.12 GiB is free.",
        "cuda-out-of-memory",
    ),
    (
        1,
        "RuntimeError: CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "cuda-out-of-memory",
    ),
    (
        1,
        "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU",
        "no-gpu",
    ),
    (
        1,
        "AssertionError: Torch not compiled with CUDA enabled",
        "no-gpu",
    ),
    (
        1,
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
        "shared-library",
    ),
    (
        1,
        "ImportError: cannot import name 'Mapping' from 'collections' (/usr/lib/python3.11/collections/__init__.py)",
        "python-import",
    ),
    (
        1,
        "OSError: [Errno 28] No space left on device",
        "disk-full",
    ),
    (
        1,
        "RuntimeError: DataLoader worker (pid 112) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.",
        "dev-shm",
    ),
    (
        137,
        "epoch 3\n./train.sh: line 7:    41 Killed                  python3 train.py",
        "killed-in-the-log",
    ),
    (
        1,
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB\nMemoryError",
        "killed-in-the-log",
    ),
    (
        1,
        "OSError: [Errno 30] Read-only file system: '/data/model.pt'",
        "read-only",
    ),
    (
        1,
        "OSError: [Errno 98] Address already in use",
        "address-in-use",
    ),
    (
        6,
        "curl: (6) Could not resolve host: data.example.com",
        "name-resolution",
    ),
    (
        1,
        "requests.exceptions.ConnectionError: [Errno 111] Connection refused",
        "connection-refused",
    ),
    (
        1,
        "huggingface_hub.errors.HfHubHTTPError: 401 Client Error: Unauthorized for url: https://example.com",
        "http-unauthorized",
    ),
    (
        126,
        "bash: ./run.sh: Permission denied",
        "permission-denied",
    ),
    (
        1,
        "PermissionError: [Errno 13] Permission denied: '/data/out'",
        "permission-denied",
    ),
    (
        1,
        "FileNotFoundError: [Errno 2] No such file or directory: '/data/train.csv'",
        "python-no-such-file",
    ),
    (
        2,
        "python3: can't open file '/project/train.py': [Errno 2] No such file or directory",
        "python-cannot-open",
    ),
    (
        127,
        "bash: line 1: dvc: command not found",
        "command-not-found",
    ),
    (127, "sh: 1: dvc: not found", "command-not-found"),
    (
        1,
        "cat: /data/none.txt: No such file or directory",
        "no-such-file",
    ),
    (
        1,
        "bash: line 4: TOKEN: unbound variable",
        "unbound-variable",
    ),
    (1, "KeyError: 'WANDB_API_KEY'", "python-key"),
    (
        2,
        "usage: train.py [-h] --data DATA\ntrain.py: error: the following arguments are required: --data",
        "wrong-arguments",
    ),
    (
        1,
        "  File \"a.py\", line 2\nSyntaxError: invalid syntax",
        "syntax",
    ),
    (
        2,
        "bash: -c: line 3: syntax error near unexpected token `fi'",
        "syntax",
    ),
    (1, "ValueError: loss is nan", "not-finite"),
    (
        1,
        "ValueError: shapes (3,4) and (5,6) not aligned",
        "python-error",
    ),
    (
        101,
        "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds",
        "rust-panic",
    ),
    (126, "", "exit-126"),
    (127, "", "exit-127"),
    (137, "epoch 4", "exit-137"),
    (139, "", "exit-139"),
    (143, "", "exit-143"),
    (130, "", "exit-130"),
    (2, "", "exit-2"),
    (7, "bye", "exit-other"),
];

#[test]
fn recorded_logs_are_explained() {
    for (code, log, expected) in LOGS {
        let found = rule(&failed(*code, log));
        assert_eq!(found, Some(*expected), "{code}: {log}");
    }
}

/// What platforms say, and what it means.
const SAID: &[(Stage, &str, &str, &str)] = &[
    (
        Stage::Waits,
        "ErrImagePull",
        "manifest for library/none:latest not found: manifest unknown",
        "image-missing",
    ),
    (
        Stage::Failed,
        "ErrImagePull",
        "pull access denied for private/thing, repository requires authentication",
        "image-unauthorized",
    ),
    (
        Stage::Waits,
        "ImagePullBackOff",
        "dial tcp: lookup registry.example.com: no such host",
        "image-unreachable",
    ),
    (Stage::Waits, "ImagePullBackOff", "", "image-pull"),
    (Stage::Failed, "InvalidImageName", "", "image-name"),
    (Stage::Failed, "OOMKilled", "", "out-of-memory"),
    (Stage::Waits, "QuotaExhausted", "", "quota"),
    (Stage::Stopped, "LifeSpanEnded", "", "life-span"),
    (
        Stage::Failed,
        "ContainerCannotRun",
        "there is no program `pythn` on this computer",
        "no-such-program",
    ),
    (
        Stage::Failed,
        "ContainerCannotRun",
        "exec: \"pythn\": executable file not found in $PATH",
        "no-such-program",
    ),
    (
        Stage::Failed,
        "ContainerCannotRun",
        "the working folder /code does not exist",
        "no-working-folder",
    ),
    (
        Stage::Failed,
        "ContainerCannotRun",
        "`./run.sh` may not be executed",
        "may-not-run",
    ),
    (Stage::Failed, "ContainerCannotRun", "what", "cannot-run"),
    (
        Stage::Failed,
        "NotFound",
        "the job's supervisor is gone without a word",
        "lost",
    ),
    (Stage::Waits, "ClusterScaleUpFailed", "", "no-node"),
    (Stage::Failed, "ClusterNotFound", "", "cluster-gone"),
    (Stage::Waits, "DiskUnavailable", "", "disk-unavailable"),
    (
        Stage::Failed,
        "Error",
        "Failed to schedule the job in time",
        "scheduling",
    ),
];

#[test]
fn reasons_of_the_platform_are_explained() {
    for (stage, reason, description, expected) in SAID {
        let found = rule(&said(*stage, reason, description));
        assert_eq!(found, Some(*expected), "{reason}: {description}");
    }
}

#[test]
fn the_platform_is_believed_before_the_log() {
    let mut symptoms = failed(137, "ModuleNotFoundError: No module named 'x'");
    symptoms.reason = Some("OOMKilled".into());
    assert_eq!(rule(&symptoms), Some("out-of-memory"));
}

#[test]
fn of_several_lines_the_last_one_counts() {
    let log = "cat: /a: No such file or directory\ncat: /b: No such file or directory\nend";
    let cause = explain(&failed(1, log)).unwrap();
    assert_eq!(cause.line, Some(1));
    assert!(cause.cause.contains("`/b`"), "{}", cause.cause);
}

#[test]
fn a_page_that_only_the_job_itself_reaches_is_noticed() {
    let mut symptoms = Symptoms {
        stage: Stage::Runs,
        port: Some(5000),
        tail: vec![" * Running on http://127.0.0.1:5000".into()],
        ..Symptoms::default()
    };
    let cause = explain(&symptoms).unwrap();
    assert_eq!(cause.rule, "listens-on-loopback");
    assert!(cause.advice.contains("0.0.0.0"));
    symptoms.tail = vec![" * Running on http://0.0.0.0:5000".into()];
    assert_eq!(explain(&symptoms), None);
    symptoms.tail = vec![
        " * Running on all addresses (0.0.0.0)".into(),
        " * Running on http://127.0.0.1:5000".into(),
    ];
    assert_eq!(explain(&symptoms), None);
    symptoms.tail = vec![" * Running on http://127.0.0.1:5000".into()];
    symptoms.port = None;
    assert_eq!(explain(&symptoms), None, "nobody asked for a page");
}

#[test]
fn what_was_wanted_needs_no_cause() {
    let mut stopped = said(Stage::Stopped, "UserRequested", "");
    stopped.tail = vec!["Killed".into()];
    assert_eq!(explain(&stopped), None);
    let running = Symptoms {
        stage: Stage::Runs,
        tail: vec!["ValueError: handled".into()],
        ..Symptoms::default()
    };
    assert_eq!(explain(&running), None);
}

proptest::proptest! {
    #[test]
    fn any_log_is_read_without_a_panic(
        code in proptest::option::of(-5_i32..300),
        reason in proptest::option::of("[A-Za-z]{0,20}"),
        description in proptest::option::of(".{0,80}"),
        tail in proptest::collection::vec(".{0,80}", 0..6),
    ) {
        let lines = tail.len();
        for stage in [Stage::Waits, Stage::Runs, Stage::Failed, Stage::Stopped] {
            let symptoms = Symptoms {
                stage,
                reason: reason.clone(),
                description: description.clone(),
                exit_code: code,
                port: Some(80),
                tail: tail.clone(),
            };
            let cause = explain(&symptoms);
            proptest::prop_assert!(cause.is_none_or(|cause| cause.line.is_none_or(|at| at < lines)));
        }
    }
}

#[test]
fn a_build_without_a_container_engine_says_what_is_missing() {
    let log = "ERROR: images are built by a container engine, and this computer has none that \
               answers (no Docker or Podman was found); install and start Docker or Podman";
    assert_eq!(rule(&failed(1, log)), Some("no-engine"));
}
