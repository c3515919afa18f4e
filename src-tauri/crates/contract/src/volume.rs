//! Volumes of a flow: what this computer and the storage hold of them. And images: building them.

use crate::JobState;

wire! {
    /// The volumes of a flow.
    #[derive(Eq)]
    pub struct VolumeTable {
        /// The project's folder.
        pub project: String,
        /// In the order of the files.
        pub rows: Vec<VolumeRow>,
    }

    /// A volume of a flow.
    #[derive(Eq)]
    pub struct VolumeRow {
        /// Its id in the flow.
        pub id: String,
        /// Its place on the platform.
        pub remote: String,
        /// Where jobs find it.
        pub mount: String,
        /// Its folder on this computer, if it has one.
        pub local: Option<String>,
        /// Whether jobs cannot write to it.
        pub read_only: bool,
    }

    /// What is to be done with a volume.
    #[derive(Copy, Eq)]
    pub enum VolumeDeed {
        /// Send what is new or changed here.
        Upload,
        /// Fetch what is new or changed there.
        Download,
        /// Remove it from the storage.
        Clean,
        /// Make its folder in the storage.
        Make,
    }

    /// Does something with one volume, or with all that have a folder here.
    #[derive(Eq)]
    pub struct VolumeAct {
        /// The project's folder.
        pub project: String,
        /// Id of the volume; all when missing.
        #[serde(default)]
        pub volume: Option<String>,
        /// What to do.
        pub deed: VolumeDeed,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// What was done with volumes.
    #[derive(Eq)]
    pub struct VolumesDone {
        /// The project's folder.
        pub project: String,
        /// One row for each volume.
        pub rows: Vec<VolumeDone>,
    }

    /// What was done with a volume.
    #[derive(Eq)]
    pub struct VolumeDone {
        /// Its id in the flow.
        pub id: String,
        /// Its place on the platform.
        pub remote: String,
        /// Its folder on this computer.
        pub local: String,
        /// Files that were sent, fetched or removed.
        #[cfg_attr(test, ts(type = "number"))]
        pub files: u64,
        /// Files that were there already.
        #[cfg_attr(test, ts(type = "number"))]
        pub kept: u64,
        /// Bytes that were sent or fetched.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
    }

    /// Builds one image of a flow, or all that have a context.
    #[derive(Eq)]
    pub struct ImageBuild {
        /// The project's folder.
        pub project: String,
        /// Id of the image; all when missing.
        #[serde(default)]
        pub image: Option<String>,
        /// Whether to build an image that exists already.
        #[serde(default)]
        pub force: bool,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// Builds that were started.
    #[derive(Eq)]
    pub struct ImageBuilds {
        /// The project's folder.
        pub project: String,
        /// One row for each image.
        pub rows: Vec<ImageBuildRow>,
    }

    /// The build of an image.
    #[derive(Eq)]
    pub struct ImageBuildRow {
        /// Its id in the flow.
        pub id: String,
        /// Its name on the platform.
        pub reference: String,
        /// Id of the job that builds it; none if it exists already.
        pub raw_id: Option<String>,
        /// State of that job.
        pub state: Option<JobState>,
    }
}
