//! Checks the collected data, sorts it and freezes it into a [`Run`].

use crate::seeded::{HashMap, HashSet};
use makespan_format::{Diagnostic, Severity, Status};

use crate::blocks::Blocks;
use crate::build::RunBuilder;
use crate::{NONE, Order as _, Rows, Run, StrId, UNKNOWN, graph, infer};

/// Counts problems of the input and records the first case.
struct Findings<'s> {
    diagnostics: &'s mut Vec<Diagnostic>,
}

impl Findings<'_> {
    /// Adds a finding unless the input carried it already (its example may be another: the order has changed).
    fn add(&mut self, count: u64, severity: Severity, code: &'static str, message: impl FnOnce() -> String) {
        if count == 0 {
            return;
        }
        let found = Diagnostic::new(severity, code, message()).times(count);
        if !self.diagnostics.iter().any(|d| d.code == found.code && d.count == found.count) {
            self.diagnostics.push(found);
        }
    }
}

/// A foreign name within a sentence: quoted, cut to a readable length.
fn quoted(name: &str) -> String {
    let short: String = name.chars().take(60).collect();
    if short.len() < name.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

impl RunBuilder {
    pub(crate) fn finish(mut self) -> Run {
        let n = self.tasks.id.len();
        let mut diagnostics = std::mem::take(&mut self.diagnostics);
        let mut found = Findings { diagnostics: &mut diagnostics };
        found.add(self.strings.refused, Severity::Error, "too-much-text", || {
            format!(
                "a run holds at most 4 GiB of text; strings ignored beyond that: {}",
                self.strings.refused
            )
        });
        found.add(self.undeclared, Severity::Info, "undeclared-task", || {
            format!(
                "tasks that are named only by other records: {}; they are shown with the known data",
                self.undeclared
            )
        });
        // Nothing is interned any more.
        self.strings.slots = Vec::new();
        self.first_try = Blocks::default();
        self.later_tries = HashMap::default();
        self.declared = Blocks::default();
        let mut edges = self.resolve_edges(&mut found);
        self.resolve_parents(&mut found);
        self.task_of = Blocks::default();
        self.drop_implausible_times(found.diagnostics);
        self.doubt_running(found.diagnostics);
        self.mend_attempts(&mut found);
        if let Some((count, first)) = self.order_tries() {
            found.add(count, Severity::Info, "tries-reordered", || {
                format!(
                    "tasks whose attempts were listed in another order than that of their times: {count}; the attempts \
                     were numbered by time (first: task {})",
                    self.quoted_id(first)
                )
            });
        }
        self.said = Blocks::default();
        let folded = self.fold_planned(&mut edges);
        found.add(folded.len() as u64, Severity::Info, "planned-step", || {
            format!(
                "planned tasks that are steps of other tasks: {}; the tasks of these steps are shown in their place \
                 (first: {})",
                folded.len(),
                self.quoted_id(folded.first().copied().unwrap_or_default())
            )
        });
        // Nothing is inferred if the source records dependencies, or states that there are none.
        let infer = edges.is_empty() && self.info.infer_edges != Some(false) && n > 1;
        if infer {
            edges = infer::edges(n, &self.attempts, &self.tasks.parent);
        }
        let inferred = infer && !edges.is_empty();
        found.add(if inferred { edges.len() as u64 } else { 0 }, Severity::Info, "edges-inferred", || {
            format!(
                "no dependencies in this source: {} were inferred from times (each task after the one that ended \
                 last before it started) and are drawn dotted",
                edges.len()
            )
        });

        let ordered = graph::order(n, &edges);
        found.add(ordered.cut.len() as u64, Severity::Warning, "cycle", || {
            let (a, b) = ordered.cut[0];
            format!(
                "tasks that depend on each other in cycles: {}; dependencies that close a cycle and are ignored by \
                 every analysis: {} (first: {} on {})",
                ordered.on_cycles,
                ordered.cut.len(),
                self.quoted_id(b),
                self.quoted_id(a),
            )
        });
        let graph::Order { mut order, mut cut, .. } = ordered;
        order.retain(|task| folded.binary_search(task).is_err());
        let n = order.len();
        let is_new = !folded.is_empty() || order.iter().enumerate().any(|(new, &old)| new as u32 != old);
        let order = Some(order).filter(|_| is_new);
        if !cut.is_empty() {
            let set_aside: HashSet<(u32, u32)> = cut.iter().copied().collect();
            edges.retain(|e| !set_aside.contains(e));
        }
        if let Some(order) = &order {
            let mut place = vec![NONE; self.tasks.id.len()];
            for (new, &old) in order.iter().enumerate() {
                place[old as usize] = new as u32;
            }
            let moved = |task: u32| place.get(task as usize).copied().unwrap_or(NONE);
            edges.iter_mut().chain(&mut cut).for_each(|e| *e = (moved(e.0), moved(e.1)));
            let columns = [
                &mut self.tasks.parent,
                &mut self.attempts.task,
                &mut self.samples.task,
                &mut self.logs.task,
                &mut self.alerts.task,
                &mut self.artifacts.task,
            ];
            columns.into_iter().for_each(|column| column.for_each_mut(|t| *t = moved(*t)));
        }
        // Within the row of a task, its predecessors and successors are then in task order.
        if !edges.is_sorted() {
            edges.order();
        }
        cut.order();
        let predecessors = Rows::collect(n, edges.iter().map(|&(a, b)| (b, a)));
        let successors = Rows::collect(n, edges.iter().copied());
        drop(edges);
        let mut tasks = self.tasks.freeze(order.as_deref());
        drop(order);
        let rows = by_task(n, &self.attempts.task, Some(&self.attempts.number));
        let attempts = self.attempts.freeze(rows.as_deref());
        drop(rows);
        let attempts_of = starts(n, &attempts.task);
        for t in 0..n {
            let (from, to) = (attempts_of[t] as usize, attempts_of[t + 1] as usize);
            let last = attempts.status[from..to].last().copied();
            tasks.status[t] = tasks.declared[t].or(last).unwrap_or(Status::Pending);
        }
        macro_rules! sorted {
            ($table:ident) => {{
                let rows = by_task(n, &self.$table.task, None);
                self.$table.freeze(rows.as_deref())
            }};
        }
        let (samples, logs) = (sorted!(samples), sorted!(logs));
        let (alerts, artifacts) = (sorted!(alerts), sorted!(artifacts));
        Run {
            id: self.id,
            name: self.info.name,
            workflow: self.info.workflow,
            source: self.info.source,
            recorded_status: self.info.status,
            recorded_start: self.info.started.unwrap_or(UNKNOWN),
            recorded_end: self.info.ended.unwrap_or(UNKNOWN),
            error: self.info.error,
            labels: self.info.labels,
            params: self.info.params,
            stored: self.info.stored,
            infer_edges: self.info.infer_edges,
            strings: self.strings.strings,
            tasks,
            attempts,
            attempts_of,
            predecessors,
            successors,
            edges_inferred: inferred,
            cut,
            samples,
            logs,
            alerts,
            artifacts,
            diagnostics,
        }
    }

    fn quoted_id(&self, task: u32) -> String {
        quoted(self.strings.strings.get(self.tasks.id[task as usize]))
    }

    fn task_with_id(&self, id: StrId) -> Option<u32> {
        self.task_of.get(id.0 as usize).filter(|&t| t != NONE)
    }

    /// Dependencies as (from, to), each once, without those that lead nowhere.
    fn resolve_edges(&mut self, found: &mut Findings<'_>) -> Vec<(u32, u32)> {
        let after = std::mem::take(&mut self.after);
        let mut edges = Vec::with_capacity(after.len());
        let (mut dangling, mut own) = (0u64, 0u64);
        let (mut first_dangling, mut first_own) = (None, None);
        for (task, id) in after.iter() {
            match self.task_with_id(id) {
                None => {
                    dangling += 1;
                    first_dangling.get_or_insert((task, id));
                }
                Some(from) if from == task => {
                    own += 1;
                    first_own.get_or_insert(task);
                }
                Some(from) => edges.push((from, task)),
            }
        }
        found.add(dangling, Severity::Warning, "dangling-dependency", || {
            let (task, id) = first_dangling.unwrap_or_default();
            format!(
                "dependencies on tasks that are not in this run were ignored: {dangling} (first: {} of task {})",
                quoted(self.strings.strings.get(id)),
                self.quoted_id(task),
            )
        });
        found.add(own, Severity::Warning, "self-dependency", || {
            let task = first_own.unwrap_or_default();
            format!(
                "dependencies of tasks on themselves were ignored: {own} (first: {})",
                self.quoted_id(task)
            )
        });
        drop(after);
        let all = edges.len();
        edges.order();
        edges.dedup();
        let twice = (all - edges.len()) as u64;
        found.add(twice, Severity::Info, "duplicate-dependency", || {
            format!("duplicate dependencies: {twice}; each counts once")
        });
        edges
    }

    /// Returns the container of each task, `NONE` if it has none. A name that is not a task remains the group of the
    /// task.
    fn resolve_parents(&mut self, found: &mut Findings<'_>) {
        let n = self.tasks.id.len();
        let mut any = false;
        for t in 0..n {
            let id = self.tasks.group[t];
            match self.task_with_id(id) {
                Some(p) if p as usize != t && !id.is_empty() => {
                    (self.tasks.parent[t], self.tasks.group[t]) = (p, StrId::EMPTY);
                    any = true;
                }
                _ => {}
            }
        }
        // 0: not looked at; 1: on the path being walked; 2: known to end.
        let mut state = vec![0u8; if any { n } else { 0 }];
        let mut cut = 0u64;
        let mut path = Vec::new();
        for t in 0..state.len() as u32 {
            let mut at = t;
            while at != NONE && state[at as usize] == 0 {
                state[at as usize] = 1;
                path.push(at);
                let up = self.tasks.parent[at as usize];
                if up != NONE && state[up as usize] == 1 {
                    // All of the cycle is cut, not one link of it: which link would depend on the order.
                    let from = path.iter().position(|&p| p == up).unwrap_or(0);
                    for &p in &path[from..] {
                        let p = p as usize;
                        self.tasks.group[p] = self.tasks.id[self.tasks.parent[p] as usize];
                        self.tasks.parent[p] = NONE;
                        cut += 1;
                    }
                    break;
                }
                at = up;
            }
            for p in path.drain(..) {
                state[p as usize] = 2;
            }
        }
        found.add(cut, Severity::Warning, "containment-cycle", || {
            format!("tasks that contain themselves through others: {cut}; that containment is ignored")
        });
    }

    /// Makes every attempt's times consistent and its status known.
    fn mend_attempts(&mut self, found: &mut Findings<'_>) {
        let (mut backward, mut first_backward) = (0u64, NONE);
        let (mut open, mut first_open) = (0u64, NONE);
        let (mut lost, mut first_lost) = (0u64, NONE);
        let a = &mut self.attempts;
        for i in 0..a.task.len() {
            if a.started[i] != UNKNOWN && a.ended[i] != UNKNOWN && a.ended[i] < a.started[i] {
                a.ended[i] = a.started[i];
                backward += 1;
                first_backward = first_backward.min(a.task[i]);
            }
            if a.started[i] != UNKNOWN && a.queued[i] != UNKNOWN && a.queued[i] > a.started[i] {
                a.queued[i] = a.started[i];
                backward += 1;
                first_backward = first_backward.min(a.task[i]);
            }
            if !self.said[i] {
                a.status[i] = match (a.started[i], a.ended[i]) {
                    _ if !a.error[i].is_empty() => Status::Failed,
                    (_, e) if e != UNKNOWN => Status::Succeeded,
                    (s, _) if s != UNKNOWN => Status::Running,
                    _ if a.queued[i] != UNKNOWN => Status::Queued,
                    _ => Status::Pending,
                };
            }
            if a.started[i] != UNKNOWN && a.ended[i] == UNKNOWN {
                let (count, first) = if a.status[i].is_terminal() {
                    (&mut lost, &mut first_lost)
                } else {
                    (&mut open, &mut first_open)
                };
                *count += 1;
                *first = (*first).min(a.task[i]);
            }
        }
        found.add(backward, Severity::Warning, "time-backward", || {
            format!(
                "attempts that end before they start, or start before they are queued: {backward}; that time is \
                 taken as zero (first: task {})",
                self.quoted_id(first_backward)
            )
        });
        found.add(open, Severity::Info, "open-end", || {
            format!(
                "attempts with a start and no end: {open}; they are still running, or recording stopped. They are \
                 drawn to the last known time and do not count as work (first: task {})",
                self.quoted_id(first_open)
            )
        });
        found.add(lost, Severity::Info, "end-unknown", || {
            format!(
                "attempts that started and whose end is unknown: {lost}; they are not known to be running. They are \
                 drawn to the last known time and do not count as work (first: task {})",
                self.quoted_id(first_lost)
            )
        });
    }
}

/// Returns where the rows of each task begin in a column sorted by task.
fn starts(n: usize, tasks: &[u32]) -> Vec<u32> {
    let mut starts = vec![0u32; n + 1];
    for &t in tasks {
        starts[t as usize + 1] += 1;
    }
    for i in 0..n {
        starts[i + 1] += starts[i];
    }
    starts
}

/// Returns the order of rows by task, then by number; rows without a task last. `None` if they are already in this
/// order. O(n + rows) plus sorting the numbers of each task.
fn by_task(n: usize, tasks: &Blocks<u32>, numbers: Option<&Blocks<u32>>) -> Option<Vec<u32>> {
    let number = |row: usize| numbers.map_or(0, |numbers| numbers[row]);
    let mut before = (0, 0);
    let is_sorted = tasks.iter().enumerate().all(|(row, task)| {
        let key = (task, number(row));
        std::mem::replace(&mut before, key) <= key
    });
    if is_sorted {
        return None;
    }
    let place = |task: u32| (task as usize).min(n);
    let mut next = vec![0u32; n + 2];
    tasks.iter().for_each(|task| next[place(task) + 1] += 1);
    for i in 0..=n {
        next[i + 1] += next[i];
    }
    let mut rows = vec![0u32; tasks.len()];
    for (row, task) in tasks.iter().enumerate() {
        let slot = &mut next[place(task)];
        rows[*slot as usize] = row as u32;
        *slot += 1;
    }
    if numbers.is_some() {
        rows.chunk_by_mut(|&a, &b| tasks[a as usize] == tasks[b as usize])
            .filter(|of_task| of_task.len() > 1)
            .for_each(|of_task| of_task.order_by_numbers(|&row| number(row as usize)));
    }
    Some(rows)
}
