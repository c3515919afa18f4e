//! How a command fails.

use crate::DiagnosticView;

wire! {
    /// What the interface can act on. A code exists only if the interface does something with it.
    #[derive(Copy, Eq)]
    pub enum FailureCode {
        /// The request was wrong; `field` tells where, and the form shows it there.
        Invalid,
        /// The thing that was asked for does not exist (any more).
        NotFound,
        /// It exists already, or it is in use.
        Conflict,
        /// The platform did not answer; trying again may help.
        Unreachable,
        /// The platform answered and refused.
        Refused,
        /// A choice about where to keep credentials has to be made first.
        CredentialsNeeded,
        /// The person has to sign in (again); `account` tells with which account.
        SignInNeeded,
        /// The project's files have errors; `diagnostics` tells where.
        FlowUnsound,
        /// We broke.
        Internal,
    }

    /// A command that did not do what it was asked for.
    #[derive(Eq)]
    pub struct Failure {
        /// What the interface can act on.
        pub code: FailureCode,
        /// What did not happen and why, in sentences.
        pub message: String,
        /// What can be done about it.
        pub hint: Option<String>,
        /// The field of the request that was wrong.
        pub field: Option<String>,
        /// Id of the account that has to be signed in with.
        #[serde(default)]
        pub account: Option<Box<str>>,
        /// Places in files that explain it.
        pub diagnostics: Vec<DiagnosticView>,
    }
}

impl Failure {
    /// Makes a failure of any code.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            field: None,
            account: None,
            diagnostics: Vec::new(),
        }
    }

    /// A request with a wrong field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(FailureCode::Invalid, message)
        }
    }

    /// Something that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureCode::NotFound, message)
    }

    /// A defect of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Internal, message)
            .hint("This is a defect of Bakehouse. The log folder has the details.")
    }

    /// A command that is not in the table.
    #[must_use]
    pub fn unknown_command(name: &str) -> Self {
        Self::new(
            FailureCode::Internal,
            format!("There is no command `{name}`."),
        )
    }

    /// Adds what can be done about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds places in files.
    #[must_use]
    pub fn diagnostics(mut self, diagnostics: Vec<DiagnosticView>) -> Self {
        self.diagnostics = diagnostics;
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
