//! One reading of `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::files::{self, Io, Net, because, nanoseconds, stat_of, take};
use super::tree;

/// A value that could not be read, and the reason.
pub(super) type Missing = BTreeMap<&'static str, String>;

/// Resources used by the process and its descendants until a moment. Values that could not be read are `None`.
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

    /// Returns the resources used until now. `clock` is the processor time of the process itself in ns, if the system
    /// has such a clock: the ticks in `/proc` are coarse.
    pub(super) fn read(&self, clock: Option<u64>, missing: &mut Missing) -> Reading {
        let own = self.root.join("self");
        let mut note = |what, why| {
            missing.entry(what).or_insert(why);
        };
        let stat = take(&own.join("stat"), stat_of).map_err(|e| note("processor time", e)).ok();
        let status = take(&own.join("status"), files::status).map_err(|e| note("memory and threads", e)).ok();
        let mut io = take(&own.join("io"), files::io).map_err(|e| note("disk", e)).ok();
        let net = take(&own.join("net/dev"), files::net).map_err(|e| note("network", e)).ok();

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
            // A process that ended meanwhile is not missing: it will be waited for.
            let folder = self.root.join(pid.to_string());
            let Ok(stat) = take(&folder.join("stat"), stat_of) else { continue };
            of_others = of_others.saturating_add(stat.ticks.iter().sum());
            ticks.iter_mut().zip(stat.ticks).for_each(|(all, its)| *all = all.saturating_add(its));
            if let Ok(its) = take(&folder.join("status"), files::status) {
                memory = memory.map(|all| all.saturating_add(its.resident.unwrap_or(0)));
                threads = threads.map(|all| all.saturating_add(its.threads.unwrap_or(0)));
            }
            match take(&folder.join("io"), files::io) {
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
        let of = |id: &u32| take(&folder.join(id.to_string()).join("status"), files::status).ok();
        let counted = ids.filter_map(|id| Some((id, of(&id)?.switches?)));
        let counted: BTreeMap<u32, u64> = counted.collect();
        if counted.is_empty() {
            let why = because(&folder, "no thread reports them");
            missing.entry("context switches").or_insert(why);
        }
        counted
    }
}

/// Processor time of the process itself, ns, where the system has a clock for it.
pub(super) fn clock() -> Option<u64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        Some(seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).ok()?))
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn unreadable_values_are_missing_with_a_reason() {
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
