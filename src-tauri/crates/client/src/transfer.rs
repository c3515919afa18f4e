//! How far a transfer between this computer and the storage is, and what came of it.

/// What a transfer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transferred {
    /// Files that were sent or fetched.
    pub sent: u64,
    /// Files that were there already, not older and of the same size.
    pub kept: u64,
    /// Bytes that went over the network.
    pub bytes: u64,
}

/// How far a transfer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransferProgress {
    /// Files that are done, those that were there already among them.
    pub files: u64,
    /// All files.
    pub of_files: u64,
    /// Bytes that went over the network.
    pub bytes: u64,
    /// Bytes of all files that have to go.
    pub of_bytes: u64,
}

/// Is told of every piece of a transfer.
pub type OnProgress<'a> = &'a (dyn Fn(TransferProgress) + Send + Sync);

/// Counts a transfer whose files go side by side, and tells of it.
pub(crate) struct Meter<'a> {
    progress: std::sync::Mutex<TransferProgress>,
    told: OnProgress<'a>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(progress: TransferProgress, told: OnProgress<'a>) -> Self {
        told(progress);
        let progress = std::sync::Mutex::new(progress);
        Self { progress, told }
    }

    /// Takes in some bytes.
    pub(crate) fn bytes(&self, count: u64) {
        self.change(|progress| progress.bytes += count);
    }

    /// Takes in that a file is done.
    pub(crate) fn file(&self) {
        self.change(|progress| progress.files += 1);
    }

    /// Bytes that went so far.
    pub(crate) fn sent(&self) -> u64 {
        self.lock().bytes
    }

    fn change(&self, change: impl FnOnce(&mut TransferProgress)) {
        let mut progress = self.lock();
        change(&mut progress);
        let now = *progress;
        drop(progress);
        (self.told)(now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, TransferProgress> {
        self.progress
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
