//! What a running job uses: processors, memory and graphics processors.

mod gpu;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::stream::{self, Stream};
use jiff::Timestamp;
use protocol::Job;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::engine::{Engine, container_name};
use crate::platform::Platform;
use crate::process_table::ProcessTable;
use crate::store::run_blocking;
use crate::supervisor::{JobFolder, Launch};
use gpu::GpuUse;

const MIB: f64 = 1_048_576.0;
/// Time between two readings.
const PERIOD: Duration = Duration::from_secs(1);
/// Time before the first one: long enough to see what processors do.
const FIRST: Duration = Duration::from_millis(300);

/// One reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Usage {
    /// Processors that were busy since the last reading.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) memory: u64,
    pub(crate) gpu: Option<GpuUse>,
    pub(crate) at: Timestamp,
}

impl Usage {
    /// As the protocol has it.
    pub(crate) fn json(&self) -> Value {
        #[expect(clippy::cast_precision_loss, reason = "a reading for people")]
        let mib = |bytes: u64| bytes as f64 / MIB;
        let mut value = json!({
            "cpu": self.cpu,
            "memory": mib(self.memory),
            "memory_bytes": self.memory,
            "timestamp": self.at.as_duration().as_secs_f64(),
        });
        if let Some(gpu) = self.gpu {
            value["gpu_duty_cycle"] = gpu.percent.into();
            value["gpu_memory"] = mib(gpu.memory).into();
            value["gpu_memory_bytes"] = gpu.memory.into();
        }
        value
    }
}

/// Readings once a second until the job is over.
pub(crate) async fn readings(
    platform: &Platform,
    job: &Job,
) -> Result<impl Stream<Item = Usage> + use<>, String> {
    let folder = platform.job_folder(&job.id);
    let launch = {
        let folder = folder.clone();
        run_blocking(move || folder.spec()).await
    };
    let launch = launch.map_err(|error| error.to_string())?.launch;
    let source = match launch {
        Launch::Process(_) => Source::Processes(folder),
        Launch::Container(launch) => {
            let name = container_name(&job.id);
            Source::Container(Box::new(Engine::at(&launch.socket).await?), name)
        }
    };
    let meter = Meter {
        source,
        has_gpu: job.container.resources.nvidia_gpu.is_some(),
        over: platform.watch.follow(&job.id),
        last: None,
    };
    Ok(stream::unfold(meter, async |mut meter| {
        let usage = meter.next().await?;
        Some((usage, meter))
    }))
}

enum Source {
    Processes(JobFolder),
    Container(Box<Engine>, String),
}

/// What was read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// Who was looked at: another process has another count.
    pub(crate) whom: u32,
    pub(crate) at: Instant,
    /// Processor time since the beginning.
    pub(crate) busy: Duration,
    pub(crate) memory: u64,
    /// Processes of this computer.
    pub(crate) pids: Vec<u32>,
}

impl Reading {
    /// Processors that were busy between two readings. Ended processes may take their time with
    /// them; nothing is busy less than not at all.
    fn cpu_since(&self, last: &Self) -> f64 {
        let time = self.at.saturating_duration_since(last.at).as_secs_f64();
        if self.whom != last.whom || time <= 0.0 {
            return 0.0;
        }
        self.busy.saturating_sub(last.busy).as_secs_f64() / time
    }
}

struct Meter {
    source: Source,
    has_gpu: bool,
    /// Reports an error when the job is over.
    over: Option<watch::Receiver<()>>,
    last: Option<Reading>,
}

impl Meter {
    async fn next(&mut self) -> Option<Usage> {
        if self.last.is_none() {
            self.last = self.read().await;
            self.pause(FIRST).await?;
        } else {
            self.pause(PERIOD).await?;
        }
        let Some(reading) = self.read().await else {
            self.last = None;
            return Some(nothing());
        };
        let last = self.last.replace(reading.clone());
        let gpu = if self.has_gpu {
            let pids = reading.pids.clone();
            run_blocking(move || gpu::used_by(&pids)).await
        } else {
            None
        };
        Some(Usage {
            cpu: last.map_or(0.0, |last| reading.cpu_since(&last)),
            memory: reading.memory,
            gpu,
            at: Timestamp::now(),
        })
    }

