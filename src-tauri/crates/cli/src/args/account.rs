//! Accounts and contexts on the command line.

use std::path::PathBuf;

use clap::Args;

/// Sign in to a platform.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Entry of the platform, such as `https://api.apolo.us/api/v1`.
    #[arg(required_unless_present = "import")]
    pub(crate) url: Option<String>,
    /// Read a token, also that of a service account, from standard input.
    #[arg(long, conflicts_with_all = ["headless", "import"])]
    pub(crate) token_stdin: bool,
    /// Sign in with a browser elsewhere, and paste the code that it shows.
    #[arg(long, conflicts_with = "import")]
    pub(crate) headless: bool,
    /// Take over the account of the tools `apolo` or `neuro`.
    #[arg(long)]
    pub(crate) import: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Sign out.
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// The account, as `bakehouse contexts` shows it; needless when there is only one.
    pub(crate) account: Option<String>,
}

/// Show the contexts, or change one.
#[derive(Debug, Args)]
pub(crate) struct Contexts {
    /// Refuse to change anything in this context from now on.
    #[arg(long, value_name = "NAME")]
    pub(crate) protect: Option<String>,
    /// Allow changes in this context again.
    #[arg(long, value_name = "NAME")]
    pub(crate) unprotect: Option<String>,
    /// Forget this context; its account stays.
    #[arg(long, value_name = "NAME")]
    pub(crate) remove: Option<String>,
    /// Folder of a project, to be told which context it works in.
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Work in a context from now on.
#[derive(Debug, Args)]
pub(crate) struct Use {
    /// Its name; `local` is the platform of this computer.
    pub(crate) name: String,
    /// For the project in this folder only.
    #[arg(short = 'C', long, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
}
