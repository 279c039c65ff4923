//! A trace file that is being read. Complete slices are emitted as tasks at once; their times, and everything that
//! depends on later records (names of threads, ends, flows), are kept in columns until the file is complete.

use std::borrow::Cow;

use makespan_format::{Attempt, Event, EventSink, Fields, Json, RunInfo, Severity, Status, Task, read_line};
use makespan_model::{Interner, StrId};

use super::arguments::{ArgFacts, Launch};
use super::bazel::{ACTION, Action, Bazel, COMPONENT, Component, action_of};
use super::record::{Record, time, unit_of};
use super::tracks::Tracks;
use crate::importer::Unit;
use crate::json::document::Records;
use crate::json::tape::Value;
use crate::outcome::Unread;
use crate::tally::{Tally, clip};

/// One event that is more than metadata. Texts are ids of [`Trace::texts`].
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) ph: u8,
    /// Whether a flow binds to the enclosing slice.
    pub(super) enclosing: bool,
    /// The outcome that its arguments contain.
    pub(super) status: Option<Status>,
    /// Index into [`Tracks::threads`].
    pub(super) thread: u32,
    /// Nanoseconds from the trace's own origin.
    pub(super) ts: i64,
    /// Nanoseconds; `X` only. [`NO_END`] where it is not known.
    pub(super) dur: i64,
    pub(super) name: StrId,
    pub(super) cat: StrId,
    /// What `id` or `id2` is written as.
    pub(super) id: StrId,
    /// The scope of that id.
    pub(super) scope: StrId,
    /// The flow that leads into or out of this slice.
    pub(super) bind: StrId,
    pub(super) flow_in: bool,
    pub(super) flow_out: bool,
    /// The arguments, JSON; empty where there are none, or they were emitted already.
    pub(super) args: StrId,
}

/// The duration of a slice of which nobody knows when it ended.
pub(super) const NO_END: i64 = -1;

/// Members of the root that are longer are left out: they are sampled stacks, not facts about the run.
const LONGEST_LABEL: usize = 64 << 10;

/// A trace file.
pub(super) struct Trace {
    pub(super) name: String,
    pub(super) items: Vec<Item>,
    pub(super) texts: Interner,
    pub(super) tracks: Tracks,
    pub(super) tally: Tally,
    /// Status words that are not understood.
    pub(super) unread: Unread,
    /// Ids that arguments give, and of each slice the one that it got; empty where it is its number.
    own_ids: Interner,
    ids: Vec<StrId>,
    pub(super) repeated: u64,
    pub(super) launches: Vec<Launch>,
    pub(super) bazel: Bazel,
    /// The unit of times, where it was named.
    pub(super) unit: Option<Unit>,
    run_id: Option<String>,
    source: &'static str,
    /// The members of the root beside the events, as labels.
    pub(super) labels: Fields,
    label_keys: Vec<String>,
    /// Nanoseconds that the trace's origin lies behind the epoch.
    pub(super) base: Option<i64>,
    /// Whether our own export wrote records of it: their events are emitted at once, and nothing is left to be made of them.
    pub(super) is_own: bool,
    opened: bool,
}

impl Trace {
    pub(super) fn new(name: &str, unit: Option<Unit>) -> Trace {
        Trace {
            name: name.to_owned(),
            items: Vec::new(),
            texts: Interner::default(),
            tracks: Tracks::default(),
            tally: Tally::new(),
            unread: Unread::default(),
            own_ids: Interner::default(),
            ids: Vec::new(),
            repeated: 0,
            launches: Vec::new(),
            bazel: Bazel::default(),
            unit,
            run_id: None,
            source: "Chrome trace",
            labels: Fields::new(),
            label_keys: Vec::new(),
            base: None,
            is_own: false,
            opened: false,
        }
    }

