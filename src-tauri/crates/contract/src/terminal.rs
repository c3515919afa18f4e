//! Terminals in running jobs: a further command, or the job's own input and output.

wire! {
    /// Opens a terminal in a running job. It is closed with its stream.
    #[derive(Eq)]
    pub struct TerminalOpen {
        /// A name for it, by which it is typed into.
        pub terminal: String,
        /// Id of the job on the platform.
        pub raw_id: String,
        /// What to run or to follow.
        pub what: TerminalCommand,
        /// Size of the screen.
        pub size: TerminalSize,
    }

    /// What a terminal shows.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum TerminalCommand {
        /// The shell of the job.
        Shell {},
        /// A command, as a line for a shell.
        Command {
            /// The line.
            line: String,
        },
        /// What the job itself writes and reads.
        Attach {},
    }

    /// Size of a terminal in letters.
    #[derive(Copy, Eq)]
    pub struct TerminalSize {
        /// Letters in a row.
        pub columns: u16,
        /// Rows.
        pub rows: u16,
    }

    /// A piece of what a terminal writes.
    #[derive(Eq)]
    pub struct TerminalChunk {
        /// Bytes in base64.
        pub bytes: String,
        /// With the first piece: whether there is a terminal at the other end. Without one, lines
        /// end with a line feed alone and what is typed does not come back.
        pub has_screen: Option<bool>,
        /// Set with the last piece.
        pub ended: bool,
        /// Exit code of the command, with the last piece.
        pub exit_code: Option<i32>,
        /// Why it ended, if not by itself.
        pub problem: Option<String>,
    }

    /// Types into a terminal.
    #[derive(Eq)]
    pub struct TerminalType {
        /// The name it was opened with.
        pub terminal: String,
        /// Bytes in base64.
        pub bytes: String,
    }

    /// Tells a terminal its size.
    #[derive(Eq)]
    pub struct TerminalResize {
        /// The name it was opened with.
        pub terminal: String,
        /// Size of the screen.
        pub size: TerminalSize,
    }

    /// Whether the terminal was there.
    #[derive(Eq)]
    pub struct TerminalTold {
        /// False when it has ended.
        pub open: bool,
    }
}
