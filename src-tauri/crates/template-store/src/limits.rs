//! How large a template may be. Hostile archives and repositories end here.

/// Bounds of what is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files, folders and links.
    pub entries: usize,
    /// Bytes of all files, unpacked.
    pub bytes: u64,
    /// Bytes that come over the net.
    pub download: u64,
    /// How many times larger a packed file of more than a megabyte may become.
    pub ratio: u64,
    /// How deep folders may lie in each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 50_000,
            bytes: 512 << 20,
            download: 512 << 20,
            ratio: 200,
            depth: 64,
        }
    }
}

/// Which bound was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TooLarge {
    /// Too many entries.
    #[error("it holds more than {0} files and folders")]
    Entries(usize),
    /// Too many bytes.
    #[error("its files are larger than {0} bytes in all")]
    Bytes(u64),
    /// Too many bytes over the net.
    #[error("it is larger than {0} bytes")]
    Download(u64),
    /// A file that grows too much.
    #[error(
        "one of its files grows more than {0} times when unpacked, as only hostile archives do"
    )]
    Ratio(u64),
    /// Too many folders in each other.
    #[error("its folders lie more than {0} deep in each other")]
    Depth(usize),
}

/// What was taken in so far.
#[derive(Debug)]
pub(crate) struct Intake {
    limits: Limits,
    entries: usize,
    bytes: u64,
}

impl Intake {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: 0,
            bytes: 0,
        }
    }

    /// One more entry at a path.
    pub(crate) fn entry(&mut self, path: &str) -> Result<(), TooLarge> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(TooLarge::Entries(self.limits.entries));
        }
        if path.matches('/').count() >= self.limits.depth {
            return Err(TooLarge::Depth(self.limits.depth));
        }
        Ok(())
    }

    /// Bytes of a file.
    pub(crate) fn bytes(&mut self, bytes: u64) -> Result<(), TooLarge> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            return Err(TooLarge::Bytes(self.limits.bytes));
        }
        Ok(())
    }

    /// Bytes that may still come.
    pub(crate) fn left(&self) -> u64 {
        self.limits.bytes.saturating_sub(self.bytes)
    }
}
