//! One look into `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::tree;

/// What could not be read, and why.
pub(super) type Missing = BTreeMap<&'static str, String>;

/// What the process and its descendants have used until a moment. What could not be read is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// When, by [`crate::clock::now`].
    pub(super) at: i64,
    /// Processor time, ns.
    pub(super) cpu: Option<u64>,
    /// Its parts, ns, in steps of a tick of the system.
    pub(super) user: Option<u64>,
    pub(super) system: Option<u64>,
    /// Resident memory, bytes.
    pub(super) memory: Option<u64>,
    /// The most that the process itself, without descendants, ever had resident, bytes.
    pub(super) high_water: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) io: Option<Io>,
    pub(super) net: Option<Net>,
}

/// Bytes from and to disks, and calls that read and write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Io {
    pub(super) read_bytes: u64,
    pub(super) written_bytes: u64,
    pub(super) reads: u64,
    pub(super) writes: u64,
}

/// Bytes through the interfaces of the network namespace but loopback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Net {
    pub(super) received: u64,
    pub(super) sent: u64,
}

/// The folder `/proc`, or another one that looks like it.
#[derive(Clone, Debug)]
pub(super) struct Proc {
    pub(super) root: PathBuf,
}

impl Proc {
    /// That of the system.
    pub(super) fn of_system() -> Proc {
        Proc { root: PathBuf::from("/proc") }
    }

    /// What has been used until now. `clock` is the processor time of the process itself in ns, where the system has a
    /// clock for it: the ticks in `/proc` are coarse.
    pub(super) fn read(&self, clock: Option<u64>, missing: &mut Missing) -> Reading {
        let own = self.root.join("self");
        let mut note = |what, why| {
            missing.entry(what).or_insert(why);
        };
        let stat = take(&own.join("stat"), stat_of).map_err(|e| note("processor time", e)).ok();
        let status = take(&own.join("status"), status).map_err(|e| note("memory and threads", e)).ok();
        let mut io = take(&own.join("io"), io).map_err(|e| note("disk", e)).ok();
        let net = take(&own.join("net/dev"), net).map_err(|e| note("network", e)).ok();

        let mut ticks = stat.map(|stat| stat.ticks).unwrap_or_default();
        let waited_for = ticks[2].saturating_add(ticks[3]);
        let mut of_others = waited_for;
        let (mut memory, mut threads) = status.map_or((None, None), |s| (s.resident, s.threads));
        let descendants = match stat.map(|stat| tree::descendants(&self.root, stat.pid)) {
            Some(Ok(pids)) => pids,
            Some(Err(why)) => {
                note("descendants that still run", why);
                Vec::new()
            }
            None => Vec::new(),
        };
        for pid in descendants {
            // One that ended meanwhile is no gap: it is waited for soon.
            let folder = self.root.join(pid.to_string());
            let Ok(stat) = take(&folder.join("stat"), stat_of) else { continue };
            of_others = of_others.saturating_add(stat.ticks.iter().sum());
            ticks.iter_mut().zip(stat.ticks).for_each(|(all, its)| *all = all.saturating_add(its));
            if let Ok(its) = take(&folder.join("status"), self::status) {
                memory = memory.map(|all| all.saturating_add(its.resident.unwrap_or(0)));
                threads = threads.map(|all| all.saturating_add(its.threads.unwrap_or(0)));
            }
            match take(&folder.join("io"), self::io) {
                Ok(its) => io = io.map(|all| all.plus(its)),
                Err(error) => note("disk of some descendants", error),
            }
        }
        let user = stat.map(|_| nanoseconds(ticks[0].saturating_add(ticks[2])));
        let system = stat.map(|_| nanoseconds(ticks[1].saturating_add(ticks[3])));
        let cpu = match (clock, user.zip(system)) {
            (Some(own), _) => Some(own.saturating_add(nanoseconds(of_others))),
            (None, parts) => parts.map(|(user, system)| user.saturating_add(system)),
        };
        let high_water = status.and_then(|s| s.high_water);
        Reading { at: crate::clock::now(), cpu, user, system, memory, high_water, threads, io, net }
    }

    /// Switches from one thread to another so far, by thread of the process itself.
    pub(super) fn switches(&self, missing: &mut Missing) -> BTreeMap<u32, u64> {
        let folder = self.root.join("self/task");
        let threads = match fs::read_dir(&folder) {
            Ok(threads) => threads,
            Err(error) => {
                missing.entry("context switches").or_insert(because(&folder, &error.to_string()));
                return BTreeMap::new();
            }
        };
        let ids = threads.flatten().filter_map(|t| t.file_name().to_str().and_then(|n| n.parse().ok()));
        let of = |id: &u32| take(&folder.join(id.to_string()).join("status"), status).ok();
        let counted = ids.filter_map(|id| Some((id, of(&id)?.switches?)));
        let counted: BTreeMap<u32, u64> = counted.collect();
        if counted.is_empty() {
            let why = because(&folder, "no thread tells of them");
            missing.entry("context switches").or_insert(why);
        }
        counted
    }
}

impl Io {
    fn plus(self, other: Io) -> Io {
        Io {
            read_bytes: self.read_bytes.saturating_add(other.read_bytes),
            written_bytes: self.written_bytes.saturating_add(other.written_bytes),
            reads: self.reads.saturating_add(other.reads),
            writes: self.writes.saturating_add(other.writes),
        }
    }
}

/// What one process tells of its processor time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// User, system, and both of the children that were waited for.
    ticks: [u64; 4],
}

