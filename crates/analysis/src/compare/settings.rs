//! Settings in which two runs, or two tasks, differ.

use makespan_model::{Run, Status, StrId, TaskId, members, plain};

/// Where a setting is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Saying {
    /// In the run or task itself: its workflow, its source, its step.
    Itself,
    /// Among its parameters.
    Params,
    /// Among its labels.
    Labels,
}

impl Saying {
    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Saying::Itself => "run",
            Saying::Params => "params",
            Saying::Labels => "labels",
        }
    }
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The place where it is recorded.
    pub of: Saying,
    /// Its name: that of a parameter or label (`outer.inner` within objects), or `workflow`, `source`, `step` …
    pub name: String,
    /// Its value in the first, `None` if it has none. Texts are unchanged, everything else is JSON.
    pub a: Option<String>,
    /// Its value in the second.
    pub b: Option<String>,
}

/// Returns the settings in which two runs differ, each member of parameters and labels on its own, sorted by name.
/// Times and totals are not settings.
pub fn run_settings(a: &Run, b: &Run) -> Vec<Setting> {
    let mut out = Vec::new();
    let pairs = [
        ("workflow", a.text(a.workflow), b.text(b.workflow)),
        ("name", a.text(a.name), b.text(b.name)),
        ("source", a.text(a.source), b.text(b.source)),
    ];
    itself(&pairs, &mut out);
    let status = |run: &Run| run.status().map_or("", Status::name);
    itself(&[("status", status(a), status(b))], &mut out);
    objects(Saying::Params, (a, a.params), (b, b.params), &mut out);
    objects(Saying::Labels, (a, a.labels), (b, b.labels), &mut out);
    out
}

/// The same of two tasks; none where one of them is not of its run.
pub fn task_settings((a, x): (&Run, TaskId), (b, y): (&Run, TaskId)) -> Vec<Setting> {
    let (i, j) = (x.index(), y.index());
    if i >= a.task_count() || j >= b.task_count() {
        return Vec::new();
    }
    let (s, t) = (&a.tasks, &b.tasks);
    let mut out = Vec::new();
    let pairs = [
        ("name", a.task_name(x), b.task_name(y)),
        ("step", a.text(s.step[i]), b.text(t.step[j])),
        ("kind", a.text(s.kind[i]), b.text(t.kind[j])),
        ("status", s.status[i].name(), t.status[j].name()),
        ("worker", worker(a, x), worker(b, y)),
    ];
    itself(&pairs, &mut out);
    objects(Saying::Params, (a, s.params[i]), (b, t.params[j]), &mut out);
    objects(Saying::Labels, (a, s.labels[i]), (b, t.labels[j]), &mut out);
    out
}

/// Worker of the last attempt.
fn worker(run: &Run, task: TaskId) -> &str {
    run.attempts_of(task).next_back().map_or("", |a| run.text(run.attempts.worker[a.index()]))
}

fn itself(pairs: &[(&str, &str, &str)], out: &mut Vec<Setting>) {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    out.extend(pairs.iter().filter(|(_, a, b)| a != b).map(|(name, a, b)| Setting {
        of: Saying::Itself,
        name: (*name).to_owned(),
        a: said(a),
        b: said(b),
    }));
}

fn objects(of: Saying, (a, x): (&Run, StrId), (b, y): (&Run, StrId), out: &mut Vec<Setting>) {
    let (left, right) = (members(a.text(x)), members(b.text(y)));
    let value = |json: &str| Some(plain(json).into_owned());
    // Both are in order of their names.
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        let (one, other) = (left.get(i), right.get(j));
        let first = one.map(|o| &o.0).into_iter().chain(other.map(|o| &o.0)).min();
        let Some(name) = first.cloned() else { break };
        let own = one.filter(|o| o.0 == name);
        let theirs = other.filter(|o| o.0 == name);
        if own.map(|o| &o.1) != theirs.map(|o| &o.1) {
            let a = own.and_then(|o| value(&o.1));
            let b = theirs.and_then(|o| value(&o.1));
            out.push(Setting { of, name, a, b });
        }
        i += usize::from(own.is_some());
        j += usize::from(theirs.is_some());
    }
}
