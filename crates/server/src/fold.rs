//! Builds a run from the events in a store.

use makespan_format::{Event, EventSink as _};
use makespan_model::{Run, RunsBuilder};
use makespan_store::{Error, Store};

/// Builds a run from its events; `None` if there are none.
pub(crate) fn fold(store: &dyn Store, id: &str) -> Result<Option<Run>, Error> {
    let mut fold = RunsBuilder::new();
    let gaps = store.events(id, &mut fold)?;
    // The run lists its missing parts among its diagnostics.
    if let Some(diagnostic) = gaps.diagnostic() {
        fold.event(Event::Diagnostic(diagnostic));
    }
    Ok(fold.finish().0.into_iter().find(|run| run.id == id))
}
