//! Limits of the control groups of this process.

use std::fs;
use std::path::{Path, PathBuf};

/// Limits; `None` if there is no limit, or it is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Limits {
    /// Share of one processor, in percent: 150 is one and a half.
    pub(super) cpu: Option<f64>,
    /// Bytes.
    pub(super) memory: Option<u64>,
}

/// Version 1 writes a memory limit above this value if there is no limit.
const NO_LIMIT: u64 = 1 << 60;

impl Limits {
    /// Returns the limits set by the system.
    pub(super) fn of_system() -> Limits {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        Limits::of(&groups, Path::new("/sys/fs/cgroup"))
    }

    /// Reads the groups listed in `/proc/self/cgroup`. For nested groups, the tightest limit applies.
    fn of(groups: &str, mounted: &Path) -> Limits {
        let mut limits = Limits::default();
        for line in groups.lines() {
            let mut parts = line.splitn(3, ':').skip(1);
            let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
            let handles = |controller: &str| controllers.split(',').any(|c| c == controller);
            if controllers.is_empty() {
                // Version 2: one tree for all.
                for folder in upwards(mounted, group) {
                    limits.tighten_cpu(read(&folder, "cpu.max").as_deref().and_then(quota));
                    limits.tighten_memory(number(&folder, "memory.max"));
                }
            } else if handles("memory") {
                for folder in upwards(&mounted.join("memory"), group) {
                    let limit = number(&folder, "memory.limit_in_bytes");
                    limits.tighten_memory(limit.filter(|l| *l < NO_LIMIT));
                }
            } else if handles("cpu") {
                for folder in
                    upwards(&mounted.join(controllers), group).chain(upwards(&mounted.join("cpu"), group))
                {
                    let quota_us = number(&folder, "cpu.cfs_quota_us");
                    let period_us = number(&folder, "cpu.cfs_period_us").filter(|p| *p > 0);
                    let share = quota_us.zip(period_us).map(|(q, p)| q as f64 / p as f64 * 100.0);
                    limits.tighten_cpu(share);
                }
            }
        }
        limits
    }

    fn tighten_cpu(&mut self, limit: Option<f64>) {
        self.cpu = self.cpu.into_iter().chain(limit).reduce(f64::min);
    }

    fn tighten_memory(&mut self, limit: Option<u64>) {
        self.memory = self.memory.into_iter().chain(limit).min();
    }
}

/// Returns the folders of a group and of all groups around it. Within a container the path of the group may be that of
/// the host; then the mounted folder is the group itself.
fn upwards(mounted: &Path, group: &str) -> impl Iterator<Item = PathBuf> {
    let inner = mounted.join(group.trim_start_matches('/'));
    let mounted = mounted.to_owned();
    let folders: Vec<PathBuf> =
        inner.ancestors().take_while(|f| f.starts_with(&mounted)).map(Path::to_owned).collect();
    folders.into_iter()
}

fn read(folder: &Path, file: &str) -> Option<String> {
    fs::read_to_string(folder.join(file)).ok()
}

/// Parses a number; `max` and `-1` mean no limit.
fn number(folder: &Path, file: &str) -> Option<u64> {
    read(folder, file)?.trim().parse().ok()
}

/// Parses `quota period` in microseconds, or `max period`.
fn quota(text: &str) -> Option<f64> {
    let mut parts = text.split_whitespace();
    let (quota, period) = (parts.next()?.parse::<f64>().ok()?, parts.next()?.parse::<f64>().ok()?);
    (period > 0.0).then(|| quota / period * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_limit_of_all_enclosing_groups_applies() {
        let mounted = std::env::temp_dir().join(format!("makespan-cgroup-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = mounted.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("a/memory.max", "1000\n");
        write("a/b/memory.max", "max\n");
        write("a/b/cpu.max", "150000 100000\n");
        write("memory/x/memory.limit_in_bytes", "9223372036854771712\n");
        write("cpu/x/cpu.cfs_quota_us", "-1\n");
        write("cpu/x/cpu.cfs_period_us", "100000\n");
        write("memory/y/memory.limit_in_bytes", "4096\n");
        write("cpu,cpuacct/y/cpu.cfs_quota_us", "50000\n");
        write("cpu,cpuacct/y/cpu.cfs_period_us", "100000\n");
        let of = |groups: &str| Limits::of(groups, &mounted);
        assert_eq!(of("0::/a/b\n"), Limits { cpu: Some(150.0), memory: Some(1000) });
        assert_eq!(of("4:memory:/x\n1:cpu:/x\n0::/\n"), Limits::default(), "no limit is no number");
        let tight = Limits { cpu: Some(50.0), memory: Some(4096) };
        assert_eq!(of("4:memory:/y\n1:cpu,cpuacct:/y\n"), tight);
        assert_eq!([of(""), of("nonsense"), of("0::/../../etc")], [Limits::default(); 3]);
        fs::remove_dir_all(&mounted).unwrap();
    }
}
