//! What can be written for running jobs: commands in them, their ports and pages.

use clap::Args;

use super::Place;

#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    /// The command; the job's shell when missing.
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Attach {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct PortForward {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Ports as LOCAL:REMOTE, or REMOTE alone for any free local one; repeat for more.
    #[arg(required = true, value_name = "LOCAL:REMOTE", value_parser = ports)]
    pub(crate) ports: Vec<(Option<u16>, u16)>,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Reads `LOCAL:REMOTE` or `REMOTE`.
fn ports(text: &str) -> Result<(Option<u16>, u16), String> {
    let number = |text: &str| {
        let port: Option<u16> = text.parse().ok().filter(|port| *port > 0);
        port.ok_or_else(|| format!("`{text}` is no port"))
    };
    match text.split_once(':') {
        Some((local, remote)) => Ok((Some(number(local)?), number(remote)?)),
        None => Ok((None, number(text)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn ports_are_pairs_or_the_one_of_the_job() {
        assert_eq!(ports("2211:22"), Ok((Some(2211), 22)));
        assert_eq!(ports("80"), Ok((None, 80)));
        assert!(ports("0:80").is_err());
        assert!(ports("a").is_err());
    }
}
