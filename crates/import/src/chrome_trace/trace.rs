//! A trace file to its events in memory: one pass, borrowing everything.

use std::borrow::Cow;
use std::fmt;

use makespan_format::Severity;
use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::record::{Record, micros};
use crate::importer::ReadError;
use crate::json::{self, JsonError, Mended, number_of, text_of};
use crate::tally::{Tally, clip};

/// One event that is more than metadata.
pub(super) struct Item<'a> {
    pub(super) ph: u8,
    /// Nanoseconds from the trace's own origin.
    pub(super) ts: i64,
    /// Nanoseconds; `X` only.
    pub(super) dur: i64,
    /// Index into [`Trace::threads`].
    pub(super) thread: u32,
    pub(super) name: Cow<'a, str>,
    pub(super) cat: Cow<'a, str>,
    /// What `id` or `id2` is written as.
    pub(super) id: &'a str,
    /// Whether a flow binds to the enclosing slice.
    pub(super) enclosing: bool,
    pub(super) args: Option<&'a RawValue>,
}

/// A thread, and what metadata tell of it.
#[derive(Default)]
pub(super) struct Thread<'a> {
    pub(super) process: u32,
    pub(super) tid: Cow<'a, str>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) sort: Option<i64>,
}

/// A process, and what metadata tell of it.
#[derive(Default)]
pub(super) struct Process<'a> {
    pub(super) pid: Cow<'a, str>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) labels: Option<Cow<'a, str>>,
    pub(super) sort: Option<i64>,
}

/// A trace file.
#[derive(Default)]
pub(super) struct Trace<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) threads: Vec<Thread<'a>>,
    pub(super) processes: Vec<Process<'a>>,
    /// The members of the root beside the events.
    pub(super) root: Vec<(Cow<'a, str>, &'a RawValue)>,
    pub(super) mended: Mended,
    pub(super) tally: Tally,
    thread_of: FxHashMap<(&'a str, &'a str), u32>,
    process_of: FxHashMap<&'a str, u32>,
    last: Option<(&'a str, &'a str, u32)>,
}

