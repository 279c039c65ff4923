//! Between an importer and the sink: counts what comes and keeps the runs of different files apart.

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity};
use rustc_hash::{FxHashMap, FxHashSet};

/// The run ids that are in use.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: FxHashSet<String>,
}

impl Names {
    pub(super) fn count(&self) -> usize {
        self.taken.len()
    }
}

/// A sink around the sink.
pub(super) struct Watch<'w> {
    sink: &'w mut dyn EventSink,
    names: &'w mut Names,
    /// The file's name, where its runs are its own.
    label: Option<&'w str>,
    /// The ids of this file's own runs, and what they became.
    own: FxHashMap<String, String>,
    events: u64,
}

impl<'w> Watch<'w> {
    pub(super) fn new(
        sink: &'w mut dyn EventSink,
        names: &'w mut Names,
        label: Option<&'w str>,
    ) -> Watch<'w> {
        Watch { sink, names, label, own: FxHashMap::default(), events: 0 }
    }

    /// How many events came that are no diagnostics.
    pub(super) fn finish(self) -> u64 {
        self.events
    }

    fn run(&mut self, run: RunInfo<'_>) {
        let Some(label) = self.label else {
            if !self.names.taken.contains(&*run.id) {
                self.names.taken.insert(run.id.clone().into_owned());
            }
            self.sink.event(Event::Run(run));
            return;
        };
        if let Some(id) = self.own.get(&*run.id) {
            self.sink.event(Event::Run(RunInfo { id: Cow::Borrowed(id), ..run }));
            return;
        }
        let mut id = run.id.clone().into_owned();
        let renamed = self.names.taken.contains(&id);
        let mut n = 1;
        while self.names.taken.contains(&id) {
            id = if n == 1 { format!("{} ({label})", run.id) } else { format!("{} ({label}, {n})", run.id) };
            n += 1;
        }
        self.names.taken.insert(id.clone());
        self.own.insert(run.id.clone().into_owned(), id.clone());
        let was = run.id.clone().into_owned();
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
        match event {
            Event::Run(run) => {
                self.events += 1;
                self.run(run);
            }
            Event::Diagnostic(_) => self.sink.event(event),
            _ => {
                self.events += 1;
                self.sink.event(event);
            }
        }
    }
}
