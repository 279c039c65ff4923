//! What the contract needs: places to keep a store in, processes that write and are killed, and small helpers to
//! speak of events.
#![allow(dead_code)]

pub(crate) mod child;
pub(crate) mod homes;
#[cfg(feature = "mongodb")]
pub(crate) mod mongodb;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
pub(crate) mod servers;

use std::io::Write as _;
use std::ops::ControlFlow;

use makespan_store::{Appended, Batch, Error, EventRange, Numbered, Store};

/// Says, past the harness that swallows what tests print, that something was not tested and why.
pub(crate) fn skipped(what: &str, why: &str) {
    let _ = writeln!(std::io::stdout(), "skipped: {what}: {why}");
}

/// Xorshift (Marsaglia, 2003): the same numbers on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// Appends lines with their numbers.
pub(crate) fn put<L: AsRef<str>>(
    store: &dyn Store,
    run: &str,
    producer: &str,
    lines: &[(u64, L)],
) -> Result<Appended, Error> {
    let lines: Vec<Numbered<'_>> =
        lines.iter().map(|(seq, line)| Numbered { seq: *seq, line: line.as_ref() }).collect();
    store.append(&Batch { run, producer, lines: &lines })
}

/// Appends lines, numbered from 1, as a producer of its own.
pub(crate) fn tell<L: AsRef<str>>(store: &dyn Store, run: &str, lines: &[L]) {
    let lines: Vec<(u64, &str)> = (1..).zip(lines.iter().map(AsRef::as_ref)).collect();
    let appended = put(store, run, "teller", &lines).unwrap();
    assert_eq!(appended.stored, lines.len() as u64);
}

/// Producer, number and line of each event.
pub(crate) type Records = Vec<(String, u64, String)>;

pub(crate) fn records_of(store: &dyn Store, run: &str, part: EventRange) -> Result<Records, Error> {
    let mut all = Vec::new();
    // What is damaged is for the tests that damage something.
    let _ = store.read(run, part, &mut |record| {
        all.push((record.producer.to_owned(), record.seq, record.line.to_owned()));
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

pub(crate) fn records(store: &dyn Store, run: &str) -> Records {
    records_of(store, run, EventRange::All).unwrap()
}

pub(crate) fn lines(store: &dyn Store, run: &str) -> Vec<String> {
    records(store, run).into_iter().map(|(_, _, line)| line).collect()
}

/// A text as a JSON string.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::new();
    makespan_format::write_json_string(text, &mut out);
    out
}

/// What one says of a task with one attempt.
pub(crate) fn attempt(task: &str, started: i64, ended: Option<i64>, status: &str) -> String {
    let ended = ended.map_or(String::new(), |t| format!(",\"ended\":{t}"));
    format!(
        "{{\"event\":\"attempt\",\"task\":{},\"started\":{started}{ended},\"status\":\"{status}\"}}",
        json(task)
    )
}

/// The line that opens a run of a workflow.
pub(crate) fn opening(run: &str, workflow: &str) -> String {
    format!("{{\"event\":\"run\",\"makespan\":1,\"run\":{},\"workflow\":{}}}", json(run), json(workflow))
}
