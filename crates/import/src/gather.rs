//! Helpers for importers that combine a run from several records and files before they emit it.

use makespan_format::{Attempt, Diagnostic, Event, EventSink, RunInfo, Severity, Status, Task};
use makespan_model::{HashMap, HashSet};

use crate::importer::Importer;

/// Items by name, in the order of their first occurrence.
#[derive(Debug)]
pub(crate) struct Named<T> {
    /// The items.
    pub(crate) list: Vec<T>,
    index: HashMap<String, usize>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named { list: Vec::new(), index: HashMap::default() }
    }
}

impl<T> Named<T> {
    /// Returns the item with this name; creates it at its first occurrence.
    pub(crate) fn entry(&mut self, name: &str, make: impl FnOnce() -> T) -> &mut T {
        let at = match self.index.get(name) {
            Some(at) => *at,
            None => {
                self.index.insert(name.to_owned(), self.list.len());
                self.list.push(make());
                self.list.len() - 1
            }
        };
        &mut self.list[at]
    }

    /// Returns the item with this name, to be changed.
    pub(crate) fn entry_of(&mut self, name: &str) -> Option<&mut T> {
        self.index.get(name).and_then(|at| self.list.get_mut(*at))
    }

    /// Returns the item with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.index.get(name).and_then(|at| self.list.get(*at))
    }
}

/// Makes equal names unique: the second one becomes `name #2`.
#[derive(Debug, Default)]
pub(crate) struct Ordinals {
    uses: HashMap<String, u32>,
    taken: HashSet<String>,
}

impl Ordinals {
    /// Returns a name that was not returned before.
    pub(crate) fn next(&mut self, name: &str) -> String {
        let uses = self.uses.entry(name.to_owned()).or_insert(0);
        loop {
            *uses += 1;
            let unique = if *uses == 1 { name.to_owned() } else { format!("{name} #{uses}") };
            if self.taken.insert(unique.clone()) {
                return unique;
            }
        }
    }
}

/// Minimum time that counts as a date, ns: the beginning of 2000.
pub(crate) const DATED: i64 = 946_684_800_000_000_000;

/// Returns the severity if the name of an instant event in a trace makes it an alert rather than a log line.
pub(crate) fn alarm(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    ["error", "fail", "warn", "alert"].into_iter().find(|word| text.contains(word))
}

/// Returns an attempt as far as it ran; `None` for one that never began. A task that waits, was skipped or was cancelled
/// while it waited has no start and no end, whatever a service writes in their place: the time of the request, or the same
/// time twice. An error stays. An attempt with times and no recorded outcome is not known to have succeeded.
pub(crate) fn as_it_ran(mut attempt: Attempt<'_>) -> Option<Attempt<'_>> {
    let (started, ended) = (attempt.started, attempt.ended);
    if attempt.status.is_none() && started.or(ended).is_some() {
        attempt.status = Some(Status::Unknown);
    }
    let is_empty = started.is_none() || ended.is_some_and(|end| started.is_none_or(|start| end <= start));
    let never_began = match attempt.status {
        Some(Status::Pending | Status::Queued) => true,
        Some(Status::Skipped | Status::UpstreamFailed) => is_empty || ended.is_none(),
        Some(Status::Cancelled) => started.is_none(),
        Some(Status::Failed | Status::Running | Status::Succeeded) => false,
        None | Some(Status::Retrying | Status::Cached | Status::Unknown) => started.or(ended).is_none(),
    };
    if !never_began {
        return Some(attempt);
    }
    attempt.error.is_some().then_some(Attempt { queued: None, started: None, ended: None, ..attempt })
}

/// Emits a graph without a run: its tasks are pending.
pub(crate) fn emit_plan<'a>(
    file: &str,
    source: &'static str,
    tasks: impl Iterator<Item = Task<'a>>,
    sink: &mut dyn EventSink,
) {
    sink.event(Event::Run(RunInfo {
        id: file.into(),
        source: Some(source.into()),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let message = format!("{file}: a graph of tasks without a run; nothing in it was executed");
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-results", message));
    for task in tasks {
        sink.event(Event::Task(Task { status: Some(Status::Pending), ..task }));
    }
}

/// Reports what this format does not record, within the open run.
pub(crate) fn lacks(importer: &Importer, sink: &mut dyn EventSink) {
    let message = format!("Not recorded by {}: {}", importer.title, importer.lossy);
    sink.diagnostic(Diagnostic::new(Severity::Info, "format-lacks", message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_distinguished() {
        let mut names = Ordinals::default();
        let all: Vec<String> = ["a #2", "a", "a", "b", "a"].iter().map(|n| names.next(n)).collect();
        assert_eq!(all, ["a #2", "a", "a #3", "b", "a #4"]);
    }

    #[test]
    fn what_never_began_has_no_attempt() {
        let seen = |status, started, ended| {
            let attempt =
                Attempt { status: Some(status), queued: Some(1), started, ended, ..Attempt::default() };
            as_it_ran(attempt).map(|a| (a.started, a.ended))
        };
        assert_eq!(seen(Status::Queued, Some(5), None), None);
        assert_eq!(seen(Status::Skipped, Some(5), Some(5)), None);
        assert_eq!(seen(Status::Skipped, Some(5), Some(4)), None);
        assert_eq!(seen(Status::Cancelled, None, Some(9)), None);
        assert_eq!(seen(Status::Unknown, None, None), None);
        assert_eq!(seen(Status::Skipped, Some(5), Some(9)), Some((Some(5), Some(9))));
        assert_eq!(seen(Status::Cancelled, Some(5), Some(9)), Some((Some(5), Some(9))));
        assert_eq!(seen(Status::Failed, None, None), Some((None, None)));
    }

    #[test]
    fn things_keep_the_order_of_their_first_mention() {
        let mut named: Named<u32> = Named::default();
        for name in ["x", "y", "x"] {
            *named.entry(name, || 0) += 1;
        }
        assert_eq!(
            (named.list.as_slice(), named.get("x"), named.get("z")),
            ([2, 1].as_slice(), Some(&2), None)
        );
    }
}
