//! What a command and the processes that it starts take of the machine: while they run from `/proc` (Linux), and at
//! the end from `getrusage`. What cannot be measured is not there, never 0, and [`Usage::gaps`] says why.

use std::collections::BTreeSet;
use std::fs;
use std::io;
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

/// A process, out of `/proc/PID/stat` (proc(5)).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Process {
    id: u32,
    parent: u32,
    /// Processor time of itself and of the children that it waited for, user and system, in clock ticks.
    ticks: u64,
    threads: u64,
}

/// Takes a line of `/proc/PID/stat` apart. The name of the process, in parentheses, may hold anything.
fn process(line: &str) -> Option<Process> {
    let id = line.split(' ').next()?.parse().ok()?;
    let fields: Vec<&str> = line[line.rfind(')')? + 1..].split_whitespace().collect();
    // The third field of the manual is the first here.
    let field = |number: usize| fields.get(number - 3)?.parse::<i64>().ok();
    let ticks = (14..=17).filter_map(field).map(|t| t.max(0) as u64).sum();
    Some(Process { id, parent: u32::try_from(field(4)?).ok()?, ticks, threads: field(20)?.max(0) as u64 })
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

fn all_processes() -> io::Result<Vec<Process>> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit)
            && let Ok(line) = fs::read(entry.path().join("stat"))
        {
            all.extend(process(&String::from_utf8_lossy(&line)));
        }
    }
    Ok(all)
}

/// The value of a line `Name:   123 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.saturating_mul(1024))
}

impl Usage {
    /// Begins to measure the process of that number and those below it.
    pub(super) fn of(root: u32) -> Usage {
        Usage { root, last: None, gaps: BTreeSet::new() }
    }

    /// What they take now. Processor use is that since the last look, in percent of one processor.
    pub(super) fn now(&mut self) -> Vec<Measured> {
        if !cfg!(target_os = "linux") {
            self.gaps.insert(
                "processor, memory and processes over time: they are read from /proc of Linux".to_owned(),
            );
            return Vec::new();
        }
        let all = match all_processes() {
            Ok(all) => all,
            Err(error) => {
                self.gaps.insert(format!("processor, memory and processes over time: /proc: {error}"));
                return Vec::new();
            }
        };
        let own = below(self.root, &all);
        if own.is_empty() {
            return Vec::new();
        }
        let sum = |of: fn(&Process) -> u64| own.iter().map(of).sum::<u64>() as f64;
        let mut measured = vec![("processes", own.len() as f64, None), ("threads", sum(|p| p.threads), None)];
        if let Some(hertz) = clock_ticks() {
            let (seconds, at) = (sum(|p| p.ticks) / hertz, Instant::now());
            if let Some((before, then)) = self.last.replace((seconds, at)) {
                let past = at.duration_since(then).as_secs_f64();
                // A process that nobody waited for takes its time with it: then the share is not known.
                if past > 0.0 && seconds >= before {
                    measured.push(("cpu", (seconds - before) / past * 100.0, Some("%")));
                }
            }
        }
        match memory(&own) {
            Ok(bytes) => measured.push(("memory", bytes as f64, Some("B"))),
            Err(error) => {
                self.gaps.insert(format!("memory over time: {error}"));
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
    let failed = |why: String| format!("bytes read from and written to disks: {why}");
    let text = fs::read_to_string(format!("/proc/{id}/io")).map_err(|error| failed(error.to_string()))?;
    let value =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    let (read, written) = (value("read_bytes:"), value("write_bytes:"));
    let both = read.zip(written).ok_or_else(|| failed("the system does not count them".to_owned()))?;
    Ok(vec![("disk_read", both.0 as f64, Some("B")), ("disk_written", both.1 as f64, Some("B"))])
}

/// Memory of processes, in bytes, where what several of them share is counted once (proportional set size).
fn memory(processes: &[Process]) -> io::Result<u64> {
    let mut sum = 0u64;
    let mut failed = None;
    let mut any = false;
    for process in processes {
        match fs::read_to_string(format!("/proc/{}/smaps_rollup", process.id)) {
            Ok(text) => {
                any = true;
                sum = sum.saturating_add(kilobytes(&text, "Pss").unwrap_or(0));
            }
            // It ended meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(3) => {}
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error),
        None if any => Ok(sum),
        None => Err(io::Error::other("no process could be looked at")),
    }
}

#[cfg(unix)]
fn clock_ticks() -> Option<f64> {
    let ticks = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok()??;
    (ticks > 0).then_some(ticks as f64)
}

#[cfg(not(unix))]
fn clock_ticks() -> Option<f64> {
    None
}

/// What the children that this process waited for took in all, with those that they waited for themselves, and what of
/// that cannot be told.
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
            "memory of the largest process: it is below the {own:.1} MiB of the recorder, which hide it"
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
    fn a_process_may_have_any_name() {
        let line = "42 (a b) S) R 7 42 42 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 9 0 5 6 7";
        assert_eq!(process(line), Some(Process { id: 42, parent: 7, ticks: 127, threads: 9 }));
        for bad in ["", "42", "42 (x)", "x (y) R 1"] {
            assert_eq!(process(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_tree_is_found_among_others_even_in_a_circle() {
        let all: Vec<Process> = [(1, 0), (5, 1), (6, 5), (7, 6), (8, 1), (9, 8), (5, 7)]
            .map(|(id, parent)| Process { id, parent, ticks: 0, threads: 1 })
            .to_vec();
        let mut ids: Vec<u32> = below(6, &all).iter().map(|p| p.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [5, 6, 7]);
        assert!(below(99, &all).is_empty());
    }

    #[test]
    fn kilobytes_are_1024_bytes() {
        assert_eq!(kilobytes("Rss:  9 kB\nPss:     12 kB\nPss_Anon: 1 kB\n", "Pss"), Some(12_288));
        assert_eq!(kilobytes("Rss: 9 kB", "Pss"), None);
    }
}
