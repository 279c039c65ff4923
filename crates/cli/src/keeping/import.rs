//! `makespan import`: runs of files into the store.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use makespan_format::{Event, EventSink, RunInfo, read_line, write_line};
use makespan_scene::{count, counted};
use makespan_store::{Batch, Error, EventRange, Numbered, Store, key};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{ImportArgs, Input};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load_events;
use crate::output::{clean, print, print_json};
use crate::stored::{Address, damage, known, patiently};

/// As many events are sent at once, and no more than so many bytes of them.
const AT_ONCE: usize = 2_000;
const BYTES_AT_ONCE: usize = 4 << 20;

/// The events of each run, as lines, in the order in which they came.
#[derive(Default)]
struct Runs {
    runs: Vec<(String, Vec<String>)>,
    by_id: BTreeMap<String, usize>,
    current: usize,
}

impl EventSink for Runs {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Run(info) = &event {
            let next = self.runs.len();
            self.current = *self.by_id.entry(info.id.to_string()).or_insert(next);
            if self.current == next {
                self.runs.push((info.id.to_string(), Vec::new()));
            }
            if is_bare(info) {
                return;
            }
        }
        // Files without a run are reported on stderr. They are about no run, least of all about the one read last.
        if matches!(&event, Event::Diagnostic(d) if matches!(&*d.code, "file-not-read" | "file-empty")) {
            return;
        }
        // Diagnostics before the first run are about the file, not about a run.
        if let Some((_, lines)) = self.runs.get_mut(self.current) {
            lines.push(line_of(&event));
        }
    }
}

/// Returns whether it only identifies the run.
fn is_bare(info: &RunInfo<'_>) -> bool {
    *info == RunInfo { id: info.id.clone(), ..RunInfo::default() }
}

fn line_of(event: &Event<'_>) -> String {
    let mut line = String::new();
    write_line(event, &mut line);
    line.truncate(line.trim_end_matches('\n').len());
    line
}

/// The result of importing a run: its id, its events in the files, how many of them were stored, and whether it is new.
pub(crate) type Brought = (String, u64, u64, bool);

/// The document of `makespan import --json` and `makespan copy --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TransferDocument {
    pub(super) runs: Vec<Transfer>,
}

/// A run, its events, and how many of them were new to the store.
#[derive(Serialize, JsonSchema)]
pub(super) struct Transfer {
    pub(super) run: String,
    pub(super) events: u64,
    pub(super) stored: u64,
}

/// Brings the runs of files into the store.
pub(crate) fn run(args: &ImportArgs, config: &Config) -> Result<(), Failure> {
    // Read first: where nothing can be read, no empty store is left behind.
    let read = read(&args.input, config)?;
    let address = Address::new(config)?;
    let store = address.open()?;
    let imported = bring_all(read, &address, &*store)?;
    if args.json {
        let run = |(id, events, stored, _): &Brought| Transfer {
            run: id.clone(),
            events: *events,
            stored: *stored,
        };
        return print_json(&TransferDocument { runs: imported.iter().map(run).collect() });
    }
    let mut out = String::new();
    for (id, events, stored, is_new) in imported {
        let what = match stored {
            0 => "nothing new".to_owned(),
            n if is_new => counted(n, "event"),
            n => format!("{} of {}", counted(n, "new event"), count(events)),
        };
        out.push_str(&format!("{}: {what}\n", clean(&id)));
    }
    print(&out)
}

/// Reads files, and brings their runs into a store that is open.
///
/// # Errors
///
/// [`Failure::NothingRead`] where there is no run in them, and what stands in the way of storing.
pub(crate) fn bring_files(
    input: &Input,
    config: &Config,
    address: &Address,
    store: &dyn Store,
) -> Result<Vec<Brought>, Failure> {
    bring_all(read(input, config)?, address, store)
}

fn read(input: &Input, config: &Config) -> Result<Runs, Failure> {
    let mut read = Runs::default();
    load_events(input, config, &mut read, |read| read.runs.is_empty())?;
    Ok(read)
}

fn bring_all(read: Runs, address: &Address, store: &dyn Store) -> Result<Vec<Brought>, Failure> {
    let mut imported = Vec::new();
    for (id, mut lines) in read.runs {
        if lines.is_empty() {
            lines.push(line_of(&Event::Run(RunInfo { id: id.as_str().into(), ..RunInfo::default() })));
        }
        let is_new = known(address, store, &id)?.is_none();
        let stored = bring(address, store, &id, &lines).map_err(|error| address.failed(error))?;
        imported.push((id, lines.len() as u64, stored, is_new));
    }
    Ok(imported)
}

/// Stores the lines that the store does not have; how many these were.
///
/// Events that are stored already are recognised by their content, not by their producer, so that a file that has grown,
/// and a run that was exported from this store, double nothing. A line that is there twice in the file and once in the
/// store is brought once. The producer is named after all lines, so that an import that was cut off, or done twice at
/// the same moment, doubles nothing either.
fn bring(address: &Address, store: &dyn Store, id: &str, lines: &[String]) -> Result<u64, Error> {
    let mut there: HashMap<[u8; 16], u64> = HashMap::new();
    if store.run(id)?.is_some() {
        // What is damaged is not there, so that an import brings it back.
        let gaps = store.read(id, EventRange::All, &mut |record| {
            // In the one form that all lines are written in here.
            let line = read_line(record.line.as_bytes()).map(|read| line_of(&read.event));
            *there.entry(key(&line.unwrap_or_else(|_| record.line.to_owned()))).or_default() += 1;
            ControlFlow::Continue(())
        })?;
        damage::report(id, &gaps);
    }
    let missing: Vec<Numbered<'_>> = (1..)
        .zip(lines)
        .filter(|(_, line)| match there.get_mut(&key(line)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .map(|(seq, line)| Numbered { seq, line })
        .collect();
    let all: String =
        lines.iter().map(|line| key(line)).flat_map(|key| key.map(|byte| format!("{byte:02x}"))).collect();
    let producer: String = key(&all).iter().map(|byte| format!("{byte:02x}")).collect();
    let producer = format!("import-{producer}");
    let mut stored = 0;
    for lines in batches(&missing) {
        let batch = Batch { run: id, producer: &producer, lines };
        stored += patiently(address.wait(), || store.append(&batch))?.stored;
    }
    Ok(stored)
}

/// The lines in parts that are neither too many nor too long.
fn batches<'l, 'a>(lines: &'l [Numbered<'a>]) -> Vec<&'l [Numbered<'a>]> {
    let mut parts = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        if at > from && (at - from >= AT_ONCE || bytes + line.line.len() > BYTES_AT_ONCE) {
            parts.push(&lines[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += line.line.len();
    }
    if from < lines.len() {
        parts.push(&lines[from..]);
    }
    parts
}