    /// Waits; `None` when the job is over.
    async fn pause(&mut self, time: Duration) -> Option<()> {
        let over = self.over.as_mut()?;
        let ended = async { while over.changed().await.is_ok() {} };
        tokio::select! {
            () = ended => None,
            () = tokio::time::sleep(time) => Some(()),
        }
    }

    /// `None` if nothing runs, as between two starts.
    async fn read(&self) -> Option<Reading> {
        match &self.source {
            Source::Processes(folder) => {
                let folder = folder.clone();
                run_blocking(move || read_processes(&folder)).await
            }
            Source::Container(engine, name) => engine.usage(name).await,
        }
    }
}

fn nothing() -> Usage {
    Usage {
        cpu: 0.0,
        memory: 0,
        gpu: None,
        at: Timestamp::now(),
    }
}

fn read_processes(folder: &JobFolder) -> Option<Reading> {
    let pid = folder.state().ok()?.pid?;
    let table = ProcessTable::recent();
    table.get(pid)?;
    let pids = table.family(pid);
    let processes = pids
        .iter()
        .filter_map(|pid| Some((*pid, *table.get(*pid)?)));
    let (mut ticks, mut memory) = (0, 0);
    for (pid, process) in processes {
        ticks += process.ticks;
        memory += proportional(pid).unwrap_or(process.pages * rustix::param::page_size() as u64);
    }
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    let millis = ticks.saturating_mul(1000) / per_second;
    Some(Reading {
        whom: pid,
        at: table.at(),
        busy: Duration::from_millis(millis),
        memory,
        pids,
    })
}

/// Memory of a process in bytes, its part of what it shares with others.
fn proportional(pid: u32) -> Option<u64> {
    let path = format!("/proc/{pid}/smaps_rollup");
    pss(&fs::read_to_string(Path::new(&path)).ok()?)
}

fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted_between_readings_of_the_same_process() {
        let start = Instant::now();
        let reading = |whom, seconds: u64, busy: u64| Reading {
            whom,
            at: start + Duration::from_secs(seconds),
            busy: Duration::from_secs(busy),
            memory: 0,
            pids: Vec::new(),
        };
        let first = reading(7, 0, 100);
        assert_eq!(reading(7, 2, 103).cpu_since(&first), 1.5);
        assert_eq!(reading(7, 2, 90).cpu_since(&first), 0.0);
        assert_eq!(reading(8, 2, 103).cpu_since(&first), 0.0);
        assert_eq!(reading(7, 0, 103).cpu_since(&first), 0.0);
    }

    #[test]
    fn shared_memory_is_counted_in_parts() {
        let rollup =
            "0-1 ---p 0 00:00 0 [rollup]\nRss:  5000 kB\nPss:     1234 kB\nPss_Anon: 3 kB\n";
        assert_eq!(pss(rollup), Some(1234 * 1024));
        assert_eq!(pss("Rss: 1 kB"), None);
    }

    #[test]
    fn a_reading_looks_as_the_protocol_has_it() {
        let usage = Usage {
            cpu: 0.5,
            memory: 3 << 20,
            gpu: Some(GpuUse {
                percent: 40,
                memory: 1 << 30,
            }),
            at: Timestamp::from_millisecond(1_500).unwrap(),
        };
        let expected = json!({
            "cpu": 0.5, "memory": 3.0, "memory_bytes": 3 << 20, "timestamp": 1.5,
            "gpu_duty_cycle": 40, "gpu_memory": 1024.0, "gpu_memory_bytes": 1 << 30
        });
        assert_eq!(usage.json(), expected);
    }
}
