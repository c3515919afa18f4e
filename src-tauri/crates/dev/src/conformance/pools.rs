//! Names and values that random projects are made of.

pub(crate) const LIVE_NAMES: [&str; 15] = [
    "env.A",
    "params.p",
    "flow.id",
    "flow.title",
    "flow.project_id",
    "project.id",
    "git.sha",
    "git.branch",
    "git.tags",
    "volumes.data.ref",
    "volumes.data.remote",
    "images.img.ref",
    "multi.suffix",
    "project.project_name",
    "defaults",
];

pub(crate) const BATCH_NAMES: [&str; 19] = [
    "env.A",
    "params.p",
    "params.q",
    "flow.id",
    "flow.life_span",
    "project.id",
    "git.sha",
    "volumes.data.ref_ro",
    "volumes.data.mount",
    "images.img.ref",
    "matrix.m",
    "matrix.n",
    "strategy.max_parallel",
    "strategy.fail_fast",
    "needs.first.result",
    "needs.first.outputs.o",
    "needs.second.outputs.o",
    "state.s",
    "inputs.i",
];

pub(crate) const EARLY_NAMES: [&str; 6] = [
    "flow.id",
    "project.id",
    "git.sha",
    "flow.workspace",
    "params.p",
    "env.A",
];

pub(crate) const ACTION_NAMES: [&str; 9] = [
    "inputs.i",
    "inputs.j",
    "needs.one.outputs.o",
    "needs.one.result",
    "flow.action_path",
    "flow.id",
    "strategy.max_parallel",
    "git.sha",
    "env.A",
];

pub(crate) const INNER_NAMES: [&str; 10] = [
    "inputs.i",
    "inputs.j",
    "needs.last.outputs.o",
    "flow.action_path",
    "env.A",
    "params.p",
    "volumes.data.ref",
    "matrix.m",
    "strategy.max_parallel",
    "images.img.ref",
];

/// The keys of a job with values that fit, and some that do not.
pub(crate) const VALUES: [(&str, &[&str]); 17] = [
    (
        "title",
        &["A title", "'q'", "12", "yes", "~", "''", "2020-01-01"],
    ),
    ("name", &["my-name", "~", "1"]),
    ("preset", &["cpu-small", "''", "~", "007"]),
    (
        "schedule_timeout",
        &[
            "1d", "2h30m", "90", "1.5", "1:30", "''", "1x", "~", "1d 2h", "0",
        ],
    ),
    ("entrypoint", &["sh -c", "~", "''"]),
    ("workdir", &["/w", "w", "/a/../b", "~", "//x", "/a/./b"]),
    (
        "life_span",
        &["1d", "0", "3h4m5s", "0.5", "-1", "~", "1_0", "010"],
    ),
    (
        "http_port",
        &[
            "8080", "'8080'", "010", "0x50", "1:20", "80.5", "~", "yes", "1_000",
        ],
    ),
    (
        "http_auth",
        &["yes", "No", "on", "'false'", "true", "0", "~", "y"],
    ),
    ("pass_config", &["True", "OFF", "''", "~"]),
    (
        "restart",
        &["never", "always", "on-failure", "Never", "~", "no"],
    ),
    (
        "cmd",
        &[
            "run",
            "python -m x --a 'b c'",
            "|\n   echo 1\n   echo 2",
            ">-\n   a\n   b",
            "''",
            "~",
            "'it''s'",
        ],
    ),
    (
        "bash",
        &[
            "echo hi",
            "|\n   for i in 1 2; do\n     echo $i\n   done",
            "~",
        ],
    ),
    ("python", &["print(1)", "\"import sys\\nsys.exit(1)\""]),
    (
        "tags",
        &["[a, b]", "[]", "~", "[1, yes]", "a", "[a, ~]", "{a: b}"],
    ),
    (
        "env",
        &[
            "{A: b}",
            "{A: 1, B: yes}",
            "{A: ~}",
            "{}",
            "~",
            "{A: secret:s}",
            "[a]",
        ],
    ),
    (
        "volumes",
        &[
            "[storage:x:/x:ro]",
            "['storage:x:/x', '']",
            "[]",
            "~",
            "[secret:s:/s]",
            "['disk:d:/d:rw']",
        ],
    ),
];

pub(crate) const IMAGES: [&str; 6] = [
    "python:3.9",
    "image:foo:v1",
    "image://cluster/org/proj/foo",
    "ubuntu",
    "~",
    "image:foo",
];
