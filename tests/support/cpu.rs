//! What the processes of a browser cost, read from Linux's `/proc`: processor time and memory.

use std::collections::BTreeMap;
use std::fs;

/// A process of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Runs pages and their workers.
    Renderer,
    /// Rasters and composes what they draw.
    Gpu,
}

/// The processor time of each renderer and GPU process so far, in seconds, by process id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cpu(BTreeMap<u32, f64>);

impl Cpu {
    /// Reads the times of all such processes below `root`, the process that started the browser.
    pub(crate) fn now(root: u32) -> Self {
        Self(processes(root).into_iter().map(|(pid, _)| (pid, seconds(pid))).collect())
    }

    /// Returns the seconds spent since an earlier reading; a process that is new counts in full.
    pub(crate) fn since(&self, before: &Self) -> f64 {
        let spent = |(pid, now): (&u32, &f64)| (now - before.0.get(pid).unwrap_or(&0.0)).max(0.0);
        self.0.iter().map(spent).sum()
    }
}

/// Forgets how much memory the renderers held at most, so that [`peak_bytes`] counts from here.
pub(crate) fn forget_peak(root: u32) {
    for (pid, _) in processes(root) {
        // Only the owner may; without it the peak is that since the start of the process.
        let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
    }
}

/// Returns the most memory (resident, bytes) that the largest renderer held.
pub(crate) fn peak_bytes(root: u32) -> u64 {
    let renderers = processes(root).into_iter().filter(|(_, role)| *role == Role::Renderer);
    renderers.filter_map(|(pid, _)| high_water(pid)).max().unwrap_or(0)
}

fn high_water(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// The renderer and GPU processes below a process. Renderers are forked by a zygote, so ancestors are followed.
fn processes(root: u32) -> Vec<(u32, Role)> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(parent) = fields(pid).and_then(|fields| fields.get(1)?.parse::<u32>().ok()) {
            parents.insert(pid, parent);
        }
    }
    let below = |mut pid: u32| {
        while let Some(parent) = parents.get(&pid) {
            if *parent == root {
                return true;
            }
            pid = *parent;
        }
        false
    };
    let role = |pid: u32| {
        let call = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let call = String::from_utf8_lossy(&call).replace('\0', " ");
        if call.contains("--type=renderer") {
            Some(Role::Renderer)
        } else if call.contains("--type=gpu-process") {
            Some(Role::Gpu)
        } else {
            None
        }
    };
    parents.keys().copied().filter(|pid| below(*pid)).filter_map(|pid| Some((pid, role(pid)?))).collect()
}

/// The fields of `/proc/PID/stat` behind the name, which may itself hold spaces and parentheses.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Processor time of a process. The scheduler counts nanoseconds, but only of threads that still live; the sum of the
/// process is in ticks of 10 ms. The larger of the two misses least.
fn seconds(pid: u32) -> f64 {
    let ticks =
        |fields: &[String], at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    let whole = fields(pid).map_or(0.0, |fields| (ticks(&fields, 11) + ticks(&fields, 12)) / 100.0);
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let fine: f64 = threads
        .filter_map(|thread| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<f64>().ok()
        })
        .sum();
    // A tick that has only begun is no reason to prefer the coarse figure.
    let fine = fine / 1e9;
    if whole > fine + 0.02 { whole } else { fine }
}

#[test]
fn the_time_of_this_process_grows() {
    let (pid, before) = (std::process::id(), seconds(std::process::id()));
    let mut sum = 0_u64;
    while cfg!(target_os = "linux") && seconds(pid) < before + 0.02 {
        sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
    }
    assert!(high_water(pid).is_none_or(|bytes| bytes > 100_000));
}
