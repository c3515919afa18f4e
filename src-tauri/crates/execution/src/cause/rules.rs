//! The table: which signs point to which cause, and what to do about it.
//!
//! Order matters: the first rule that fits wins. First come the platform's own reasons that leave no
//! doubt, then what the log says, then what only an exit code tells. `{name}` stands for a named
//! group of a pattern, or for `code`, `port`, `reason`, `said`; `{a|b}` for the one that is known. A
//! rule whose sentences ask for something unknown does not fit, except for `{name?}`, which may be
//! missing.

use super::Stage;

/// A sign, the cause it points to, and what to do.
pub(super) struct Rule {
    /// Its name; never shown.
    pub(super) name: &'static str,
    /// What became of the job.
    pub(super) stages: &'static [Stage],
    /// The platform's reason is one of these; any if there is none.
    pub(super) reasons: &'static [&'static str],
    /// The command ended with one of these; anyhow if there is none.
    pub(super) exit_codes: &'static [i32],
    /// The platform's sentence fits this pattern.
    pub(super) says: Option<&'static str>,
    /// One of the last lines of the log fits this pattern.
    pub(super) line: Option<&'static str>,
    /// None of the last lines fits this pattern.
    pub(super) unless: Option<&'static str>,
    /// The job publishes a port.
    pub(super) port: bool,
    /// What happened.
    pub(super) cause: &'static str,
    /// What to do.
    pub(super) advice: &'static str,
}

const FAILED: &[Stage] = &[Stage::Failed];
const ENDED: &[Stage] = &[Stage::Failed, Stage::Stopped];
const NOT_STARTED: &[Stage] = &[Stage::Waits, Stage::Failed];

/// A rule that asks for nothing but the stage.
const ANY: Rule = Rule {
    name: "",
    stages: FAILED,
    reasons: &[],
    exit_codes: &[],
    says: None,
    line: None,
    unless: None,
    port: false,
    cause: "",
    advice: "",
};

