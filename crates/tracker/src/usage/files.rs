//! Parses the files of `/proc`.
//!
//! The program reads the same files with the crate `procfs`, which brings three more crates with it and reads each file
//! into structures of all that it holds. The tracker is linked into programs of others, where every crate has to be built,
//! audited and kept, and `tests/tidy/floors.rs` lists what may come with it; the five numbers it needs are these few lines.

use std::fs;
use std::path::Path;

/// Bytes read from and written to disks, and calls that read and write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Io {
    pub(super) read_bytes: u64,
    pub(super) written_bytes: u64,
    pub(super) reads: u64,
    pub(super) writes: u64,
}

/// Bytes through the interfaces of the network namespace except loopback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Net {
    pub(super) received: u64,
    pub(super) sent: u64,
}

impl Io {
    pub(super) fn plus(self, other: Io) -> Io {
        Io {
            read_bytes: self.read_bytes.saturating_add(other.read_bytes),
            written_bytes: self.written_bytes.saturating_add(other.written_bytes),
            reads: self.reads.saturating_add(other.reads),
            writes: self.writes.saturating_add(other.writes),
        }
    }
}

/// Processor time of one process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// User and system time, and both of the children that were waited for.
    pub(super) ticks: [u64; 4],
}

/// Values of one process or thread.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Status {
    pub(super) resident: Option<u64>,
    pub(super) high_water: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) switches: Option<u64>,
}

/// Reads a file of `/proc`; an error names the file.
pub(super) fn take<T>(path: &Path, read: fn(&str) -> Option<T>) -> Result<T, String> {
    // The name of a command may consist of any bytes.
    let bytes = fs::read(path).map_err(|error| because(path, &error.to_string()))?;
    read(&String::from_utf8_lossy(&bytes)).ok_or_else(|| because(path, "unexpected format"))
}

pub(super) fn because(path: &Path, why: &str) -> String {
    if cfg!(target_os = "linux") {
        format!("{}: {why}", path.display())
    } else {
        format!("only supported on Linux: this system has no {}", path.display())
    }
}

pub(super) fn nanoseconds(ticks: u64) -> u64 {
    ticks.saturating_mul(1_000_000_000 / ticks_per_second())
}

#[cfg(unix)]
fn ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second().clamp(1, 1_000_000_000)
}

#[cfg(not(unix))]
fn ticks_per_second() -> u64 {
    100
}

/// Parses `pid (command) state ppid …`; the command may contain parentheses and spaces.
pub(super) fn stat_of(text: &str) -> Option<Stat> {
    let pid = text.split(' ').next()?.parse().ok()?;
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let number = |i: usize| fields.get(i)?.parse::<u64>().ok();
    let parent = u32::try_from(number(1)?).ok()?;
    Some(Stat { pid, parent, ticks: [number(11)?, number(12)?, number(13)?, number(14)?] })
}

/// Parses `Name:  value kB`. All lines are optional: a kernel thread has no memory.
pub(super) fn status(text: &str) -> Option<Status> {
    let mut found = Status::default();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let number = || value.split_whitespace().next()?.parse::<u64>().ok();
        match name {
            "VmRSS" => found.resident = number().map(|kib| kib.saturating_mul(1024)),
            "VmHWM" => found.high_water = number().map(|kib| kib.saturating_mul(1024)),
            "Threads" => found.threads = number(),
            "voluntary_ctxt_switches" | "nonvoluntary_ctxt_switches" => {
                found.switches = number().map(|n| found.switches.unwrap_or(0).saturating_add(n));
            }
            _ => {}
        }
    }
    Some(found)
}

pub(super) fn io(text: &str) -> Option<Io> {
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|value| value.trim().parse().ok())
    };
    Some(Io {
        read_bytes: value("read_bytes")?,
        written_bytes: value("write_bytes")?,
        reads: value("syscr")?,
        writes: value("syscw")?,
    })
}

/// Parses `name: received-bytes …(7)… sent-bytes …`, after two heading lines.
pub(super) fn net(text: &str) -> Option<Net> {
    let mut sum = Net::default();
    for line in text.lines().skip(2) {
        let (name, values) = line.split_once(':')?;
        let mut values = values.split_whitespace();
        let (received, sent) = (values.next()?.parse().ok()?, values.nth(7)?.parse().ok()?);
        if name.trim() != "lo" {
            sum.received = sum.received.saturating_add(received);
            sum.sent = sum.sent.saturating_add(sent);
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_proc_are_read() {
        let stat = stat_of("42 (a (b) c) S 7 42 42 0 -1 4194560 0 0 0 0 12 3 4 5 20 0 1 0 100 0 0").unwrap();
        assert_eq!((stat.pid, stat.parent, stat.ticks), (42, 7, [12, 3, 4, 5]));
        assert!(stat_of("42 (cat").is_none() && stat_of("").is_none() && stat_of("1 (a) S 7").is_none());

        let found = status(
            "Name:\tcat\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\n\
             voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t2\n",
        )
        .unwrap();
        assert_eq!((found.resident, found.high_water), (Some(1 << 20), Some(2 << 20)));
        assert_eq!((found.threads, found.switches), (Some(3), Some(7)));
        assert_eq!(status("Name: kthreadd\n").unwrap().resident, None, "what is missing is not 0");

        let text = "rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: 5\nwrite_bytes: 4\n";
        assert_eq!(io(text), Some(Io { read_bytes: 5, written_bytes: 4, reads: 7, writes: 6 }));
        assert_eq!(io("rchar: 9\n"), None);

        let text = "Inter-| Receive\n face |bytes\n    lo: 99 0 0 0 0 0 0 0 99 0\n\
                    eth0: 10 1 0 0 0 0 0 0 20 1\n wlan0:5 1 0 0 0 0 0 0 6 1\n";
        assert_eq!(net(text), Some(Net { received: 15, sent: 26 }));
        assert_eq!(net("a\nb\nc: 1 2"), None);
    }
}
