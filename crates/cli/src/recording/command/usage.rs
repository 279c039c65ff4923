//! What a command and the processes that it starts take of the machine: while they run from `/proc` (Linux), and at
//! the end from `getrusage`. What cannot be measured is not there, never 0, and [`Usage::gaps`] says why.

use std::collections::BTreeSet;
use std::time::Instant;

/// A measured value: name, value, unit.
pub(super) type Measured = (&'static str, f64, Option<&'static str>);

/// Measures the processes below one.
#[derive(Debug)]
pub(super) struct Usage {
    root: u32,
    /// Processor time at the last look, in seconds, and when that was.
    last: Option<(f64, Instant)>,
    gaps: BTreeSet<String>,
}

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Process {
    id: u32,
    parent: u32,
    /// Processor time of itself and of the children that it waited for, user and system, in clock ticks.
    ticks: u64,
    threads: u64,
}

/// Of all processes, those below one, and that itself.
fn below(root: u32, all: &[Process]) -> Vec<Process> {
    let mut ids: Vec<u32> = vec![root];
    let mut found: Vec<Process> = all.iter().copied().filter(|p| p.id == root).collect();
    let mut by_parent: Vec<Process> = all.to_vec();
    by_parent.sort_by_key(|p| p.parent);
    let mut seen: BTreeSet<u32> = [root].into();
    while let Some(id) = ids.pop() {
        let first = by_parent.partition_point(|p| p.parent < id);
        for child in by_parent[first..].iter().take_while(|p| p.parent == id) {
            // Processes come and go while they are read, so that a parent's number may have been given anew.
            if seen.insert(child.id) {
                ids.push(child.id);
                found.push(*child);
            }
        }
    }
    found
}

impl Usage {
    /// Begins to measure the process of that number and those below it.
    pub(super) fn of(root: u32) -> Usage {
        Usage { root, last: None, gaps: BTreeSet::new() }
    }

    /// What they take now. Processor use is that since the last look, in percent of one processor.
    pub(super) fn now(&mut self) -> Vec<Measured> {
        let all = match system::processes() {
            Ok(all) => all,
            Err(why) => {
                self.gaps.insert(format!("processor, memory and processes over time: {why}"));
                return Vec::new();
            }
        };
        let own = below(self.root, &all);
        if own.is_empty() {
            return Vec::new();
        }
        let sum = |of: fn(&Process) -> u64| own.iter().map(of).sum::<u64>() as f64;
        let mut measured = vec![("processes", own.len() as f64, None), ("threads", sum(|p| p.threads), None)];
        if let Some(hertz) = system::ticks_per_second() {
            let (seconds, at) = (sum(|p| p.ticks) / hertz, Instant::now());
            if let Some((before, then)) = self.last.replace((seconds, at)) {
                let past = at.duration_since(then).as_secs_f64();
                // A process that nobody waited for takes its time with it: then the share is not known.
                if past > 0.0 && seconds >= before {
                    measured.push(("cpu", (seconds - before) / past * 100.0, Some("%")));
                }
            }
        }
        match system::memory(&own) {
            Ok(bytes) => measured.push(("memory", bytes as f64, Some("B"))),
            Err(why) => {
                self.gaps.insert(format!("memory over time: {why}"));
            }
        }
        measured
    }

    /// What was not collected, and why.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &str> {
        self.gaps.iter().map(String::as_str)
    }
}

/// What a process that ended, and was not waited for yet, had read from and written to disks, itself and with the
/// children that it waited for.
///
/// # Errors
///
/// Why that is not known.
pub(super) fn disk(id: u32) -> Result<Vec<Measured>, String> {
    let (read, written) =
        system::disk(id).map_err(|why| format!("bytes read from and written to disks: {why}"))?;
    Ok(vec![("disk_read", read as f64, Some("B")), ("disk_written", written as f64, Some("B"))])
}

/// What `/proc` of Linux says.
#[cfg(target_os = "linux")]
mod system {
    use procfs::ProcError;
    use procfs::process::{Process as Entry, all_processes};

    use super::Process;

    pub(super) fn processes() -> Result<Vec<Process>, String> {
        let all = all_processes().map_err(|error| error.to_string())?;
        // Processes come and go while they are read.
        Ok(all.flatten().filter_map(|entry| entry.stat().ok()).map(|stat| process(&stat)).collect())
    }

    fn process(stat: &procfs::process::Stat) -> Process {
        let positive = |n: i64| u64::try_from(n).unwrap_or(0);
        let own = stat.utime.saturating_add(stat.stime);
        Process {
            id: u32::try_from(stat.pid).unwrap_or(0),
            parent: u32::try_from(stat.ppid).unwrap_or(0),
            ticks: own.saturating_add(positive(stat.cutime)).saturating_add(positive(stat.cstime)),
            threads: positive(stat.num_threads),
        }
    }

    pub(super) fn ticks_per_second() -> Option<f64> {
        let ticks = procfs::ticks_per_second();
        (ticks > 0).then_some(ticks as f64)
    }

