//! Copies runs from one store to another, and to files.

use std::io::Write;
use std::ops::ControlFlow;

use makespan_format::{Event, RunInfo, write_line};

use crate::{Batch, Error, EventRange, Gaps, Mark, Numbered, OnDamage, RunState, Store};

/// Label of a run that was copied without its damaged parts; the value describes them.
const DAMAGED: &str = "damaged";

/// Maximum number of events per batch; the next constant limits their size in bytes.
const EVENTS_AT_ONCE: usize = 4_096;
const BYTES_AT_ONCE: usize = 4 << 20;

/// Result of a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Number of events that were read.
    pub events: u64,
    /// Number of these that were new in the target.
    pub stored: u64,
    /// Parts that could not be read.
    pub gaps: Gaps,
}

/// Copies a run: its events in the order in which they were stored, with their producers and numbers, and its marks. A
/// second copy stores nothing, and one that was interrupted is completed by the next.
///
/// If the target has the run, events and labels are added to it, labels of the same name are replaced, and it is pinned
/// if either is. It moves to the trash only if the source run is in the trash.
///
/// A damaged run is copied only if the caller accepts damage; the copy then has a label that lists the missing parts.
///
/// # Errors
///
/// [`Error::NoRun`], [`Error::Corrupt`] for damage that is not accepted, and errors of reading or writing. Everything
/// copied before the error remains.
pub fn copy(from: &dyn Store, to: &dyn Store, run: &str, damage: OnDamage) -> Result<Copied, Error> {
    let state = from.run(run)?.ok_or_else(|| Error::NoRun { run: run.to_owned() })?;
    if damage == OnDamage::Refuse {
        from.check(run)?.refuse(run)?;
    }
    let mut sending = Sending { to, run, copied: Copied::default(), held: Vec::new(), bytes: 0 };
    let mut failed = None;
    let gaps = from.read(run, EventRange::After(0), &mut |record| match sending.take(record) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    sending.send()?;
    // The trash comes last, because other marks restore the run.
    if !gaps.is_empty() && to.run(run)?.is_some() {
        to.mark(run, &Mark::Label { name: DAMAGED.to_owned(), value: Some(gaps.to_string()) })?;
    }
    for mark in marks(&state) {
        to.mark(run, &mark)?;
    }
    Ok(Copied { gaps, ..sending.copied })
}

/// Events waiting to be sent.
struct Sending<'a> {
    to: &'a dyn Store,
    run: &'a str,
    copied: Copied,
    /// Producer, number and line of each.
    held: Vec<(String, u64, String)>,
    bytes: usize,
}

impl Sending<'_> {
    fn take(&mut self, record: crate::Record<'_>) -> Result<(), Error> {
        self.held.push((record.producer.to_owned(), record.seq, record.line.to_owned()));
        self.bytes += record.line.len();
        if self.held.len() < EVENTS_AT_ONCE && self.bytes < BYTES_AT_ONCE {
            return Ok(());
        }
        self.send()
    }

    /// Sends the waiting events, in batches of consecutive events of one producer, so that their order is kept.
    fn send(&mut self) -> Result<(), Error> {
        for together in self.held.chunk_by(|a, b| a.0 == b.0) {
            let Some((producer, ..)) = together.first() else { continue };
            // A batch is stored in the order of its numbers, so a lower number begins a new batch.
            for rising in together.chunk_by(|a, b| a.1 < b.1) {
                let lines: Vec<Numbered<'_>> =
                    rising.iter().map(|(_, seq, line)| Numbered { seq: *seq, line }).collect();
                let batch = Batch { run: self.run, producer, lines: &lines };
                self.copied.stored += self.to.append(&batch)?.stored;
                self.copied.events += lines.len() as u64;
            }
        }
        self.held.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Returns the changes that people made to a run. The trash comes last.
fn marks(run: &RunState) -> impl Iterator<Item = Mark> {
    let label =
        |(name, value): (&String, &String)| Mark::Label { name: name.clone(), value: Some(value.clone()) };
    let pin = run.pinned.then_some(Mark::Pin(true));
    pin.into_iter().chain(run.marks.iter().map(label)).chain(run.trashed.map(|t| Mark::Trash(Some(t))))
}

/// Result of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Number of events that were written.
    pub events: u64,
    /// Parts that could not be read.
    pub gaps: Gaps,
}

/// Writes a run as a file of events (JSON Lines): a line that names the run, then its lines byte for byte, in the order
/// of [`Store::read`]. Damage becomes a diagnostic at the end.
///
/// # Errors
///
/// [`Error::NoRun`], and errors of reading or writing.
pub fn export(store: &dyn Store, run: &str, out: &mut dyn Write) -> Result<Exported, Error> {
    let mut name = String::new();
    write_line(&Event::Run(RunInfo { id: run.into(), ..RunInfo::default() }), &mut name);
    let (mut events, mut written) = (0, Ok(()));
    let gaps = store.read(run, EventRange::All, &mut |record| {
        let named = if events == 0 { out.write_all(name.as_bytes()) } else { Ok(()) };
        written =
            named.and_then(|()| out.write_all(record.line.as_bytes())).and_then(|()| out.write_all(b"\n"));
        events += 1;
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    if events == 0 {
        out.write_all(name.as_bytes())?;
    }
    if let Some(found) = gaps.diagnostic() {
        let mut line = String::new();
        write_line(&Event::Diagnostic(found), &mut line);
        out.write_all(line.as_bytes())?;
    }
    Ok(Exported { events, gaps })
}
