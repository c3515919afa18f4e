//! Why a project was not made, as the window shows it.

use contract::{Failure, FailureCode};
use template_store::write::{CommitError, WriteError};

use crate::view::failure::capital;

/// The failure of a project that could not be written.
pub(crate) fn write_failure(error: &WriteError) -> Failure {
    let code = match error {
        WriteError::Taken { .. }
        | WriteError::Undecided { .. }
        | WriteError::Changed { .. }
        | WriteError::InTheWay { .. } => FailureCode::Conflict,
        WriteError::NoParent { .. } => FailureCode::NotFound,
        WriteError::Unsound { .. } => FailureCode::Invalid,
        _ => FailureCode::Refused,
    };
    let field = match error {
        WriteError::Taken { .. } | WriteError::NoParent { .. } | WriteError::NotWritable { .. } => {
            Some("place")
        }
        WriteError::Undecided { .. } | WriteError::InTheWay { .. } => Some("existing"),
        _ => None,
    };
    let mut failure = Failure::new(code, format!("Nothing was written: {error}."));
    failure.hint = Some(error.hint().to_owned());
    failure.field = field.map(str::to_owned);
    failure
}

/// The failure of a repository that could not be made.
pub(super) fn git_failure(error: &CommitError) -> Failure {
    let mut failure = Failure::invalid("git", format!("{}.", capital(error)));
    failure.hint = error.hint().map(str::to_owned);
    failure
}
