//! The processes of this computer, read from `/proc` in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For how long a table that was read is good enough.
const FRESH: Duration = Duration::from_millis(200);

/// One process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) session: u32,
    /// Processor time of it and of its ended children, in ticks of the clock.
    pub(crate) ticks: u64,
    /// Pages in memory, shared ones counted in full.
    pub(crate) pages: u64,
}

/// All processes at one moment.
#[derive(Debug)]
pub(crate) struct ProcessTable {
    at: Instant,
    processes: BTreeMap<u32, Process>,
}

impl ProcessTable {
    /// Reads the table. Processes that end meanwhile are not in it.
    pub(crate) fn read() -> Self {
        let at = Instant::now();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, Process::read(&stat)?))
        });
        Self {
            at,
            processes: processes.collect(),
        }
    }

    /// The table as it is or was a moment ago: those who look at the same time share it.
    pub(crate) fn recent() -> Arc<Self> {
        static LAST: Mutex<Option<Arc<ProcessTable>>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(table) if table.at.elapsed() < FRESH => Arc::clone(table),
            _ => Arc::clone(last.insert(Arc::new(Self::read()))),
        }
    }

    /// When it was read.
    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    /// A process.
    pub(crate) fn get(&self, pid: u32) -> Option<&Process> {
        self.processes.get(&pid)
    }

    /// A process, what descends from it and what is in its group: nobody in a group is lost when a
    /// parent ends.
    pub(crate) fn family(&self, root: u32) -> Vec<u32> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (pid, process) in &self.processes {
            children.entry(process.parent).or_default().push(*pid);
        }
        let in_group = |pid: &u32| *pid == root || self.processes[pid].group == root;
        let mut open: Vec<u32> = self.processes.keys().copied().filter(in_group).collect();
        let mut family = BTreeSet::new();
        while let Some(pid) = open.pop() {
            if family.insert(pid) {
                open.extend(children.get(&pid).into_iter().flatten());
            }
        }
        family.into_iter().collect()
    }

    /// Everything in a session.
    pub(crate) fn session(&self, leader: u32) -> Vec<u32> {
        let of_it = |(_, process): &(&u32, &Process)| process.session == leader;
        let found = self.processes.iter().filter(of_it);
        found.map(|(pid, _)| *pid).collect()
    }
}

impl Process {
    /// Reads `/proc/PID/stat`.
    fn read(stat: &[u8]) -> Option<Self> {
        // The name in brackets may contain anything, so what counts is the last bracket.
        let end = stat.iter().rposition(|byte| *byte == b')')?;
        let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
        // The first field after the name is number 3 in the manual.
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<i64>().ok();
        let plain = |number: usize| u32::try_from(field(number)?).ok();
        let ticks = [14, 15, 16, 17].map(|number| field(number).unwrap_or(0).max(0));
        Some(Self {
            parent: plain(4)?,
            group: plain(5)?,
            session: plain(6)?,
            ticks: ticks.iter().map(|ticks| ticks.unsigned_abs()).sum(),
            pages: field(24)?.max(0).unsigned_abs(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_may_contain_brackets_and_spaces() {
        let stat = b"7 (a) b (c) S 1 2 3 0 -1 4 5 6 7 8 100 20 3 4 20 0 1 0 9 1000 55 18446";
        let read = Process::read(stat).unwrap();
        let expected = Process {
            parent: 1,
            group: 2,
            session: 3,
            ticks: 127,
            pages: 55,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn a_family_is_what_descends_from_a_process() {
        let script = "sleep 60 & (sleep 60 & wait) & echo ready; wait";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        std::io::Read::read_exact(shell.stdout.as_mut().unwrap(), &mut ready).unwrap();
        let family = loop {
            let family = ProcessTable::read().family(shell.id());
            if family.len() == 4 {
                break family;
            }
        };
        assert!(family.contains(&shell.id()));
        for pid in &family {
            let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        shell.wait().unwrap();
    }

    proptest! {
        #[test]
        fn any_line_is_read(stat in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Process::read(&stat);
            let mut line = b"1 (x) ".to_vec();
            line.extend(stat);
            let _ = Process::read(&line);
        }
    }
}