    /// Emits the run event: the first time what is known, or what has come since.
    pub(super) fn open(&mut self, labels: Option<Json<'_>>, sink: &mut dyn EventSink) {
        if self.opened && labels.is_none() {
            return;
        }
        self.opened = true;
        let name = self.name.as_str();
        sink.event(Event::Run(RunInfo {
            id: Cow::Borrowed(self.run_id.as_deref().unwrap_or(name)),
            name: Some(Cow::Borrowed(name)),
            source: Some(Cow::Borrowed(self.source)),
            labels,
            ..RunInfo::default()
        }));
    }

    /// The id of the task of a slice.
    pub(super) fn id(&self, slice: u32) -> Cow<'_, str> {
        match self.ids.get(slice as usize) {
            Some(id) if !id.is_empty() => Cow::Borrowed(self.own_ids.get(*id)),
            _ => Cow::Owned(format!("slice {}", slice + 1)),
        }
    }

    /// Gives the slice that begins now an id: the one of its arguments, else its number.
    fn begin(&mut self, own: Option<Cow<'_, str>>) -> u32 {
        let slice = self.ids.len() as u32;
        let known = self.own_ids.len();
        let mut id = StrId::EMPTY;
        if let Some(own) = own {
            id = self.own_ids.intern(&own);
            if self.own_ids.len() == known {
                self.repeated += 1;
                id = StrId::EMPTY;
            }
        }
        if id.is_empty() && known > 1 {
            let mut free = format!("slice {}", slice + 1);
            if self.own_ids.find(&free).is_some() {
                while self.own_ids.find(&free).is_some() {
                    free.push('\'');
                }
                id = self.own_ids.intern(&free);
            }
        }
        self.ids.push(id);
        slice
    }

    fn event(&mut self, value: Value<'_, '_>, sink: &mut dyn EventSink) {
        if !value.is_object() {
            let what = "trace events that are not objects were ignored";
            self.tally.warn("bad-record", what, || clip(value.get()));
            return;
        }
        let r = Record::of(value);
        if let Some(own) = r.own {
            return self.own(own, sink);
        }
        let ph = match r.ph.map(|p| p.get().as_bytes()) {
            Some([b'"', ph, b'"']) => *ph,
            _ => {
                let what = "trace events without a phase were ignored";
                self.tally.warn("bad-record", what, || clip(value.get()));
                return;
            }
        };
        if r.others > 0 {
            let what = "members of trace events were ignored (colours, thread clocks, stacks …)";
            self.tally.count(Severity::Info, "unknown-member", what, u64::from(r.others));
        }
        if ph == b'M' {
            if !self.tracks.metadata(&r, plain(r.pid), plain(r.tid)) {
                let what = "metadata of other kinds are not shown";
                self.tally.info("not-shown", what, || r.name.map_or("", Value::get));
            }
            return;
        }
        if !b"XBEbneSTpFstfCiIR".contains(&ph) {
            let what = format!("trace events of phase {:?} are not shown", char::from(ph));
            self.tally.info("not-shown", &what, String::new);
            return;
        }
        let unit = r.ts.map_or(Unit::Microseconds, |ts| unit_of(ts, self.unit));
        let Some(ts) = r.ts.and_then(|ts| time(ts, unit)) else {
            let what = "trace events without a readable time were ignored";
            self.tally.warn("bad-time", what, || clip(value.get()));
            return;
        };
        if unit == Unit::Nanoseconds && self.unit.is_none() {
            let what = "times too large for microseconds were read as nanoseconds; --unit overrides this";
            self.tally.count(Severity::Warning, "time-unit-guessed", what, 1);
        }
        let dur = if ph == b'X' { self.duration(&r, unit, value) } else { NO_END };
        let thread = self.tracks.thread(plain(r.pid), plain(r.tid));
        let name = r.name.and_then(Value::text).unwrap_or_default();
        let cat = r.cat.and_then(Value::text).unwrap_or_default();
        let args = r.args.filter(|a| a.get() != "{}" && !a.is_null());
        let end = ts.saturating_add(dur.max(0));
        if ph == b'X' && name.starts_with("Total ") && args.is_some_and(is_total) {
            let what = "totals that clang adds over all slices of a name are not shown; they are not slices";
            self.tally.info("not-shown", what, || &*name);
            return;
        }
        if ph == b'X' && cat == COMPONENT {
            let name = self.texts.intern(action_of(&name));
            self.bazel.path.push(Component { name, start: ts, end });
            return;
        }
        let mut item = Item {
            ph,
            // `f` binds to the next slice unless it says otherwise, `s` and `t` to the one around them.
            enclosing: ph != b'f' || plain(r.bp) == "e",
            status: None,
            thread,
            ts,
            dur,
            name: StrId::EMPTY,
            cat: StrId::EMPTY,
            id: StrId::EMPTY,
            scope: StrId::EMPTY,
            bind: self.texts.intern(r.bind_id.map_or("", Value::get)),
            flow_in: is_true(r.flow_in),
            flow_out: is_true(r.flow_out),
            args: StrId::EMPTY,
        };
        if ph == b'X' {
            if cat == ACTION {
                let member = |key| args.and_then(|args| args.text_at(key)).unwrap_or_default();
                let (target, mnemonic) = (member("target"), member("mnemonic"));
                let out = r.out.and_then(Value::text).unwrap_or_default();
                self.bazel.actions.push(Action {
                    slice: self.ids.len() as u32,
                    name: self.texts.intern(&name),
                    start: ts,
                    end,
                    out: self.texts.intern(&out),
                    target: self.texts.intern(&target),
                    mnemonic: self.texts.intern(&mnemonic),
                });
            }
            let out = r.out.and_then(Value::text);
            item.status = self.complete(&name, &cat, out.as_deref(), args, sink);
            if dur == NO_END {
                item.status = item.status.or(Some(Status::Unknown));
            }
        } else {
            item.name = self.texts.intern(&name);
            item.cat = self.texts.intern(&cat);
            item.id = self.texts.intern(r.id.map_or("", Value::get));
            item.scope = self.texts.intern(r.scope.map_or("", Value::get));
            item.args = self.texts.append(args.map_or("", Value::get));
            if matches!(ph, b'B' | b'b' | b'S') {
                let mut facts = ArgFacts::default();
                args.into_iter().for_each(|args| facts.add(&name, args));
                self.begin(facts.id);
            }
        }
        if self.items.len() == self.items.capacity() {
            // By a quarter: doubling what holds millions is most of the memory for a moment.
            self.items.reserve_exact(self.items.len() / 4 + 1024);
        }
        self.items.push(item);
    }

    /// How long a complete slice took; [`NO_END`], and a complaint, where that is not known.
    fn duration(&mut self, r: &Record<'_, '_>, unit: Unit, value: Value<'_, '_>) -> i64 {
        let what = match r.dur.map(|dur| (dur.is_null(), time(dur, unit))) {
            Some((false, Some(dur))) if dur >= 0 => return dur,
            Some((false, Some(_))) => "negative durations; the ends of these slices are unknown",
            Some((false, None)) => {
                "durations that are too large or not numbers; the ends of these slices are unknown"
            }
            _ => "complete slices without a duration; their ends are unknown",
        };
        self.tally.warn("bad-duration", what, || clip(value.get()));
        NO_END
    }

    /// The event of ours that a record was made of.
    fn own(&mut self, value: Value<'_, '_>, sink: &mut dyn EventSink) {
        self.is_own = true;
        if !value.is_object() {
            return;
        }
        match read_line(value.get().as_bytes()) {
            Ok(line) => sink.event(line.event),
            Err(error) => {
                let what = format!("events of ours that could not be read were ignored: {}", error.message);
                self.tally.warn("bad-record", &what, || clip(value.get()));
            }
        }
    }

    /// Emits a complete slice except its times; returns its status.
    fn complete(
        &mut self,
        name: &str,
        cat: &str,
        out: Option<&str>,
        args: Option<Value<'_, '_>>,
        sink: &mut dyn EventSink,
    ) -> Option<Status> {
        let mut facts = ArgFacts::default();
        args.into_iter().for_each(|args| facts.add(name, args));
        self.open(None, sink);
        let slice = self.begin(facts.id.take());
        if let (Some(on_device), Some(args)) = (Launch::is_on_device(cat), args) {
            // 0 is written where there is no launch.
            let number = args.at("correlation").and_then(Value::whole).filter(|number| *number != 0);
            self.launches.extend(number.map(|correlation| Launch { correlation, slice, on_device }));
        }
        let status = facts.outcome.settle(&mut self.unread);
        let mut labels = Fields::new();
        if !cat.is_empty() {
            labels.str("category", cat);
        }
        if let Some(out) = out.filter(|out| !out.is_empty()) {
            labels.str("output", out);
        }
        let name = Cow::Borrowed(if name.is_empty() { "(no name)" } else { name });
        let id = self.id(slice);
        sink.event(Event::Task(Task {
            id: Cow::Borrowed(&*id),
            name: Some(name.clone()),
            step: Some(name),
            after: facts.after,
            labels: labels.finish(),
            params: args.filter(|a| a.is_object()).map(|a| Json::from_raw(a.get())),
            ..Task::default()
        }));
        let error = facts.outcome.into_error();
        if error.is_some() {
            sink.event(Event::Attempt(Attempt {
                task: Cow::Borrowed(&*id),
                number: 1,
                error,
                ..Attempt::default()
            }));
        }
        status
    }
}

