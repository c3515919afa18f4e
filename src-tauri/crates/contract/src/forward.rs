//! Ports of jobs that are reached through ports of this computer.

wire! {
    /// Asks for the ports that are forwarded.
    #[derive(Eq, Default)]
    pub struct ForwardAsk {}

    /// The ports that are forwarded.
    #[derive(Eq)]
    pub struct ForwardTable {
        /// In the order in which they were opened.
        pub rows: Vec<ForwardRow>,
    }

    /// A port that is forwarded.
    #[derive(Eq)]
    pub struct ForwardRow {
        /// Its number on this desk.
        pub id: u32,
        /// Id of the job on the platform.
        pub raw_id: String,
        /// What people call the job.
        pub title: String,
        /// Port of this computer, on 127.0.0.1.
        pub local_port: u16,
        /// Port of the job.
        pub job_port: u16,
        /// How it stands.
        pub state: ForwardState,
        /// Why it does not work, if so.
        pub problem: Option<String>,
        /// Connections that are open.
        pub connections: u32,
    }

    /// How a forwarded port stands.
    #[derive(Copy, Eq)]
    pub enum ForwardState {
        /// Connections are taken and carried to the job.
        Open,
        /// The job does not run yet, or the platform does not answer: it opens again by itself.
        Waiting,
        /// The last connection could not be carried to the job; the next one is tried again.
        Troubled,
    }

    /// Forwards a port.
    #[derive(Eq)]
    pub struct ForwardOpen {
        /// Id of the job on the platform.
        pub raw_id: String,
        /// What people call the job; its name when missing.
        #[serde(default)]
        pub title: Option<String>,
        /// Port of this computer; any free one when missing.
        #[serde(default)]
        pub local_port: Option<u16>,
        /// Port of the job.
        pub job_port: u16,
        /// Whether it ends with the program that asks, instead of being opened again with the next
        /// start of the application.
        #[serde(default)]
        pub once: bool,
    }

    /// Ends forwarding a port.
    #[derive(Eq)]
    pub struct ForwardClose {
        /// Its number on this desk.
        pub id: u32,
    }
}
