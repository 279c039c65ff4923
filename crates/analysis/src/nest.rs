//! The forest of containers, laid out so that all walks are loops.

use makespan_model::{NONE, Rows, Run};

/// The containers of a run that has any.
pub(crate) struct Nest {
    /// Direct contents of each task.
    pub(crate) children: Rows,
    /// All tasks, containers before their contents.
    pub(crate) top_down: Vec<u32>,
    /// Place in a walk that visits a container and then all it contains, and how many tasks that walk meets from
    /// there on within it.
    place: Vec<u32>,
    size: Vec<u32>,
}

impl Nest {
    /// `None` where no task contains another. O(n).
    pub(crate) fn new(run: &Run) -> Option<Nest> {
        let parent = &run.tasks.parent;
        if parent.iter().all(|p| *p == NONE) {
            return None;
        }
        let n = run.task_count();
        let children = run.children();
        let mut top_down: Vec<u32> = (0..n as u32).filter(|&t| parent[t as usize] == NONE).collect();
        let mut at = 0;
        while let Some(&t) = top_down.get(at) {
            top_down.extend_from_slice(children.row(t as usize));
            at += 1;
        }
        let mut size = vec![1u32; n];
        for &t in top_down.iter().rev() {
            if let Some(above) = size.get(parent[t as usize] as usize).copied() {
                size[parent[t as usize] as usize] = above + size[t as usize];
            }
        }
        let mut place = vec![0u32; n];
        let mut free = vec![0u32; n];
        let mut free_root = 0;
        for &t in &top_down {
            let slot = free.get_mut(parent[t as usize] as usize).unwrap_or(&mut free_root);
            place[t as usize] = *slot;
            *slot += size[t as usize];
            free[t as usize] = place[t as usize] + 1;
        }
        Some(Nest { children, top_down, place, size })
    }

    /// Whether `outer` is `inner` or contains it, directly or not.
    pub(crate) fn contains(&self, outer: u32, inner: u32) -> bool {
        let (outer, inner) = (outer as usize, inner as usize);
        (self.place[outer]..self.place[outer] + self.size[outer]).contains(&self.place[inner])
    }

    /// Returns the nearest container of each task for which `stands` is true, or `NONE`. Other containers pass their
    /// contents on to the next one above. O(n).
    pub(crate) fn anchors(&self, run: &Run, stands: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut anchor = vec![NONE; run.task_count()];
        for &t in &self.top_down {
            let p = run.tasks.parent[t as usize];
            if p != NONE {
                anchor[t as usize] = if stands(p) { p } else { anchor[p as usize] };
            }
        }
        anchor
    }
}
