//! Planned tasks that turn out to be steps of other tasks.
//!
//! A program may declare its steps first (`fit`) and then record tasks of these steps under other names (`fit fold 1`,
//! step `fit`). The planned task never starts: the tasks of its step are what was planned. It would remain pending for
//! ever, so it is folded into them.

use crate::build::RunBuilder;
use crate::seeded::HashMap;
use crate::{NONE, Order as _, StrId, UNKNOWN};
use makespan_format::Status;

/// Dependencies that may be passed on, for each task and dependency of the run, and in addition to that.
const PASSED_ON: (usize, usize) = (4, 10_000);

/// A planned task and the tasks of its step.
#[derive(Default)]
struct Planned {
    members: Vec<u32>,
    has_run: bool,
    is_name_of_others: bool,
}

/// What the first start of a task allows.
struct Starts(Vec<i64>);

impl Starts {
    /// Returns whether the second task may depend on the first: it did not start earlier.
    fn allow(&self, from: u32, to: u32) -> bool {
        from != to && self.0[from as usize] <= self.0[to as usize]
    }
}

impl RunBuilder {
    /// Returns planned tasks that are shown by the tasks of their step, in ascending order. Dependencies are
    /// passed on: what depended on the planned task depends on the tasks of the step, and those without dependencies
    /// take over the dependencies of the planned task, unless the times contradict. A planned task whose dependencies
    /// are too many to pass on remains a task. O(tasks + dependencies + number passed on).
    pub(crate) fn fold_planned(&self, edges: &mut Vec<(u32, u32)>) -> Vec<u32> {
        let mut planned = self.planned();
        planned.retain(|_, plan| plan.has_run && !plan.is_name_of_others);
        if planned.is_empty() {
            return Vec::new();
        }
        let n = self.tasks.id.len();
        let mut starts = Starts(vec![i64::MAX; n]);
        let mut has_dependencies = vec![false; n];
        for (task, started) in self.attempts.task.iter().zip(self.attempts.started.iter()) {
            let first = &mut starts.0[task as usize];
            *first = if started == UNKNOWN { *first } else { started.min(*first) };
        }
        let mut left = PASSED_ON.0.saturating_mul(n.saturating_add(edges.len())).saturating_add(PASSED_ON.1);
        // Tasks before and after each planned task.
        let mut around: HashMap<u32, (Vec<u32>, Vec<u32>)> = HashMap::default();
        for &(from, to) in edges.iter() {
            has_dependencies[to as usize] = true;
            if planned.contains_key(&to) {
                around.entry(to).or_default().0.push(from);
            }
            if planned.contains_key(&from) {
                around.entry(from).or_default().1.push(to);
            }
        }
        let mut waiting: Vec<u32> = planned.keys().copied().collect();
        waiting.order();
        let mut folded = Vec::with_capacity(waiting.len());
        let mut added: Vec<(u32, u32)> = Vec::new();
        for task in waiting {
            let Some(plan) = planned.remove(&task) else { continue };
            let (before, after) = around.remove(&task).unwrap_or_default();
            let passed = plan.members.len().saturating_mul(before.len().saturating_add(after.len()));
            if passed > left {
                continue;
            }
            left -= passed;
            folded.push(task);
            let is_folded = |other: u32| folded.binary_search(&other).is_ok();
            for &member in &plan.members {
                let takes_over = !has_dependencies[member as usize];
                // What is passed to a planned task is passed on when it is folded, and left out then.
                for &from in before.iter().filter(|from| takes_over && !is_folded(**from)) {
                    if planned.contains_key(&from) {
                        around.entry(from).or_default().1.push(member);
                        added.push((from, member));
                    } else if starts.allow(from, member) {
                        added.push((from, member));
                    }
                }
                for &to in after.iter().filter(|to| !is_folded(**to)) {
                    if planned.contains_key(&to) {
                        around.entry(to).or_default().0.push(member);
                        added.push((member, to));
                    } else if starts.allow(member, to) {
                        added.push((member, to));
                    }
                }
            }
        }
        edges.append(&mut added);
        edges.retain(|(from, to)| [from, to].iter().all(|task| folded.binary_search(task).is_err()));
        edges.order();
        edges.dedup();
        folded
    }

    /// Returns tasks that were only declared, each with the tasks whose step has its id or name.
    fn planned(&self) -> HashMap<u32, Planned> {
        let t = &self.tasks;
        let n = t.id.len();
        let named = |task: usize| if t.name[task].is_empty() { t.id[task] } else { t.name[task] };
        let mut is_used = vec![false; n];
        let mut has_run = vec![false; n];
        for (task, status) in self.attempts.task.iter().zip(self.attempts.status.iter()) {
            is_used[task as usize] = true;
            has_run[task as usize] |= !matches!(status, Status::Pending | Status::Queued);
        }
        let others =
            [&t.parent, &self.samples.task, &self.logs.task, &self.alerts.task, &self.artifacts.task];
        for task in others.into_iter().flat_map(|column| column.iter()).filter(|task| *task != NONE) {
            is_used[task as usize] = true;
        }
        // By id and by name; if two have the same name, its tasks belong to the first.
        let mut by_text: HashMap<StrId, u32> = HashMap::default();
        let mut planned: HashMap<u32, Planned> = HashMap::default();
        for task in (0..n).filter(|task| !is_used[*task]) {
            let (id, name, step) = (t.id[task], named(task), t.step[task]);
            let is_step = step.is_empty() || step == id || step == name;
            if is_step && matches!(t.declared[task], None | Some(Status::Pending)) {
                by_text.entry(id).or_insert(task as u32);
                by_text.entry(name).or_insert(task as u32);
                planned.insert(task as u32, Planned::default());
            }
        }
        if planned.is_empty() {
            return planned;
        }
        for (task, has_run) in has_run.into_iter().enumerate() {
            for (text, is_name) in [(named(task), true), (t.step[task], false)] {
                let of = by_text.get(&text).copied().filter(|of| *of != task as u32);
                let Some(plan) = of.and_then(|of| planned.get_mut(&of)) else { continue };
                if is_name {
                    plan.is_name_of_others = true;
                } else {
                    plan.members.push(task as u32);
                    plan.has_run |= has_run;
                }
            }
        }
        planned
    }
}