/// All rules, the most certain ones first.
pub(super) const RULES: &[Rule] = &[
    // What the platform says.
    Rule {
        name: "image-unauthorized",
        stages: NOT_STARTED,
        reasons: &["ErrImagePull", "ImagePullBackOff"],
        says: Some(r"(?i)unauthorized|authentication required|denied|forbidden|\b40[13]\b"),
        cause: "The image could not be fetched: its registry does not let this job in. {said?}",
        advice: "Check that the image exists and that you may read it. For an image of the platform, share it with the project; for a private registry, give the job its credentials.",
        ..ANY
    },
    Rule {
        name: "image-missing",
        stages: NOT_STARTED,
        reasons: &["ErrImagePull", "ImagePullBackOff"],
        says: Some(
            r"(?i)not found|manifest unknown|does not exist|name unknown|no such image|\b404\b",
        ),
        cause: "The image does not exist under this name and tag. {said?}",
        advice: "Correct `image:` (name and tag). An image of the flow has to be built first: `bakehouse build IMAGE`.",
        ..ANY
    },
    Rule {
        name: "image-unreachable",
        stages: NOT_STARTED,
        reasons: &["ErrImagePull", "ImagePullBackOff"],
        says: Some(
            r"(?i)timeout|timed out|no such host|name resolution|connection (refused|reset)|unreachable|dial tcp",
        ),
        cause: "The registry of the image cannot be reached from where the job runs. {said?}",
        advice: "Check the network, then start the job again. On this computer, a job can also run without its image: choose the sandbox as runner.",
        ..ANY
    },
    Rule {
        name: "image-pull",
        stages: NOT_STARTED,
        reasons: &["ErrImagePull", "ImagePullBackOff"],
        cause: "The image could not be fetched. {said?}",
        advice: "Check the name and the tag under `image:`, and that its registry can be reached and lets you in.",
        ..ANY
    },
    Rule {
        name: "image-name",
        stages: NOT_STARTED,
        reasons: &["InvalidImageName"],
        cause: "The name of the image cannot be read. {said?}",
        advice: "Write `image:` as `name:tag`, `registry/name:tag` or `image:name:tag` for an image of the platform; names are lower case.",
        ..ANY
    },
    Rule {
        name: "out-of-memory",
        stages: ENDED,
        reasons: &["OOMKilled"],
        cause: "The job used more memory than its preset has, and was ended for it.",
        advice: "Choose a preset with more memory, or let the job use less: smaller batches, fewer workers, data in pieces.",
        ..ANY
    },
    Rule {
        name: "quota",
        stages: &[Stage::Waits, Stage::Failed, Stage::Stopped],
        reasons: &["QuotaExhausted"],
        cause: "The quota or the credits of the user, the project or the organisation are used up. {said?}",
        advice: "Stop jobs that are not needed, choose a cheaper preset, or ask an administrator for more.",
        ..ANY
    },
    Rule {
        name: "life-span",
        stages: ENDED,
        reasons: &["LifeSpanEnded"],
        cause: "The life span of the job was over before it was done.",
        advice: "Give it more with `life_span:` (such as `1d6h`), or extend the next one while it runs: `bakehouse extend JOB 2h`. Without `life_span:` a live job gets one day.",
        ..ANY
    },
    Rule {
        name: "no-such-program",
        reasons: &["ContainerCannotRun"],
        says: Some(
            r#"(?i)no program `(?P<program>[^`]+)`|exec(?:utable file)?:? "?(?P<file>[^":]+)"?: (?:executable file )?(?:stat .*)?(?:not found|no such file)"#,
        ),
        cause: "The job could not begin: there is no program `{program|file}` where it runs. {said?}",
        advice: "Correct `cmd:` or `entrypoint:`, or take an image that holds the program. Without a container engine, jobs run with the programs of this computer.",
        ..ANY
    },
    Rule {
        name: "no-working-folder",
        reasons: &["ContainerCannotRun"],
        says: Some(r"(?i)working (folder|directory)|chdir"),
        cause: "The job could not begin: its working folder is not there. {said?}",
        advice: "Correct `workdir:`, or mount a volume there.",
        ..ANY
    },
    Rule {
        name: "may-not-run",
        reasons: &["ContainerCannotRun"],
        says: Some(r"(?i)permission denied|may not be executed"),
        cause: "The job could not begin: its program may not be executed. {said?}",
        advice: "Make the file executable (`chmod +x`), or call its interpreter: `cmd: python3 script.py`.",
        ..ANY
    },
    Rule {
        name: "cannot-run",
        reasons: &["ContainerCannotRun"],
        cause: "The job could not begin. {said?}",
        advice: "Check `image:`, `entrypoint:`, `cmd:`, `workdir:` and the volumes of the job.",
        ..ANY
    },
    Rule {
        name: "lost",
        reasons: &["NotFound"],
        cause: "The job was lost: nobody looked after it any more. {said?}",
        advice: "Start it again. A restart of the computer (or of the node) ends what runs on it; `restart: on-failure` lets the platform start such a job again, and saved checkpoints keep what was done.",
        ..ANY
    },
    Rule {
        name: "cluster-gone",
        stages: NOT_STARTED,
        reasons: &["ClusterNotFound"],
        cause: "The cluster that the job was to run on is not there. {said?}",
        advice: "Choose another cluster, or ask an administrator.",
        ..ANY
    },
    Rule {
        name: "no-node",
        stages: NOT_STARTED,
        reasons: &["ClusterScaleUpFailed"],
        cause: "The cluster could not get a machine for this preset. {said?}",
        advice: "Try again later or choose another preset; large graphics processors are often scarce.",
        ..ANY
    },
    Rule {
        name: "disk-unavailable",
        stages: NOT_STARTED,
        reasons: &["DiskUnavailable"],
        cause: "A disk that the job mounts cannot be had. {said?}",
        advice: "A disk can serve one job at a time: stop the job that has it, or check the name under `volumes:`.",
        ..ANY
    },
    Rule {
        name: "scheduling",
        stages: &[Stage::Failed],
        says: Some(r"(?i)schedul"),
        reasons: &["Scheduling", "ClusterScalingUp", "Error"],
        cause: "The job found no place in time. {said?}",
        advice: "Try again later, choose a smaller preset, or give it more time with `schedule_timeout:`.",
        ..ANY
    },
    // What the log says.
    Rule {
        name: "no-engine",
        line: Some(r"images are built by a container engine, and this computer has none"),
        cause: "Images are built by a container engine, and none answers on this computer.",
        advice: "Install and start Docker or Podman, then build the image again.",
        ..ANY
    },
    Rule {
        name: "cuda-out-of-memory",
        line: Some(
            r"(?i)CUDA(?: error)?:? out of memory|CUDA_ERROR_OUT_OF_MEMORY|torch\.(?:cuda\.)?OutOfMemoryError|ResourceExhaustedError.*OOM",
        ),
        cause: "The graphics processor ran out of memory.",
        advice: "Use smaller batches or a smaller model, half precision or gradient accumulation, or choose a preset with a larger graphics processor.",
        ..ANY
    },
    Rule {
        name: "no-gpu",
        line: Some(
            r"(?i)no CUDA-capable device|CUDA unknown error|Found no NVIDIA driver|Torch not compiled with CUDA enabled|CUDA driver version is insufficient|Attempting to deserialize object on a CUDA device",
        ),
        cause: "The program wants a graphics processor, and there is none that it can use.",
        advice: "Choose a preset with a graphics processor and an image with the fitting CUDA version, or let the program run on the processor (`device = \"cpu\"`).",
        ..ANY
    },
    Rule {
        name: "cudnn",
        line: Some(r"(?i)libcud(?:nn|art)[^ ]*: cannot open shared object|CUDNN_STATUS"),
        cause: "The CUDA libraries of the image do not fit what the program was made for.",
        advice: "Take an image whose CUDA and cuDNN versions are those of the framework.",
        ..ANY
    },
    Rule {
        name: "shared-library",
        line: Some(r"(?P<library>lib[\w.+-]+\.so[\w.]*): cannot open shared object file"),
        cause: "A system library is missing where the job runs: `{library}`.",
        advice: "Install the package that holds it in the image, or take an image that has it.",
        ..ANY
    },
    Rule {
        name: "python-module",
        line: Some(
            r#"(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]+)'?"#,
        ),
        cause: "The Python module `{module}` is not installed where the job runs.",
        advice: "Add it to the image (`pip install` in the Dockerfile, then `bakehouse build`), or install it at the beginning of the command. If it is a module of the project: mount the code, and set `PYTHONPATH` or `workdir:`.",
        ..ANY
    },
    Rule {
        name: "python-import",
        line: Some(
            r"ImportError: cannot import name '?(?P<name>[\w.]+)'? from '?(?P<module>[\w.]+)'?",
        ),
        cause: "`{module}` has no `{name}`: the installed version is another one than the code was written for.",
        advice: "Pin the version of the package in the requirements of the image.",
        ..ANY
    },
    Rule {
        name: "disk-full",
        line: Some(r"(?i)no space left on device|disk quota exceeded|\bENOSPC\b"),
        cause: "There was no space left to write to.",
        advice: "Remove what is not needed from the storage or the disk, write to a larger one, or keep fewer checkpoints.",
        ..ANY
    },
    Rule {
        name: "dev-shm",
        line: Some(
            r"(?i)Bus error|DataLoader worker .* is killed by signal|insufficient shared memory|unable to mmap .* shared memory",
        ),
        cause: "The workers that load data had too little shared memory.",
        advice: "Use fewer workers (`num_workers=0` for a try) or smaller batches, or a preset with more memory.",
        ..ANY
    },
    Rule {
        name: "killed-in-the-log",
        line: Some(
            r"(?i)^(?:.*: line \d+: +\d+ )?Killed\b|Cannot allocate memory|\bMemoryError\b|std::bad_alloc|JavaScript heap out of memory|java\.lang\.OutOfMemoryError",
        ),
        cause: "The job ran out of memory.",
        advice: "Choose a preset with more memory, or let the job use less: smaller batches, fewer workers, data in pieces.",
        ..ANY
    },
    Rule {
        name: "read-only",
        line: Some(r"(?i)read-only file system"),
        cause: "The job tried to write where it only may read.",
        advice: "Mount the volume without `:ro` (and without `read_only: true`), or write to another folder.",
        ..ANY
    },
    Rule {
        name: "address-in-use",
        line: Some(r"(?i)address already in use|port \d+ is (?:already )?in use|\bEADDRINUSE\b"),
        cause: "The port that the program wants is taken already.",
        advice: "Stop the other program or job that has the port, or let this one listen on another port (and change `http_port:`).",
        ..ANY
    },
    Rule {
        name: "name-resolution",
        line: Some(
            r"(?i)temporary failure in name resolution|could not resolve host|name or service not known|getaddrinfo (?:failed|ENOTFOUND)|No address associated with hostname",
        ),
        cause: "The job could not find a host in the network.",
        advice: "Check the name of the host and whether the job may use the network. Download data once and upload it to the storage instead.",
        ..ANY
    },
    Rule {
        name: "connection-refused",
        line: Some(r"(?i)connection refused|ConnectionRefusedError|ECONNREFUSED"),
        cause: "A service that the job needs does not answer.",
        advice: "Check that the service runs and that its address and port are right; between jobs, use the internal host name and wait until the service is ready.",
        ..ANY
    },
    Rule {
        name: "http-unauthorized",
        line: Some(
            r"(?i)\b(?:HTTP Error|status(?: code)?|error:?) ?:? ?(?P<status>401|403)\b|(?P<denied>401 Client Error|403 Client Error|401 Unauthorized|403 Forbidden)",
        ),
        cause: "A server refused the job: it is not signed in or may not do this ({status|denied}).",
        advice: "Pass the token or key as a secret (`secret:NAME` as the value of an entry under `env:`), and check that it is still valid.",
        ..ANY
    },
    Rule {
        name: "permission-denied",
        line: Some(r"(?i)PermissionError|permission denied"),
        cause: "The job may not open, write or run a file.",
        advice: "Make a script executable (`chmod +x`) or call its interpreter; write only to mounted volumes and to folders of the job itself.",
        ..ANY
    },
    Rule {
        name: "python-no-such-file",
        line: Some(
            r"(?:FileNotFoundError|NotADirectoryError|IsADirectoryError): .*?'(?P<file>[^']+)'",
        ),
        cause: "A file is not where the program looks for it: `{file}`.",
        advice: "Check the path, `workdir:` and the volumes, and that the data was uploaded (`bakehouse upload VOLUME`). Paths inside a job begin at the mount points.",
        ..ANY
    },
    Rule {
        name: "python-cannot-open",
        line: Some(r#"can't open file '?(?P<file>[^':]+)'?: \[Errno 2\]"#),
        cause: "Python was started with a script that is not there: `{file}`.",
        advice: "Check the path in `cmd:`, `workdir:` and the volumes, and that the code was uploaded (`bakehouse upload VOLUME`).",
        ..ANY
    },
    Rule {
        name: "command-not-found",
        line: Some(r"(?:^|: )(?P<program>[\w./+-]+): (?:command )?not found"),
        exit_codes: &[127],
        cause: "There is no program `{program}` where the job runs.",
        advice: "Correct the command, install the program in the image, or take an image that holds it. Without a container engine, jobs run with the programs of this computer.",
        ..ANY
    },
    Rule {
        name: "no-such-file",
        line: Some(r#"(?i)(?:^|: |')(?P<file>[^:'" ]+)'?: no such file or directory"#),
        cause: "A file or folder is not there: `{file}`.",
        advice: "Check the path, `workdir:` and the volumes, and that the data was uploaded (`bakehouse upload VOLUME`).",
        ..ANY
    },
    Rule {
        name: "unbound-variable",
        line: Some(r"(?:^|: )(?P<name>\w+): unbound variable"),
        cause: "The script uses the variable `{name}`, which is not set.",
        advice: "Set it under `env:`, or give it a default in the script.",
        ..ANY
    },
    Rule {
        name: "python-key",
        line: Some(r"KeyError: '(?P<name>[A-Z][A-Z0-9_]+)'"),
        cause: "The program looks for `{name}`, which is probably an environment variable that is not set.",
        advice: "Set it under `env:`; a secret is passed with `secret:NAME` as its value.",
        ..ANY
    },
    Rule {
        name: "wrong-arguments",
        exit_codes: &[2],
        line: Some(
            r"(?i)error: (?P<what>(?:unrecognized arguments|the following arguments are required|argument .*?): .*)|(?P<option>(?:no such|unknown|invalid) option:? .*)",
        ),
        cause: "The program does not take its arguments: {what|option}.",
        advice: "Correct `cmd:`; the parameters of the flow are inserted as text, so quote them where they may hold blanks.",
        ..ANY
    },
    Rule {
        name: "syntax",
        line: Some(r"(?i)^\s*SyntaxError: (?P<python>.*)|syntax error near (?P<shell>.*)"),
        cause: "The code has a mistake in its syntax: {python|shell}.",
        advice: "Mend the file that is named right above in the log; an old Python in the image can also be the reason.",
        ..ANY
    },
    Rule {
        name: "not-finite",
        line: Some(
            r"(?i)\b(?:loss|gradient|output)s?\b.*\b(?:is|are|became|contains?) (?:nan|inf)",
        ),
        cause: "The training went out of bounds: a value became infinite or undefined.",
        advice: "Lower the learning rate, clip gradients, and look at the data.",
        ..ANY
    },
    Rule {
        name: "python-error",
        line: Some(
            r"^(?:[\w.]+\.)?(?P<kind>[A-Z]\w*(?:Error|Exception|Interrupt|Exit)): (?P<what>.+)",
        ),
        cause: "The program ended with an error of its own: {kind}: {what}",
        advice: "The log names the file and the line, from the call down to the error; mend the code or its parameters.",
        ..ANY
    },
    Rule {
        name: "rust-panic",
        line: Some(r"panicked at (?P<place>.*)"),
        cause: "The program stopped itself at {place}.",
        advice: "The next line of the log tells why; `RUST_BACKTRACE=1` under `env:` shows the way there.",
        ..ANY
    },
    // What only the exit code tells.
    Rule {
        name: "exit-126",
        exit_codes: &[126],
        cause: "The command was found, but may not be executed, or is no program for this machine (exit code 126).",
        advice: "Make it executable (`chmod +x`), call its interpreter, or check that image and machine have the same architecture.",
        ..ANY
    },
    Rule {
        name: "exit-127",
        exit_codes: &[127],
        cause: "The command was not found (exit code 127).",
        advice: "Check the spelling of `cmd:` and that the image holds the program.",
        ..ANY
    },
    Rule {
        name: "exit-137",
        exit_codes: &[137],
        cause: "The job was killed from outside (exit code 137), most often because memory ran out.",
        advice: "Choose a preset with more memory, or let the job use less.",
        ..ANY
    },
    Rule {
        name: "exit-139",
        exit_codes: &[139],
        cause: "The program crashed: it touched memory that is not its own (exit code 139).",
        advice: "Most often two binary packages do not fit together: check the versions of native libraries in the image, and that they are made for this processor.",
        ..ANY
    },
    Rule {
        name: "exit-134",
        exit_codes: &[134],
        cause: "The program ended itself because something inside was not as it must be (exit code 134).",
        advice: "The last lines of the log tell what; memory that ran out is a frequent reason.",
        ..ANY
    },
    Rule {
        name: "exit-132",
        exit_codes: &[132],
        cause: "The program uses an instruction that this processor does not have (exit code 132).",
        advice: "Take a build for this kind of processor, or a preset with another one.",
        ..ANY
    },
    Rule {
        name: "exit-143",
        exit_codes: &[143],
        cause: "The program was asked to end by something inside the job or on its machine (exit code 143).",
        advice: "A `timeout` in the command or a taken-away machine does that; save checkpoints, and let the job be started again with `restart: on-failure`.",
        ..ANY
    },
    Rule {
        name: "exit-130",
        exit_codes: &[130],
        cause: "The program was interrupted (exit code 130).",
        advice: "Start it again if that was not meant.",
        ..ANY
    },
    Rule {
        name: "exit-2",
        exit_codes: &[2],
        cause: "The command ended with exit code 2; many programs say so that they were called wrongly.",
        advice: "Check the arguments in `cmd:`; the last lines of the log often name the wrong one.",
        ..ANY
    },
    Rule {
        name: "exit-other",
        reasons: &["Error"],
        cause: "The command ended with exit code {code} and did not say why in its last lines.",
        advice: "Look at the log before that; in a `bash:` job the first failing line ends the script.",
        ..ANY
    },
    // Jobs that go on, but not well.
    Rule {
        name: "listens-on-loopback",
        stages: &[Stage::Runs],
        port: true,
        line: Some(
            r"(?i)(?:running|listening|serving|started|available|bound|uvicorn|server)\b.*?(?:https?://)?(?P<host>127\.0\.0\.1|localhost|\[::1\]):(?P<listens>\d+)",
        ),
        unless: Some(r"0\.0\.0\.0|(?i)all (?:addresses|interfaces)|\[::\]"),
        cause: "The program listens on {host}:{listens} only, which nobody outside of the job reaches on a cluster.",
        advice: "Let it listen on 0.0.0.0 and on the port of `http_port:` ({port}): `--host 0.0.0.0`, `--ip=0.0.0.0` or `--bind_all`, whatever the program calls it.",
        ..ANY
    },
];
