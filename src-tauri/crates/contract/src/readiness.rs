//! What a new project would need on the platform, and whether it is there.

wire! {
    /// What a new project would need on the platform.
    #[derive(Eq)]
    pub struct PlatformNeeds {
        /// Whether the platform answered; states are unknown when not.
        pub asked: bool,
        /// Why it could not be asked.
        pub problem: Option<String>,
        /// The id of its flow, when it has one.
        pub id: Option<String>,
        /// Whether the id is free.
        pub id_state: IdState,
        /// That in a sentence.
        pub id_message: Option<String>,
        /// Secrets its flows name.
        pub secrets: Vec<PlatformNeed>,
        /// Folders of the storage that its flows name.
        pub storage: Vec<PlatformNeed>,
        /// Disks its flows name.
        pub disks: Vec<PlatformNeed>,
        /// What should be known.
        pub notes: Vec<String>,
    }

    /// Whether the id of a flow is free.
    #[derive(Copy, Eq)]
    pub enum IdState {
        /// No flow has it.
        Free,
        /// A flow has it; both would be one.
        Taken,
        /// Nobody could be asked.
        Unknown,
    }

    /// Something a flow names.
    #[derive(Eq)]
    pub struct PlatformNeed {
        /// How it is written, such as `secret:token`.
        pub uri: String,
        /// Where it is written.
        pub places: Vec<NeedPlace>,
        /// Whether it is there; none when nobody could be asked.
        pub present: Option<bool>,
    }

    /// Where something is written.
    #[derive(Eq)]
    pub struct NeedPlace {
        /// The file in the project.
        pub file: String,
        /// The line, from 1.
        pub line: u32,
    }
}
