//! What processes use of NVIDIA graphics processors, as `nvidia-smi` tells it.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// What a job uses of the graphics processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GpuUse {
    /// How busy those are that it uses, on average.
    pub(crate) percent: u32,
    /// Bytes.
    pub(crate) memory: u64,
}

/// What these processes use; `None` without the program or without an answer.
pub(super) fn used_by(pids: &[u32]) -> Option<GpuUse> {
    let memory = ask(&[
        "--query-compute-apps=pid,used_gpu_memory",
        "--format=csv,noheader,nounits",
    ])?;
    let busy = ask(&["pmon", "--count", "1", "--select", "u"]).unwrap_or_default();
    Some(GpuUse {
        percent: percent(&busy, pids),
        memory: bytes(&memory, pids),
    })
}

fn ask(arguments: &[&str]) -> Option<String> {
    let output = Command::new("nvidia-smi")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = || String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(text)
}

/// Lines of `pid, MiB`; what is not known is given in words.
fn bytes(listed: &str, pids: &[u32]) -> u64 {
    let of_line = |line: &str| {
        let (pid, mebibytes) = line.split_once(',')?;
        let pid: u32 = pid.trim().parse().ok()?;
        let mebibytes: u64 = mebibytes.trim().parse().ok()?;
        pids.contains(&pid)
            .then(|| mebibytes.saturating_mul(1 << 20))
    };
    let found = listed.lines().filter_map(of_line);
    found.fold(0, u64::saturating_add)
}

/// Lines of `gpu pid type sm …`, with `-` for nothing and `#` before headings.
fn percent(listed: &str, pids: &[u32]) -> u32 {
    let mut by_gpu: BTreeMap<u32, u32> = BTreeMap::new();
    for line in listed.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [gpu, pid, _, busy, ..] = words[..] else {
            continue;
        };
        let (Ok(gpu), Ok(pid)) = (gpu.parse::<u32>(), pid.parse::<u32>()) else {
            continue;
        };
        if pids.contains(&pid) {
            let busy: u32 = busy.parse().unwrap_or(0);
            let sum = by_gpu.entry(gpu).or_default();
            *sum = sum.saturating_add(busy).min(100);
        }
    }
    let count = u32::try_from(by_gpu.len()).unwrap_or(u32::MAX).max(1);
    by_gpu.values().sum::<u32>() / count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn memory_is_that_of_the_job_only() {
        let listed = "100, 2048\n200, 512\n300, [N/A]\n";
        assert_eq!(bytes(listed, &[100, 300, 400]), 2048 << 20);
        assert_eq!(bytes("", &[100]), 0);
    }

    #[test]
    fn the_processors_a_job_uses_are_averaged() {
        let listed = "# gpu         pid   type     sm    mem    enc    dec    command\n\
                      # Idx           #    C/G      %      %      %      %    name\n\
                          0        100     C     50     20      -      -    python\n\
                          0        101     C     40      -      -      -    python\n\
                          1        100     C      -      -      -      -    python\n\
                          2        999     C     99      -      -      -    other\n";
        assert_eq!(percent(listed, &[100, 101]), 45);
        assert_eq!(percent(listed, &[7]), 0);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(text in "\\PC{0,200}") {
            let _ = (bytes(&text, &[1]), percent(&text, &[1]));
        }
    }
}
