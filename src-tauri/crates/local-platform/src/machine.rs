//! This computer: its processors, memory and graphics processors, as presets.

use std::process::{Command, Stdio};

use protocol::{Credits, Gpu, ResourcePreset};

const GIB: u64 = 1 << 30;

/// What jobs can have here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    pub(crate) cpus: u32,
    pub(crate) memory: u64,
    pub(crate) gpu: Option<Gpu>,
}

impl Machine {
    /// Looks at this computer.
    pub(crate) fn look() -> Self {
        let cpus = std::thread::available_parallelism().map_or(1, |count| count.get());
        Self {
            cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
            memory: std::fs::read_to_string("/proc/meminfo")
                .ok()
                .and_then(|text| memory_total(&text))
                .unwrap_or(4 * GIB),
            gpu: nvidia(),
        }
    }

    /// The presets, smallest first: the first is what a job gets that names none.
    pub(crate) fn presets(&self) -> Vec<ResourcePreset> {
        let share = |part: u32| (f64::from(self.cpus) / f64::from(part)).max(1.0).floor();
        let memory = |part: u64| (self.memory / part).max(GIB.min(self.memory));
        let mut presets = vec![
            preset("cpu-small", share(4), memory(4), None),
            preset("cpu-medium", share(2), memory(2), None),
            preset("cpu-large", f64::from(self.cpus), self.memory, None),
        ];
        if let Some(gpu) = &self.gpu {
            let one = Gpu {
                count: 1,
                ..gpu.clone()
            };
            let (cpus, memory) = (f64::from(self.cpus), self.memory);
            presets.push(preset("gpu-small", cpus, memory, Some(one)));
            if gpu.count > 1 {
                presets.push(preset("gpu-large", cpus, memory, Some(gpu.clone())));
            }
        }
        presets
    }
}

fn preset(name: &str, cpu: f64, memory: u64, gpu: Option<Gpu>) -> ResourcePreset {
    ResourcePreset {
        name: name.to_owned(),
        credits_per_hour: Credits::default(),
        cpu,
        memory,
        scheduler_enabled: false,
        preemptible_node: false,
        nvidia_gpu: gpu,
        amd_gpu: None,
        intel_gpu: None,
        tpu: None,
        resource_pool_names: Vec::new(),
    }
}

fn memory_total(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Asks the driver's own tool; without it there is no graphics processor a job could use.
fn nvidia() -> Option<Gpu> {
    let output = Command::new("nvidia-smi")
        .args([
            "--query-gpu=name,memory.total",
            "--format=csv,noheader,nounits",
        ])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| gpus(&String::from_utf8_lossy(&output.stdout)))?
}

fn gpus(listing: &str) -> Option<Gpu> {
    let lines: Vec<&str> = listing
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let (model, mebibytes) = lines.first()?.rsplit_once(',')?;
    Some(Gpu {
        count: u32::try_from(lines.len()).ok()?,
        model: Some(model.trim().replace(' ', "-")),
        memory: mebibytes
            .trim()
            .parse::<u64>()
            .ok()
            .map(|count| count << 20),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_share_the_machine_and_the_first_is_the_smallest() {
        let machine = Machine {
            cpus: 2,
            memory: 8 * GIB,
            gpu: None,
        };
        let presets = machine.presets();
        let sizes: Vec<_> = presets
            .iter()
            .map(|one| (one.cpu, one.memory / GIB))
            .collect();
        assert_eq!(sizes, [(1.0, 2), (1.0, 4), (2.0, 8)]);
        assert!(Machine::look().memory > 0);
    }

    #[test]
    fn the_drivers_listing_becomes_presets() {
        let gpu = gpus("NVIDIA A100-SXM4-40GB, 40960\nNVIDIA A100-SXM4-40GB, 40960\n").unwrap();
        assert_eq!((gpu.count, gpu.memory), (2, Some(40960 << 20)));
        assert_eq!(gpus(""), None);
        let machine = Machine {
            cpus: 8,
            memory: 64 * GIB,
            gpu: Some(gpu),
        };
        let names: Vec<_> = machine.presets().into_iter().map(|one| one.name).collect();
        assert_eq!(
            names,
            [
                "cpu-small",
                "cpu-medium",
                "cpu-large",
                "gpu-small",
                "gpu-large"
            ]
        );
    }

    #[test]
    fn memory_is_read_from_meminfo() {
        assert_eq!(
            memory_total("MemTotal:       1024 kB\nMemFree: 1 kB\n"),
            Some(1 << 20)
        );
        assert_eq!(memory_total("nothing"), None);
    }
}
