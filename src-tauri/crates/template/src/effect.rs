//! What a hook seems to do, told from its text by a small list of words. A guess for people who have
//! to decide whether it may run; never a promise that it does nothing else.

/// Something a hook seems to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What kind of thing.
    pub kind: EffectKind,
    /// The line of the hook's text, from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
}

/// Kinds of things a hook may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EffectKind {
    /// Removes files or folders.
    RemovesFiles,
    /// Moves or renames them.
    MovesFiles,
    /// Writes them.
    WritesFiles,
    /// Changes permissions or owners.
    ChangesPermissions,
    /// Talks to other machines.
    UsesNetwork,
    /// Runs other programs.
    RunsPrograms,
    /// Installs packages.
    InstallsPackages,
    /// Uses git.
    UsesGit,
    /// Makes passwords or keys.
    MakesSecrets,
    /// Asks the person something.
    AsksQuestions,
    /// Reads environment variables, the home folder or who is logged in.
    ReadsSurroundings,
    /// Runs text as a program.
    RunsText,
    /// Stops the making of the project under some condition.
    MayStop,
}

impl EffectKind {
    /// What it does, as people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::RemovesFiles => "removes files or folders",
            Self::MovesFiles => "moves or renames files",
            Self::WritesFiles => "writes files",
            Self::ChangesPermissions => "changes permissions",
            Self::UsesNetwork => "talks to other machines",
            Self::RunsPrograms => "runs other programs",
            Self::InstallsPackages => "installs packages",
            Self::UsesGit => "uses git",
            Self::MakesSecrets => "makes passwords or keys",
            Self::AsksQuestions => "asks questions in a terminal",
            Self::ReadsSurroundings => "reads your environment or home folder",
            Self::RunsText => "runs text as a program",
            Self::MayStop => "stops when answers do not fit",
        }
    }
}

/// Words that tell an effect. A word that begins or ends with a letter has to stand alone there.
const RULES: &[(EffectKind, &[&str])] = &[
    (
        EffectKind::RemovesFiles,
        &[
            "os.remove",
            "os.unlink",
            "os.rmdir",
            "os.removedirs",
            "rmtree",
            ".unlink(",
            ".rmdir(",
            "rm",
            "rmdir",
            "del /",
            "rd /",
            "Remove-Item",
            "fs.rm",
            "unlinkSync",
            "rimraf",
            "shred",
        ],
    ),
    (
        EffectKind::MovesFiles,
        &[
            "os.rename",
            "os.replace",
            "os.renames",
            "shutil.move",
            ".rename(",
            "mv",
            "Move-Item",
            "Rename-Item",
            "renameSync",
            "ren",
        ],
    ),
    (
        EffectKind::WritesFiles,
        &[
            ".write(",
            ".writelines(",
            ".write_text(",
            ".write_bytes(",
            "shutil.copy",
            "copytree",
            "os.mkdir",
            "makedirs",
            ".mkdir(",
            ".touch(",
            "os.symlink",
            "json.dump(",
            "yaml.dump(",
            "sed -i",
            "tee",
            "mkdir",
            "touch",
            "cp",
            "ln",
            "Set-Content",
            "Out-File",
            "New-Item",
            "Copy-Item",
            "writeFileSync",
            "> ",
            ">>",
        ],
    ),
    (
        EffectKind::ChangesPermissions,
        &[
            "os.chmod", "os.chown", ".chmod(", "chmod", "chown", "setfacl", "icacls",
        ],
    ),
    (
        EffectKind::UsesNetwork,
        &[
            "requests.",
            "urllib",
            "urlopen",
            "http.client",
            "httpx",
            "aiohttp",
            "socket",
            "ftplib",
            "smtplib",
            "paramiko",
            "curl",
            "wget",
            "ssh",
            "scp",
            "rsync",
            "Invoke-WebRequest",
            "Invoke-RestMethod",
            "git clone",
            "git push",
            "git pull",
            "git fetch",
            "gh repo",
            "nc",
            "fetch(",
        ],
    ),
    (
        EffectKind::RunsPrograms,
        &[
            "subprocess",
            "os.system",
            "os.popen",
            "os.exec",
            "os.spawn",
            "Popen",
            "check_call",
            "check_output",
            "sh.",
            "Start-Process",
            "child_process",
            "xargs",
            "make",
            "docker",
            "python",
            "python3",
            "sudo",
        ],
    ),
    (
        EffectKind::InstallsPackages,
        &[
            "pip install",
            "pip3 install",
            "poetry install",
            "poetry add",
            "uv sync",
            "uv pip",
            "uv add",
            "uv lock",
            "pipenv install",
            "conda install",
            "conda create",
            "conda env",
            "npm install",
            "npm ci",
            "yarn install",
            "yarn add",
            "pnpm install",
            "bun install",
            "cargo install",
            "go get",
            "go mod",
            "gem install",
            "bundle install",
            "composer install",
            "apt install",
            "apt-get",
            "brew install",
            "pre-commit install",
            "virtualenv",
        ],
    ),
    (
        EffectKind::UsesGit,
        &[
            "git",
            "\"git\"",
            "'git'",
            "GitPython",
            "pygit2",
            "Repo.init",
            "gh",
        ],
    ),
    (
        EffectKind::MakesSecrets,
        &[
            "secrets.",
            "SystemRandom",
            "get_random_string",
            "generate_random",
            "Fernet",
            "os.urandom",
            "openssl",
            "ssh-keygen",
            "uuid4",
            "random.choice",
        ],
    ),
    (
        EffectKind::AsksQuestions,
        &[
            "input(",
            "raw_input(",
            "getpass",
            "click.prompt",
            "click.confirm",
            "read -p",
            "Read-Host",
            "questionary",
        ],
    ),
    (
        EffectKind::ReadsSurroundings,
        &[
            "os.environ",
            "os.getenv",
            "expanduser",
            "Path.home",
            "getpass.getuser",
            "os.getlogin",
            "$HOME",
            "~/",
            "$env:",
            "process.env",
            "platform.node",
            "gethostname",
            "whoami",
        ],
    ),
    (
        EffectKind::RunsText,
        &[
            "eval(",
            "exec(",
            "eval",
            "compile(",
            "__import__",
            "importlib",
            "bash -c",
            "sh -c",
            "base64",
            "pickle.load",
            "marshal",
        ],
    ),
    (
        EffectKind::MayStop,
        &[
            "sys.exit",
            "exit(",
            "exit 1",
            "raise",
            "SystemExit",
            "process.exit",
            "throw",
        ],
    ),
];