/// Whether these are the arguments of a sum over all slices of a name, as clang writes them.
fn is_total(args: Value<'_, '_>) -> bool {
    args.at("count").is_some() && args.at("avg ms").is_some()
}

fn is_true(value: Option<Value<'_, '_>>) -> bool {
    value.is_some_and(|v| matches!(plain(Some(v)), "true" | "1"))
}

/// The text of a value without quotes.
fn plain<'a>(value: Option<Value<'_, 'a>>) -> &'a str {
    value.map_or("", |v| v.get().trim_matches('"'))
}

impl Records for Trace {
    fn is_list(&self, key: &str, opens: u8) -> bool {
        key == "traceEvents" && opens == b'['
    }

    fn member<'a>(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>, _sink: &mut dyn EventSink) {
        match &*key {
            "otherData" => {
                if let Some(date) = value.text_at("date") {
                    self.base = self.base.or_else(|| super::bazel::date(&date));
                }
                for (_, id) in value.members().filter(|(k, _)| k == "build_id") {
                    // Once the run is emitted with a name, it keeps it.
                    if !self.opened {
                        (self.run_id, self.source) = (id.text().map(Cow::into_owned), "Bazel profile");
                    }
                }
            }
            "viztracer_metadata" => {
                self.source = "viztracer";
                let base = value.members().filter(|(k, _)| k == "baseTimeNanoseconds").last();
                self.base = self.base.or(base.and_then(|(_, v)| v.whole()));
            }
            "deviceProperties" => self.source = "PyTorch Kineto",
            "baseTimeNanoseconds" => self.base = self.base.or(value.whole()),
            // Of clang, microseconds since 1970.
            "beginningOfTime" => {
                self.base = self.base.or(value.whole().and_then(|micros| micros.checked_mul(1000)));
            }
            _ => {}
        }
        if value.get().len() > LONGEST_LABEL {
            let what = "long members of the file outside its events were ignored";
            self.tally.info("left-out", what, || key.into_owned());
        } else if !self.label_keys.iter().any(|k| **k == *key) {
            self.labels.raw(&key, value.get());
            self.label_keys.push(key.into_owned());
        }
    }

    fn record<'a>(&mut self, _key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink) {
        self.event(value, sink);
    }
}
