//! Slow work: how far it is, and ending it.

wire! {
    /// What slow work is busy with.
    #[derive(Copy, Eq)]
    pub enum WorkStage {
        /// Waiting for the other side.
        Connecting,
        /// Receiving bytes.
        Receiving,
        /// Working out what was received.
        Resolving,
        /// Reading files.
        Reading,
        /// Running a hook.
        Running,
        /// Comparing versions.
        Comparing,
        /// Writing files.
        Writing,
    }

    /// How far slow work is.
    #[derive(Eq)]
    pub struct WorkProgress {
        /// What it is busy with.
        pub stage: WorkStage,
        /// Bytes received so far.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
        /// Things that are done.
        #[cfg_attr(test, ts(type = "number"))]
        pub done: u64,
        /// How many there are, where that is known.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub total: Option<u64>,
    }

    /// Asks slow work to end. Its own request answers that it was stopped.
    #[derive(Eq)]
    pub struct WorkStop {
        /// The name the request gave it.
        pub work: String,
    }

    /// Whether there was anything to stop.
    #[derive(Eq)]
    pub struct WorkStopped {
        /// Whether work of that name was going on.
        pub found: bool,
    }
}
