//! Words for the state of a job and for its policies.

use crate::open_enum::open_enum;

open_enum! {
    /// The state of a job. A finished job never changes its status again.
    JobStatus {
        /// Accepted, not started yet.
        Pending = "pending",
        /// Put to sleep by the scheduler.
        Suspended = "suspended",
        /// Started.
        Running = "running",
        /// Ended with exit code 0.
        Succeeded = "succeeded",
        /// Ended otherwise.
        Failed = "failed",
        /// Stopped by the user or by its life span.
        Cancelled = "cancelled",
    }
}

impl JobStatus {
    /// True for a job that has ended.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// True for a job that has neither started nor ended.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Pending | Self::Suspended)
    }
}

open_enum! {
    /// Whether a job whose command has ended is started again.
    RestartPolicy {
        /// Never; this is the default.
        Never = "never",
        /// When the command failed.
        OnFailure = "on-failure",
        /// Always.
        Always = "always",
    }
}

open_enum! {
    /// Priority in the queue.
    JobPriority {
        /// After the others.
        Low = "low",
        /// The default.
        Normal = "normal",
        /// Before the others.
        High = "high",
    }
}
