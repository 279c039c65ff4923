//! Between an importer and the sink: counts events, and keeps the runs of different files separate.

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity};
use makespan_model::HashMap;

/// The run ids that are in use.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Each with whether files share it, or it is the one of a file whose runs are its own.
    taken: HashMap<String, bool>,
    /// Ids that files share, and what they became because a file has such a run of its own.
    shared: HashMap<String, String>,
    /// Of each id with a label, the number that is tried next.
    numbers: HashMap<String, u64>,
}

impl Names {
    pub(crate) fn count(&self) -> usize {
        self.taken.len()
    }

    /// An id like this one that is not in use.
    fn free(&mut self, id: &str, label: &str) -> String {
        if !self.taken.contains_key(id) {
            return id.to_owned();
        }
        let labelled = format!("{id} ({label})");
        if !self.taken.contains_key(&labelled) {
            return labelled;
        }
        // Numbers that were looked at are not looked at again: many files may have one id and one name.
        let next = self.numbers.entry(labelled).or_insert(2);
        loop {
            let free = format!("{id} ({label}, {next})");
            *next += 1;
            if !self.taken.contains_key(&free) {
                return free;
            }
        }
    }
}

/// What came of one file, or of files that are read together.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The ids of the file's own runs, and what they became.
    own: HashMap<String, String>,
    /// How many events that are not diagnostics.
    pub(crate) events: u64,
    /// How many of them are about tasks.
    pub(crate) tasks: u64,
}

/// A sink around the sink.
pub(crate) struct Watch<'w> {
    pub(crate) sink: &'w mut dyn EventSink,
    pub(crate) names: &'w mut Names,
    pub(crate) counts: &'w mut Counts,
    /// The file's name, and whether its runs are its own.
    pub(crate) label: &'w str,
    pub(crate) alone: bool,
    /// Whether the text was decoded, so that offsets in it say nothing about the file.
    pub(crate) decoded: bool,
}

impl Watch<'_> {
    fn run(&mut self, run: RunInfo<'_>) {
        let known = if self.alone { &self.counts.own } else { &self.names.shared };
        if let Some(id) = known.get(&*run.id) {
            self.sink.event(Event::Run(RunInfo { id: Cow::Borrowed(id), ..run }));
            return;
        }
        if !self.alone {
            match self.names.taken.get(&*run.id) {
                Some(true) => return self.sink.event(Event::Run(run)),
                Some(false) => {}
                None => {
                    self.names.taken.insert(run.id.clone().into_owned(), true);
                    return self.sink.event(Event::Run(run));
                }
            }
        }
        let label = self.label;
        let id = self.names.free(&run.id, label);
        let renamed = id != *run.id;
        self.names.taken.insert(id.clone(), !self.alone);
        let was = run.id.clone().into_owned();
        let known = if self.alone { &mut self.counts.own } else { &mut self.names.shared };
        known.insert(was.clone(), id.clone());
        let name = run.name.clone().or_else(|| renamed.then(|| Cow::Owned(was.clone())));
        self.sink.event(Event::Run(RunInfo { id: Cow::Borrowed(&id), name, ..run }));
        if renamed {
            let message = format!("{label}: another file has a run {was:?} too; this one is {id:?}");
            self.sink.diagnostic(Diagnostic::new(Severity::Info, "run-id-taken", message));
        }
    }
}

impl EventSink for Watch<'_> {
    fn event(&mut self, event: Event<'_>) {
        let is_event = !matches!(event, Event::Diagnostic(_));
        self.counts.events += u64::from(is_event);
        self.counts.tasks += u64::from(matches!(event, Event::Task(_)));
        match event {
            Event::Run(run) => self.run(run),
            Event::Diagnostic(found) if self.decoded => {
                self.sink.diagnostic(Diagnostic { offset: None, ..found })
            }
            other => self.sink.event(other),
        }
    }
}
