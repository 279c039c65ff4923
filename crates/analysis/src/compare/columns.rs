//! The properties used for matching, as columns of small numbers that have the same meaning in all compared runs.

use makespan_model::{HashMap, NONE, Order as _, Run, StrId, TaskId, UNKNOWN, members};

/// Gives equal texts of several runs one number; 0 is the empty text.
#[derive(Default)]
pub(super) struct Texts<'r> {
    numbers: HashMap<&'r str, u32>,
    /// Parameters by their members, so that neither their order nor white space makes a difference.
    params: HashMap<Vec<(String, String)>, u32>,
}

impl<'r> Texts<'r> {
    fn number(&mut self, text: &'r str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let next = self.numbers.len() as u32 + 1;
        *self.numbers.entry(text).or_insert(next)
    }

    fn params_number(&mut self, text: &str) -> u32 {
        let mut all = members(text);
        if all.is_empty() {
            return 0;
        }
        all.order_by(Ord::cmp);
        let next = self.params.len() as u32 + 1;
        *self.params.entry(all).or_insert(next)
    }
}

/// The tasks of a run, or the rows of a line-up, as matching sees them. Numbers of texts are those of one [`Texts`].
#[derive(Clone, Default)]
pub(super) struct Columns<'r> {
    /// The id itself: the last resort where an order is needed.
    pub(super) id_text: Vec<&'r str>,
    pub(super) id: Vec<u32>,
    /// The name, else the id, without the id of the run before it.
    pub(super) name: Vec<u32>,
    /// The same, but 0 for tasks named only by a number, which gives their order and not their work.
    pub(super) label: Vec<u32>,
    /// The step as recorded by the source; 0 if it is not.
    pub(super) step: Vec<u32>,
    pub(super) kind: Vec<u32>,
    pub(super) params: Vec<u32>,
    pub(super) group: Vec<u32>,
    /// The container, or `NONE`.
    pub(super) parent: Vec<u32>,
    /// Number of containers around it.
    pub(super) depth: Vec<u32>,
    /// First start, ns since the epoch, or `UNKNOWN`.
    pub(super) start: Vec<i64>,
    /// From its first start to its last end, ns, or `UNKNOWN`.
    pub(super) length: Vec<i64>,
}

impl<'r> Columns<'r> {
    /// The columns of a run. O(n + a) and the text of its strings.
    pub(super) fn new(run: &'r Run, texts: &mut Texts<'r>) -> Columns<'r> {
        // Each string is looked up once.
        let mut known = vec![NONE; run.strings.len()];
        let mut number = |id: StrId, texts: &mut Texts<'r>| match known.get_mut(id.0 as usize) {
            Some(slot) => {
                if *slot == NONE {
                    *slot = texts.number(run.text(id));
                }
                *slot
            }
            None => 0,
        };
        let mut params: HashMap<StrId, u32> = HashMap::default();
        let t = &run.tasks;
        let mut out = Columns { parent: t.parent.clone(), depth: depths(&t.parent), ..Columns::default() };
        for task in run.task_ids() {
            let i = task.index();
            out.id_text.push(run.text(t.id[i]));
            out.id.push(number(t.id[i], texts));
            let name = if t.name[i].is_empty() { t.id[i] } else { t.name[i] };
            let own = within_run(run.text(name), &run.id);
            let own = if own.is_empty() { number(name, texts) } else { texts.number(own) };
            out.name.push(own);
            out.label.push(if name == t.id[i] && is_number(run.text(name)) { 0 } else { own });
            out.step.push(number(t.step[i], texts));
            out.kind.push(number(t.kind[i], texts));
            out.group.push(number(t.group[i], texts));
            let own = t.params[i];
            out.params.push(*params.entry(own).or_insert_with(|| texts.params_number(run.text(own))));
            let starts = run.attempts_of(task).map(|a| run.attempts.started[a.index()]);
            out.start.push(starts.filter(|s| *s != UNKNOWN).min().unwrap_or(UNKNOWN));
            out.length.push(run.task_interval(task).map_or(UNKNOWN, |(s, e)| e.saturating_sub(s)));
        }
        out
    }

    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Puts task `i` of `other` at `row`, one past the end for a new one; `parent` is the row of its container.
    pub(super) fn set(&mut self, row: usize, other: &Columns<'r>, i: usize, parent: u32) {
        fn put<T: Copy>(column: &mut Vec<T>, row: usize, value: T) {
            match column.get_mut(row) {
                Some(slot) => *slot = value,
                None => column.push(value),
            }
        }
        put(&mut self.id_text, row, other.id_text[i]);
        put(&mut self.id, row, other.id[i]);
        put(&mut self.name, row, other.name[i]);
        put(&mut self.label, row, other.label[i]);
        put(&mut self.step, row, other.step[i]);
        put(&mut self.kind, row, other.kind[i]);
        put(&mut self.params, row, other.params[i]);
        put(&mut self.group, row, other.group[i]);
        put(&mut self.parent, row, parent);
        put(&mut self.depth, row, other.depth[i]);
        put(&mut self.start, row, other.start[i]);
        put(&mut self.length, row, other.length[i]);
    }
}

/// Whether an id only counts tasks: digits, with no more before them than signs or a word that every task may have.
pub(super) fn is_number(id: &str) -> bool {
    let before = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = before.trim_matches(|c: char| c.is_ascii_punctuation());
    before.len() < id.len() && (word.is_empty() || ["task", "job", "node"].contains(&word))
}

/// Returns the rest of a name that begins with the id of its run and a separator; empty if it does not. Some engines
/// name tasks in this way, and every run has another id.
fn within_run<'t>(name: &'t str, run: &str) -> &'t str {
    let rest = name.strip_prefix(run).filter(|_| !run.is_empty()).unwrap_or("");
    rest.strip_prefix(['-', '.', '_', '/', ':']).unwrap_or("")
}

/// The name that a task has whatever the id of its run.
pub(super) fn own_name(run: &Run, task: TaskId) -> &str {
    let name = run.task_name(task);
    let own = within_run(name, &run.id);
    if own.is_empty() { name } else { own }
}

/// Returns the number of containers around each task: one walk up from each, which stops at a known depth.
fn depths(parent: &[u32]) -> Vec<u32> {
    let mut depth = vec![NONE; parent.len()];
    let mut chain = Vec::new();
    for t in 0..parent.len() {
        let mut at = t;
        while depth[at] == NONE && (parent[at] as usize) < parent.len() {
            chain.push(at);
            at = parent[at] as usize;
        }
        if depth[at] == NONE {
            depth[at] = 0;
        }
        let mut above = depth[at];
        while let Some(t) = chain.pop() {
            above += 1;
            depth[t] = above;
        }
    }
    depth
}
