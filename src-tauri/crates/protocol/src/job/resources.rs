//! Resources of a container, in the spellings of old and new clients.

use serde::{Deserialize, Serialize};

use crate::{Gpu, Tpu};

/// Resources of a container.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct ContainerResources {
    /// Processors.
    pub cpu: f64,
    /// Memory in bytes.
    pub memory: u64,
    /// Large shared memory.
    pub shm: Option<bool>,
    /// Graphics processors by NVIDIA.
    pub nvidia_gpu: Option<Gpu>,
    /// Graphics processors by AMD.
    pub amd_gpu: Option<Gpu>,
    /// Graphics processors by Intel.
    pub intel_gpu: Option<Gpu>,
    /// Tensor processors.
    pub tpu: Option<Tpu>,
}

/// The same as it is written: graphics processors as a number and a model, memory also in MiB.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    cpu: f64,
    #[serde(default)]
    memory: Option<u64>,
    #[serde(default)]
    memory_mb: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shm: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nvidia_gpu: Option<AnyGpu>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nvidia_gpu_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amd_gpu: Option<AnyGpu>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amd_gpu_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intel_gpu: Option<AnyGpu>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intel_gpu_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tpu: Option<Tpu>,
}

/// A number, or an object on newer servers.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum AnyGpu {
    Count(u32),
    Whole(Gpu),
}

fn whole(gpu: Option<AnyGpu>, model: Option<String>) -> Option<Gpu> {
    match gpu? {
        AnyGpu::Count(0) => None,
        AnyGpu::Count(count) => Some(Gpu {
            count,
            model,
            memory: None,
        }),
        AnyGpu::Whole(gpu) => Some(Gpu {
            model: gpu.model.or(model),
            ..gpu
        }),
    }
}

fn parts(gpu: Option<Gpu>) -> (Option<AnyGpu>, Option<String>) {
    let Some(gpu) = gpu else { return (None, None) };
    (Some(AnyGpu::Count(gpu.count)), gpu.model)
}

impl From<Written> for ContainerResources {
    fn from(written: Written) -> Self {
        let from_mebibytes = || written.memory_mb.map(|count| count.saturating_mul(1 << 20));
        Self {
            cpu: written.cpu,
            memory: written.memory.or_else(from_mebibytes).unwrap_or_default(),
            shm: written.shm,
            nvidia_gpu: whole(written.nvidia_gpu, written.nvidia_gpu_model),
            amd_gpu: whole(written.amd_gpu, written.amd_gpu_model),
            intel_gpu: whole(written.intel_gpu, written.intel_gpu_model),
            tpu: written.tpu,
        }
    }
}

impl From<ContainerResources> for Written {
    fn from(resources: ContainerResources) -> Self {
        let (nvidia_gpu, nvidia_gpu_model) = parts(resources.nvidia_gpu);
        let (amd_gpu, amd_gpu_model) = parts(resources.amd_gpu);
        let (intel_gpu, intel_gpu_model) = parts(resources.intel_gpu);
        Self {
            cpu: resources.cpu,
            memory: Some(resources.memory),
            memory_mb: Some(resources.memory >> 20),
            shm: resources.shm,
            nvidia_gpu,
            nvidia_gpu_model,
            amd_gpu,
            amd_gpu_model,
            intel_gpu,
            intel_gpu_model,
            tpu: resources.tpu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> ContainerResources {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_graphics_processor_may_be_a_count_or_an_object() {
        let gpu = of(r#"{"cpu":1,"memory":1,"nvidia_gpu":2,"nvidia_gpu_model":"A100"}"#).nvidia_gpu;
        let gpu = gpu.unwrap();
        assert_eq!((gpu.count, gpu.model.as_deref()), (2, Some("A100")));
        let gpu = of(r#"{"cpu":1,"memory":1,"nvidia_gpu":{"count":1}}"#).nvidia_gpu;
        assert_eq!(gpu.unwrap().count, 1);
        assert_eq!(of(r#"{"cpu":1,"memory":1}"#).nvidia_gpu, None);
        assert_eq!(of(r#"{"cpu":1,"memory":1,"amd_gpu":0}"#).amd_gpu, None);
    }

    #[test]
    fn graphics_processors_are_written_as_the_tools_read_them() {
        let read = of(r#"{"cpu":1,"memory":1,"nvidia_gpu":{"count":2,"model":"A100"}}"#);
        let written = serde_json::to_value(read).unwrap();
        assert_eq!(written["nvidia_gpu"], 2);
        assert_eq!(written["nvidia_gpu_model"], "A100");
    }

    #[test]
    fn memory_may_be_given_in_mebibytes() {
        assert_eq!(of(r#"{"cpu":1,"memory_mb":3}"#).memory, 3 << 20);
    }
}