impl<'a> Trace<'a> {
    pub(super) fn read(
        bytes: &'a [u8],
        scratch: &'a mut Vec<u8>,
        name: &str,
    ) -> Result<Trace<'a>, ReadError> {
        let plain = json::without_bom(bytes);
        let mut trace = Trace::default();
        match fill(plain, &mut trace) {
            Ok(()) => return Ok(trace),
            // The closing brackets may be absent; what came before them is there already.
            Err(e) if e.is_eof() && !trace.items.is_empty() => {
                let cut = plain.trim_ascii_end();
                if cut.last() != Some(&b',') && cut.last() != Some(&b'}') && cut.last() != Some(&b']') {
                    trace.mended.truncated_at = JsonError::from_serde(&e, plain).offset;
                }
                return Ok(trace);
            }
            Err(_) => {}
        }
        let (root, mended) = json::parse::<&RawValue>(bytes, scratch).map_err(|e| e.into_read_error(name))?;
        let mut trace = Trace { mended, ..Trace::default() };
        fill(root.get().as_bytes(), &mut trace).map_err(|e| ReadError::Broken {
            message: format!("{name} is not a trace: {e}"),
            offset: None,
        })?;
        Ok(trace)
    }

    fn record(&mut self, raw: &'a RawValue) {
        let Ok(r) = serde_json::from_str::<Record<'a>>(raw.get()) else {
            self.tally
                .warn("bad-record", "trace events that are no objects were left out", || clip(raw.get()));
            return;
        };
        let ph = match r.ph.map(|p| p.get().as_bytes()) {
            Some([b'"', ph, b'"']) => *ph,
            _ => {
                self.tally
                    .warn("bad-record", "trace events without a phase were left out", || clip(raw.get()));
                return;
            }
        };
        if r.others > 0 {
            let what = "members of trace events that are not kept (colours, thread clocks, stacks …)";
            self.tally.count(Severity::Info, "unknown-member", what, u64::from(r.others));
        }
        let bare = |v: Option<&'a RawValue>| v.map_or("", |v| v.get().trim_matches('"'));
        let (pid, tid) = (bare(r.pid), bare(r.tid));
        if ph == b'M' {
            self.metadata(&r, pid, tid);
            return;
        }
        if !b"XBEbneSTpFstfCiIR".contains(&ph) {
            let what = format!("trace events of phase {:?} are not shown", char::from(ph));
            self.tally.info("not-shown", &what, String::new);
            return;
        }
        let Some(ts) = r.ts.and_then(micros) else {
            self.tally
                .warn("bad-time", "trace events without a readable time were left out", || clip(raw.get()));
            return;
        };
        let dur = r.dur.and_then(micros).unwrap_or(0);
        if dur < 0 {
            self.tally.warn("bad-duration", "negative durations were taken as 0", || clip(raw.get()));
        }
        let thread = self.thread(pid, tid);
        self.items.push(Item {
            ph,
            ts,
            dur: dur.max(0),
            thread,
            name: r.name.and_then(text_of).unwrap_or_default(),
            cat: r.cat.and_then(text_of).unwrap_or_default(),
            id: r.id.map_or("", RawValue::get),
            // `f` binds to the next slice unless it says otherwise, `s` and `t` to the one around them.
            enclosing: ph != b'f' || bare(r.bp) == "e",
            args: r.args.filter(|a| a.get() != "{}" && a.get() != "null"),
        });
    }

    fn process(&mut self, pid: &'a str) -> u32 {
        let processes = &mut self.processes;
        *self.process_of.entry(pid).or_insert_with(|| {
            processes.push(Process { pid: Cow::Borrowed(pid), ..Process::default() });
            processes.len() as u32 - 1
        })
    }

    fn thread(&mut self, pid: &'a str, tid: &'a str) -> u32 {
        if let Some((p, t, thread)) = self.last
            && p == pid
            && t == tid
        {
            return thread;
        }
        let process = self.process(pid);
        let threads = &mut self.threads;
        let thread = *self.thread_of.entry((pid, tid)).or_insert_with(|| {
            threads.push(Thread { process, tid: Cow::Borrowed(tid), ..Thread::default() });
            threads.len() as u32 - 1
        });
        self.last = Some((pid, tid, thread));
        thread
    }

    fn metadata(&mut self, r: &Record<'a>, pid: &'a str, tid: &'a str) {
        let member = |key: &str| {
            let mut found = None;
            r.args.map(|args| {
                json::each_member(args, |k, v| {
                    if k == key {
                        found = Some(v)
                    }
                })
            });
            found
        };
        let text = |key: &str| member(key).and_then(text_of).filter(|t| !t.is_empty());
        let sort = || member("sort_index").and_then(number_of).map(|n| n as i64);
        match r.name.and_then(text_of).as_deref() {
            Some("process_name") => {
                let at = self.process(pid) as usize;
                self.processes[at].name = text("name").or(self.processes[at].name.take());
            }
            Some("process_labels") => {
                let at = self.process(pid) as usize;
                self.processes[at].labels = text("labels");
            }
            Some("process_sort_index") => {
                let at = self.process(pid) as usize;
                self.processes[at].sort = sort();
            }
            Some("thread_name") => {
                let at = self.thread(pid, tid) as usize;
                self.threads[at].name = text("name").or(self.threads[at].name.take());
            }
            Some("thread_sort_index") => {
                let at = self.thread(pid, tid) as usize;
                self.threads[at].sort = sort();
            }
            _ => self.tally.info("not-shown", "metadata of other kinds are not shown", || {
                r.name.map_or("", RawValue::get)
            }),
        }
    }
}

/// Reads the root into the trace; what was read stays there even where reading fails later.
fn fill<'a>(bytes: &'a [u8], trace: &mut Trace<'a>) -> Result<(), serde_json::Error> {
    let mut de = serde_json::Deserializer::from_slice(bytes);
    de.deserialize_any(RootVisitor(trace))?;
    de.end()
}

struct RootVisitor<'t, 'a>(&'t mut Trace<'a>);

impl<'de> Visitor<'de> for RootVisitor<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of trace events or an object with one")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&'de RawValue>()? {
            self.0.record(raw);
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<RootKey<'de>>()? {
            match key {
                RootKey::Events => map.next_value_seed(Events(&mut *self.0))?,
                RootKey::Other(key) => self.0.root.push((key, map.next_value()?)),
            }
        }
        Ok(())
    }
}

enum RootKey<'a> {
    Events,
    Other(Cow<'a, str>),
}

impl<'de> Deserialize<'de> for RootKey<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<RootKey<'de>, D::Error> {
        let key = json::Key::deserialize(d)?.0;
        Ok(if key == "traceEvents" { RootKey::Events } else { RootKey::Other(key) })
    }
}

struct Events<'t, 'a>(&'t mut Trace<'a>);

impl<'de> serde::de::DeserializeSeed<'de> for Events<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(RootVisitor(self.0))
    }
}