/// What one process or thread tells of itself.
#[derive(Clone, Copy, Debug, Default)]
struct Status {
    resident: Option<u64>,
    high_water: Option<u64>,
    threads: Option<u64>,
    switches: Option<u64>,
}

/// Reads a file of `/proc`; the error says which.
pub(super) fn take<T>(path: &Path, read: fn(&str) -> Option<T>) -> Result<T, String> {
    // A command may be named in any bytes.
    let bytes = fs::read(path).map_err(|error| because(path, &error.to_string()))?;
    read(&String::from_utf8_lossy(&bytes)).ok_or_else(|| because(path, "it reads otherwise than expected"))
}

fn because(path: &Path, why: &str) -> String {
    if cfg!(target_os = "linux") {
        format!("{}: {why}", path.display())
    } else {
        format!("this system is none of Linux: it has no {}", path.display())
    }
}

fn nanoseconds(ticks: u64) -> u64 {
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

/// `pid (command) state ppid …`; the command may hold parentheses and spaces.
pub(super) fn stat_of(text: &str) -> Option<Stat> {
    let pid = text.split(' ').next()?.parse().ok()?;
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let number = |i: usize| fields.get(i)?.parse::<u64>().ok();
    let parent = u32::try_from(number(1)?).ok()?;
    Some(Stat { pid, parent, ticks: [number(11)?, number(12)?, number(13)?, number(14)?] })
}

/// `Name:  value kB`. A kernel thread has no memory; none of the lines must be there.
fn status(text: &str) -> Option<Status> {
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

fn io(text: &str) -> Option<Io> {
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

/// `name: received-bytes …(7)… sent-bytes …`, after two lines of headings.
fn net(text: &str) -> Option<Net> {
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
        assert_eq!(status("Name: kthreadd\n").unwrap().resident, None, "what is not told is not 0");

        let text = "rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: 5\nwrite_bytes: 4\n";
        assert_eq!(io(text), Some(Io { read_bytes: 5, written_bytes: 4, reads: 7, writes: 6 }));
        assert_eq!(io("rchar: 9\n"), None);

        let text = "Inter-| Receive\n face |bytes\n    lo: 99 0 0 0 0 0 0 0 99 0\n\
                    eth0: 10 1 0 0 0 0 0 0 20 1\n wlan0:5 1 0 0 0 0 0 0 6 1\n";
        assert_eq!(net(text), Some(Net { received: 15, sent: 26 }));
        assert_eq!(net("a\nb\nc: 1 2"), None);
    }

    /// A folder that looks like `/proc`, with these files.
    fn pretend(name: &str, files: &[(&str, &str)]) -> Proc {
        let root = std::env::temp_dir().join(format!("makespan-proc-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Proc { root }
    }

    #[test]
    fn what_cannot_be_read_is_none_and_has_a_reason() {
        let proc = pretend("empty", &[]);
        let mut missing = Missing::new();
        let reading = proc.read(None, &mut missing);
        assert_eq!(reading, Reading { at: reading.at, ..Reading::default() });
        assert!(proc.switches(&mut missing).is_empty());
        let what: Vec<&str> = missing.keys().copied().collect();
        assert_eq!(what, ["context switches", "disk", "memory and threads", "network", "processor time"]);
        assert!(missing.values().all(|why| why.contains("No such file")), "{missing:?}");
        fs::remove_dir_all(proc.root).unwrap();
    }

    #[test]
    fn descendants_count_whether_the_kernel_lists_them_or_not() {
        let stat = |pid: u32, parent: u32, user: u32| {
            format!("{pid} (sh) S {parent} 1 1 0 -1 0 0 0 0 0 {user} 1 0 0 20 0 1 0 0 0 0")
        };
        let status = "VmRSS: 1 kB\nThreads: 1\n";
        let io = "syscr: 1\nsyscw: 2\nread_bytes: 3\nwrite_bytes: 4\n";
        let stats = [stat(10, 1, 5), stat(11, 10, 6), stat(12, 11, 7), stat(13, 1, 8)];
        let mut files = vec![("self/stat", stats[0].as_str()), ("self/status", status), ("self/io", io)];
        for (i, name) in ["10", "11", "12", "13"].into_iter().enumerate() {
            let path = |file: &str| &*Box::leak(format!("{name}/{file}").into_boxed_str());
            files.extend([(path("stat"), stats[i].as_str()), (path("status"), status), (path("io"), io)]);
        }
        let searched = pretend("searched", &files);
        files.extend([("self/task/10/children", "11 "), ("10/task/10/children", "11 ")]);
        files.push(("11/task/11/children", "12"));
        let listed = pretend("listed", &files);
        for proc in [searched, listed] {
            let mut missing = Missing::new();
            let reading = proc.read(None, &mut missing);
            let tick = nanoseconds(1);
            assert_eq!(
                (reading.user, reading.system),
                (Some(18 * tick), Some(3 * tick)),
                "not the stranger 13"
            );
            assert_eq!((reading.memory, reading.threads), (Some(3 * 1024), Some(3)));
            assert_eq!(reading.io.unwrap(), Io { read_bytes: 9, written_bytes: 12, reads: 3, writes: 6 });
            // With a clock of its own only what the others used is counted in ticks.
            assert_eq!(proc.read(Some(7), &mut missing).cpu, Some(7 + 15 * tick));
            assert_eq!(missing.keys().copied().collect::<Vec<_>>(), ["network"]);
            fs::remove_dir_all(proc.root).unwrap();
        }
    }
}