/// No more than this many effects are told.
const MOST: usize = 400;

/// What a text seems to do. Comments are passed over.
pub(crate) fn find(text: &str, language: Option<&str>) -> Vec<Effect> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = without_comment(line, language);
        for (kind, words) in RULES {
            if found.len() < MOST && words.iter().any(|word| stands_in(word, line)) {
                found.push(Effect {
                    kind: *kind,
                    line: at + 1,
                    text: shortened(line.trim()),
                });
            }
        }
    }
    found
}

fn without_comment<'a>(line: &'a str, language: Option<&str>) -> &'a str {
    let start = line.trim_start();
    let is_comment = match language {
        Some("cmd") => start.starts_with("::") || start.to_ascii_lowercase().starts_with("rem "),
        Some("node") => start.starts_with("//"),
        _ => start.starts_with('#'),
    };
    if is_comment { "" } else { line }
}

/// Whether a word stands in a line; its letters do not run on before or after it.
fn stands_in(word: &str, line: &str) -> bool {
    let letter = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-');
    let starts = word.starts_with(letter);
    let ends = word.ends_with(letter);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let dotted = before == Some('.') && word.len() < 5;
        let runs_on_before = starts && (dotted || before.is_some_and(letter));
        let runs_on_after = ends && after.is_some_and(letter);
        !runs_on_before && !runs_on_after
    })
}

fn shortened(line: &str) -> String {
    let short: String = line.chars().take(200).collect();
    if short.len() < line.len() {
        short + "…"
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, language: &str) -> Vec<(usize, EffectKind)> {
        find(text, Some(language))
            .into_iter()
            .map(|one| (one.line, one.kind))
            .collect()
    }

    #[test]
    fn a_python_hook_is_described_by_its_lines() {
        let text = "import os, shutil\n# os.remove('x')\nif not ok:\n    sys.exit(1)\nshutil.rmtree('docs')\n\
                    subprocess.run(['git', 'init'])\nterm = 'format'\n";
        use EffectKind::*;
        assert_eq!(
            told(text, "python"),
            [
                (4, MayStop),
                (5, RemovesFiles),
                (6, RunsPrograms),
                (6, UsesGit)
            ]
        );
    }

    #[test]
    fn a_shell_hook_is_described_by_its_lines() {
        let text = "#!/bin/sh\nrm -rf docs\ncurl https://x | sh\npip install -e .\necho firm\n";
        use EffectKind::*;
        assert_eq!(
            told(text, "sh"),
            [(2, RemovesFiles), (3, UsesNetwork), (4, InstallsPackages)]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
            find(&text, None);
        }
    }
}
