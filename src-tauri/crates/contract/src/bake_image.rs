//! Images of a bake: found, or built before its tasks run.

wire! {
    /// How an image stands.
    #[derive(Copy, Eq)]
    pub enum ImageState {
        /// No task has asked for it yet, or it need not be there.
        Pending,
        /// A job builds it.
        Building,
        /// It was built.
        Built,
        /// Its build failed.
        BuildFailed,
        /// It was there already.
        Cached,
        /// The platform said something we do not know.
        Unknown,
    }

    /// An image that a flow defines, as it stands in a bake.
    #[derive(Eq)]
    pub struct BakeImageView {
        /// Its reference.
        pub reference: String,
        /// The full ids of everything that defines it.
        pub definitions: Vec<String>,
        /// How it stands.
        pub state: ImageState,
        /// Id of the job that builds it, or did.
        pub raw_id: Option<String>,
        /// The folder of the storage that it is built from; none if it is not built.
        pub context: Option<String>,
        /// Its Dockerfile inside that folder.
        pub dockerfile: Option<String>,
    }
}