    /// Memory of processes, in bytes, where what several of them share is counted once (proportional set size).
    pub(super) fn memory(processes: &[Process]) -> Result<u64, String> {
        let (mut sum, mut any, mut failed) = (0u64, false, None);
        for process in processes {
            match shares(process.id) {
                Ok(bytes) => {
                    any = true;
                    sum = sum.saturating_add(bytes);
                }
                // It ended meanwhile.
                Err(ProcError::NotFound(_)) => {}
                Err(ProcError::Io(error, _)) if error.raw_os_error() == Some(3) => {}
                Err(error) => failed = Some(error.to_string()),
            }
        }
        match failed {
            Some(why) => Err(why),
            None if any => Ok(sum),
            None => Err("no process could be read".to_owned()),
        }
    }

    fn shares(id: u32) -> Result<u64, ProcError> {
        let rollup = entry(id)?.smaps_rollup()?;
        let maps = rollup.memory_map_rollup.0.iter();
        Ok(maps.filter_map(|map| map.extension.map.get("Pss")).sum())
    }

    pub(super) fn disk(id: u32) -> Result<(u64, u64), String> {
        let io = entry(id).and_then(|entry| entry.io()).map_err(|error| error.to_string())?;
        Ok((io.read_bytes, io.write_bytes))
    }

    fn entry(id: u32) -> Result<Entry, ProcError> {
        Entry::new(i32::try_from(id).unwrap_or(i32::MAX))
    }
}

/// Other systems have nothing of the kind.
#[cfg(not(target_os = "linux"))]
mod system {
    use super::Process;

    const WHY: &str = "only available on Linux, from /proc";

    pub(super) fn processes() -> Result<Vec<Process>, String> {
        Err(WHY.to_owned())
    }

    pub(super) fn ticks_per_second() -> Option<f64> {
        None
    }

    pub(super) fn memory(_: &[Process]) -> Result<u64, String> {
        Err(WHY.to_owned())
    }

    pub(super) fn disk(_: u32) -> Result<(u64, u64), String> {
        Err(WHY.to_owned())
    }
}

/// What the children that this process waited for took in all, with those that they waited for themselves, and what of
/// that is unknown.
///
/// A program that is started begins with the memory of the one that started it, and the system counts that as its own
/// greatest (execve(2) keeps `ru_maxrss`). So the largest process is known only where it was larger than this one.
#[cfg(unix)]
pub(super) fn totals() -> (Vec<Measured>, Option<String>) {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    let (usage, own) = match (getrusage(UsageWho::RUSAGE_CHILDREN), getrusage(UsageWho::RUSAGE_SELF)) {
        (Ok(usage), Ok(own)) => (usage, own.max_rss()),
        (Err(error), _) | (_, Err(error)) => return (Vec::new(), Some(format!("getrusage: {error}"))),
    };
    // Kilobytes, but for Apple's systems, which count bytes.
    let factor = if cfg!(target_vendor = "apple") { 1.0 } else { 1024.0 };
    let seconds = |time: nix::sys::time::TimeVal| time.num_microseconds() as f64 / 1e6;
    let (user, system) = (seconds(usage.user_time()), seconds(usage.system_time()));
    let (given, taken) = (usage.voluntary_context_switches(), usage.involuntary_context_switches());
    let mut measured = vec![
        ("cpu_time", user + system, Some("s")),
        ("cpu_user", user, Some("s")),
        ("cpu_system", system, Some("s")),
        ("context_switches", given.saturating_add(taken) as f64, None),
        ("context_switches_voluntary", given as f64, None),
        ("context_switches_involuntary", taken as f64, None),
    ];
    if usage.max_rss() > own {
        measured.push(("memory_largest_process", usage.max_rss() as f64 * factor, Some("B")));
        return (measured, None);
    }
    let own = own as f64 * factor / f64::from(1 << 20);
    (
        measured,
        Some(format!(
            "memory of the largest process: it is hidden by the {own:.1} MiB that makespan itself uses"
        )),
    )
}

#[cfg(not(unix))]
pub(super) fn totals() -> (Vec<Measured>, Option<String>) {
    (Vec::new(), Some("processor time and context switches: this system has no getrusage".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_process_tree_is_found_even_with_a_cycle() {
        let all: Vec<Process> = [(1, 0), (5, 1), (6, 5), (7, 6), (8, 1), (9, 8), (5, 7)]
            .map(|(id, parent)| Process { id, parent, ticks: 0, threads: 1 })
            .to_vec();
        let mut ids: Vec<u32> = below(6, &all).iter().map(|p| p.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [5, 6, 7]);
        assert!(below(99, &all).is_empty());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_list_contains_this_process() {
        let own = std::process::id();
        let all = system::processes().unwrap();
        let found = all.iter().find(|process| process.id == own).unwrap();
        assert!(found.threads > 0 && found.parent != own, "{found:?}");
        // Bytes, not kilobytes: no program of ours fits into fewer.
        assert!(system::memory(&[*found]).unwrap() > 500_000);
    }
}
