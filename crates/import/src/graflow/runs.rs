//! The runs in the files so far, and the parsing of their names.

use makespan_format::Fields;
use makespan_model::{HashMap, HashSet};

use super::outline::Outlines;
use crate::pairs::{Labels, folder};

/// A run that was read, so that a drawing of its graph can be joined to it.
pub(super) struct RecordedRun {
    pub(super) run: String,
    pub(super) file: String,
    /// Trace and session the run belongs to.
    pub(super) trace: Vec<String>,
    pub(super) tasks: HashSet<String>,
    /// What was read of the run itself, since a later event replaces such an object whole.
    pub(super) labels: Labels,
    pub(super) params: Labels,
    pub(super) stored: Labels,
    /// Dependencies taken over from drawings, so that two of one graph give them once.
    pub(super) edges: HashSet<(String, String)>,
    /// What a runtime graph records, for the console trace of the same trace; empty where there is none.
    pub(super) graph: InGraph,
}

/// What a runtime graph records of a run whose console trace follows.
#[derive(Default)]
pub(super) struct InGraph {
    /// The console trace, as a position in [`Runs::texts`].
    pub(super) text: Option<usize>,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    /// Labels of the tasks that it records whole.
    pub(super) labels: HashMap<String, Fields>,
    /// The tries it records, by task and number.
    pub(super) tries: HashMap<(String, u32), InGraphTry>,
}

/// What a runtime graph records of a try.
#[derive(Clone, Copy, Default)]
pub(super) struct InGraphTry {
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) has_status: bool,
    pub(super) has_error: bool,
}

/// The runs read so far; several files may record the same.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) list: Vec<RecordedRun>,
    pub(super) index: HashMap<String, usize>,
    /// The traces that console traces print.
    pub(super) texts: Outlines,
    /// Of each id that was taken, the number that is tried next.
    numbers: HashMap<String, usize>,
}

impl Runs {
    /// Opens a run of this id or goes back to it.
    pub(super) fn open(&mut self, run: &str, file: &str) -> usize {
        if let Some(&at) = self.index.get(run) {
            return at;
        }
        self.index.insert(run.to_owned(), self.list.len());
        self.list.push(RecordedRun {
            run: run.to_owned(),
            file: file.to_owned(),
            trace: Vec::new(),
            tasks: HashSet::default(),
            labels: Labels::default(),
            params: Labels::default(),
            stored: Labels::default(),
            edges: HashSet::default(),
            graph: InGraph::default(),
        });
        self.list.len() - 1
    }

    /// An id that no run has yet: `wanted`, or `wanted` with a number. Numbers that were looked at are not looked at again.
    pub(super) fn fresh(&mut self, wanted: String) -> String {
        if !self.index.contains_key(&wanted) {
            return wanted;
        }
        let next = self.numbers.entry(wanted.clone()).or_insert(2);
        loop {
            let id = format!("{wanted}#{next}");
            *next += 1;
            if !self.index.contains_key(&id) {
                return id;
            }
        }
    }
}

/// The step that a task is an instance of: iterations of a loop are named `step_cycle_2_1a2b3c4d`.
pub(super) fn step_of(task: &str) -> &str {
    let iteration = || {
        let (rest, hex) = task.rsplit_once('_')?;
        let (rest, number) = rest.rsplit_once('_')?;
        let name = rest.strip_suffix("_cycle")?;
        let counted = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let marked = hex.len() == 8 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        (counted && marked && !name.is_empty()).then_some(name)
    };
    iteration().unwrap_or(task)
}

/// Whether two files lie in the same folder.
pub(super) fn beside(a: &str, b: &str) -> bool {
    folder(a) == folder(b)
}

#[cfg(test)]
mod tests {
    use super::{Runs, step_of};

    #[test]
    fn runs_of_one_id_are_numbered_in_the_order_in_which_they_come() {
        let mut runs = Runs::default();
        runs.open("a#3", "f");
        let mut ids = Vec::new();
        for _ in 0..4 {
            let id = runs.fresh("a".to_owned());
            runs.open(&id, "f");
            ids.push(id);
        }
        assert_eq!(ids, ["a", "a#2", "a#4", "a#5"]);
    }

    #[test]
    fn iterations_belong_to_their_step() {
        assert_eq!(step_of("loop_cycle_12_edbff9ff"), "loop");
        assert_eq!(step_of("a_cycle_1_b_cycle_2_edbff9ff"), "a_cycle_1_b");
        for plain in ["loop", "loop_cycle_1", "_cycle_1_edbff9ff", "x_cycle_y_edbff9ff", "cycle_1_edbff9ff"] {
            assert_eq!(step_of(plain), plain);
        }
    }
}
