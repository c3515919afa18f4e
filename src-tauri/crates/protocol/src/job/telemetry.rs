//! Live figures of a running job: one text frame a second on the `top` socket.

use serde::{Deserialize, Serialize};

/// What a job uses at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// Processors in use.
    pub cpu: f64,
    /// Memory in mebibytes.
    #[serde(default)]
    pub memory: f64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Seconds since 1970.
    pub timestamp: f64,
    /// Load of the graphics processor in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_duty_cycle: Option<u64>,
    /// Memory of the graphics processor in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_memory_bytes: Option<u64>,
}
