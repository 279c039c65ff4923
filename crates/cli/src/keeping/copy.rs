//! `makespan copy`: runs from one store into another, with all that belongs to them.

use std::ops::ControlFlow;

use makespan_store::{
    Batch, Error, LARGEST_PAGE, Mark, Numbered, Order, Part, RunFilter, RunQuery, RunState, Store,
};
use serde_json::json;

use super::import::batches;
use crate::args::CopyArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, inert_json, print};
use crate::stored::{Address, patiently, state_of};

/// As many bytes of events are held at once.
const HELD: usize = 16 << 20;

/// Copies runs; all of them where none is named.
pub(crate) fn run(args: &CopyArgs, config: &Config) -> Result<(), Failure> {
    let from = match &args.from {
        Some(url) => Address::at(config, url)?,
        None => Address::new(config)?,
    };
    let to = Address::at(config, &args.to)?;
    if from.is_same(&to) {
        return Err(Failure::Usage(format!("{} cannot be copied into itself", from.shown())));
    }
    let Some(source) = from.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", from.shown())));
    };
    let mut runs = Vec::new();
    for id in &args.runs {
        runs.push(state_of(&from, &*source, id)?);
    }
    if args.runs.is_empty() {
        runs = all(&*source).map_err(|error| from.failed(error))?;
    }
    let target = to.open()?;
    let mut told = Vec::new();
    for run in runs {
        let stored = copy(&from, &*source, &to, &*target, &run)?;
        told.push((run.id, run.events, stored));
    }
    if args.json {
        let run = |(id, events, stored): &(String, u64, u64)| json!({ "run": id, "events": events, "stored": stored });
        let document = json!({ "runs": told.iter().map(run).collect::<Vec<_>>() });
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        return print(format!("{}\n", inert_json(&text)).as_bytes());
    }
    let mut out = String::new();
    for (id, events, stored) in &told {
        let (events, stored) = (makespan_scene::count(*events), makespan_scene::count(*stored));
        out.push_str(&format!("{}: {stored} of {events} events were new\n", clean(id)));
    }
    out.push_str(&format!("{} runs are in {}\n", told.len(), to.shown()));
    print(out.as_bytes())
}

/// All runs of a store, also those in the trash, the earliest first.
fn all(store: &dyn Store) -> Result<Vec<RunState>, Error> {
    let mut runs = Vec::new();
    for trashed in [false, true] {
        let filter = RunFilter { trashed, ..RunFilter::default() };
        let mut query = RunQuery { filter, order: Order::Oldest, limit: LARGEST_PAGE, after: None };
        loop {
            let page = store.runs(&query)?;
            runs.extend(page.runs);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
    }
    Ok(runs)
}

/// An event that waits to be written: who sent it, its number, its line.
type Held = (String, u64, String);

/// Copies one run: its events under their producers and numbers, so that a second copy doubles nothing, in the order
/// in which they were stored; then the marks. How many events were new.
fn copy(
    from: &Address,
    source: &dyn Store,
    to: &Address,
    target: &dyn Store,
    run: &RunState,
) -> Result<u64, Failure> {
    let mut stored = 0;
    let (mut held, mut bytes): (Vec<Held>, usize) = (Vec::new(), 0);
    let mut failed = None;
    // In the order in which they were stored, from the first on.
    let read = source.read(&run.id, Part::After(0), &mut |record| {
        bytes += record.line.len();
        held.push((record.producer.to_owned(), record.seq, record.line.to_owned()));
        if bytes < HELD {
            return ControlFlow::Continue(());
        }
        bytes = 0;
        match write(to, target, &run.id, &std::mem::take(&mut held)) {
            Ok(count) => {
                stored += count;
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(|error| from.failed(error))?;
    if let Some(error) = failed {
        return Err(to.failed(error));
    }
    let marked = write(to, target, &run.id, &held).and_then(|count| {
        stored += count;
        let pin = run.pinned.then_some(Mark::Pin(true));
        let labels = run
            .marks
            .iter()
            .map(|(name, value)| Mark::Label { name: name.clone(), value: Some(value.clone()) });
        let trash = run.trashed.map(|t| Mark::Trash(Some(t)));
        let mut marks = pin.into_iter().chain(labels).chain(trash);
        marks.try_for_each(|mark| patiently(to.wait(), || target.mark(&run.id, &mark)))
    });
    marked.map_err(|error| to.failed(error))?;
    Ok(stored)
}

/// Writes events, as many of one producer at once as stand together.
fn write(to: &Address, target: &dyn Store, run: &str, held: &[Held]) -> Result<u64, Error> {
    let mut stored = 0;
    for together in held.chunk_by(|a, b| a.0 == b.0) {
        let Some((producer, ..)) = together.first() else { continue };
        let lines: Vec<Numbered<'_>> =
            together.iter().map(|(_, seq, line)| Numbered { seq: *seq, line }).collect();
        for lines in batches(&lines) {
            let batch = Batch { run, producer, lines };
            stored += patiently(to.wait(), || target.append(&batch))?.stored;
        }
    }
    Ok(stored)
}
