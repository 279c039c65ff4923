//! Finds the descendants of a process.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::files::{stat_of, take};

/// Maximum number of descendants that are measured.
const MOST: usize = 1000;
/// A system with more processes is not searched for them ten times a second.
const SEARCHED: usize = 300;

/// The ids of all descendants of a process that run.
///
/// # Errors
///
/// The reason why they are unknown.
pub(super) fn descendants(root: &Path, pid: u32) -> Result<Vec<u32>, String> {
    let of = if root.join(format!("self/task/{pid}/children")).exists() {
        Children::Listed(root)
    } else {
        Children::Searched(search(root)?)
    };
    let mut found = of.of(pid);
    let mut next = 0;
    while next < found.len() && found.len() < MOST {
        let more = of.of(found[next]);
        found.extend(more);
        next += 1;
    }
    found.truncate(MOST);
    Ok(found)
}

/// The way to find the children of a process.
enum Children<'r> {
    /// The kernel lists them, thread by thread.
    Listed(&'r Path),
    /// By parent, of all processes that there are.
    Searched(BTreeMap<u32, Vec<u32>>),
}

impl Children<'_> {
    fn of(&self, pid: u32) -> Vec<u32> {
        match self {
            Children::Listed(root) => {
                let threads = fs::read_dir(root.join(format!("{pid}/task"))).into_iter().flatten().flatten();
                let lists = threads.filter_map(|t| fs::read_to_string(t.path().join("children")).ok());
                lists.flat_map(|list| numbers(&list)).collect()
            }
            Children::Searched(by_parent) => by_parent.get(&pid).cloned().unwrap_or_default(),
        }
    }
}

fn search(root: &Path) -> Result<BTreeMap<u32, Vec<u32>>, String> {
    let entries = fs::read_dir(root).map_err(|error| format!("{}: {error}", root.display()))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let pids: Vec<u32> = names.filter_map(|name| name.parse().ok()).take(SEARCHED + 1).collect();
    if pids.len() > SEARCHED {
        return Err(format!("the kernel lists no children, and more than {SEARCHED} processes run"));
    }
    let mut by_parent: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for pid in pids {
        if let Ok(stat) = take(&root.join(pid.to_string()).join("stat"), stat_of) {
            by_parent.entry(stat.parent).or_default().push(pid);
        }
    }
    Ok(by_parent)
}

fn numbers(list: &str) -> Vec<u32> {
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
