//! Traces in Perfetto's own format, a `Trace` of `TracePacket`s with `TrackEvent`s (perfetto.dev, "Synthetic trace
//! generation"; `protos/perfetto/trace` of its sources). Unlike the JSON format it keeps nanoseconds and draws metrics as
//! counters with units. A run is a process, a row of its timeline a thread, an attempt a slice, a dependency a flow.

use std::collections::BTreeMap;

use makespan_analysis::Facts;
use makespan_model::{AttemptId, NONE, Order as _, Run, TaskId, UNKNOWN};
use makespan_scene::counted;
use makespan_views::timeline::{Index, Lanes};

use crate::protobuf::Message;

// Fields of messages.
const TRACE_PACKET: u32 = 1;
const PACKET_TIMESTAMP: u32 = 8;
const PACKET_SEQUENCE: u32 = 10;
const PACKET_EVENT: u32 = 11;
const PACKET_TRACK: u32 = 60;
const TRACK_UUID: u32 = 1;
const TRACK_NAME: u32 = 2;
const TRACK_PROCESS: u32 = 3;
const TRACK_THREAD: u32 = 4;
const TRACK_PARENT: u32 = 5;
const TRACK_COUNTER: u32 = 8;
const PROCESS_PID: u32 = 1;
const PROCESS_NAME: u32 = 6;
const THREAD_PID: u32 = 1;
const THREAD_TID: u32 = 2;
const THREAD_NAME: u32 = 5;
const COUNTER_UNIT: u32 = 6;
const EVENT_ANNOTATION: u32 = 4;
const EVENT_TYPE: u32 = 9;
const EVENT_TRACK: u32 = 11;
const EVENT_CATEGORY: u32 = 22;
const EVENT_NAME: u32 = 23;
const EVENT_COUNTER: u32 = 44;
const EVENT_FLOW: u32 = 47;
const EVENT_FLOW_END: u32 = 48;
const ANNOTATION_NUMBER: u32 = 4;
const ANNOTATION_TEXT: u32 = 6;
const ANNOTATION_NAME: u32 = 10;

/// Types of events.
const BEGIN: u64 = 1;
const END: u64 = 2;
const INSTANT: u64 = 3;
const COUNTER: u64 = 4;

/// Maximum number of tracks per run.
const TRACKS: u64 = 1 << 32;

/// Writes all runs as one trace. What the format cannot represent is added to `notes`, as sentences. O(n log n) in the events.
pub fn perfetto(runs: &[&Facts], notes: &mut Vec<String>) -> Vec<u8> {
    let mut out = Message::default();
    let (mut untimed, mut loose) = (0, 0);
    for (number, facts) in runs.iter().enumerate() {
        let run = facts.run();
        let lanes = Index::new(run, Lanes::Worker);
        let mut process = Process { run, lanes: &lanes, pid: number as u64 + 1, out: &mut out };
        process.tracks();
        process.attempts();
        process.logs();
        loose += process.counters();
        untimed += untimed_attempts(run);
    }
    for (count, what) in [(untimed, "attempt"), (loose, "measured value")] {
        if count > 0 {
            let without = if what == "attempt" { "a start" } else { "a time" };
            notes.push(format!("left out: {} without {without}", counted(count, what)));
        }
    }
    out.finish()
}

/// Returns the number of attempts without a start, which trace viewers do not show.
pub(crate) fn untimed_attempts(run: &Run) -> usize {
    run.attempts.started.iter().filter(|t| **t == UNKNOWN).count()
}

/// A run while it is written.
struct Process<'r> {
    run: &'r Run,
    lanes: &'r Index,
    pid: u64,
    out: &'r mut Message,
}

impl Process<'_> {
    /// Returns the id of a track of this run; 0 is the run itself. A trace has no track 0.
    fn track(&self, number: u64) -> u64 {
        self.pid.wrapping_mul(TRACKS).wrapping_add(number)
    }

    fn packet(&mut self, t: Option<i64>, field: u32, content: &Message) {
        let mut packet = Message::default();
        if let Some(t) = t {
            // There is no time before the epoch.
            packet.number(PACKET_TIMESTAMP, u64::try_from(t).unwrap_or(0));
        }
        packet.number(PACKET_SEQUENCE, 1).message(field, content);
        self.out.message(TRACE_PACKET, &packet);
    }

    fn tracks(&mut self) {
        let (mut process, mut track) = (Message::default(), Message::default());
        process.number(PROCESS_PID, self.pid).text(PROCESS_NAME, self.run.title());
        track.number(TRACK_UUID, self.track(0)).message(TRACK_PROCESS, &process);
        self.packet(None, PACKET_TRACK, &track);
        let lanes = self.lanes;
        for lane in &lanes.lanes {
            for row in 0..lane.rows {
                let name = if row == 0 { lane.name.clone() } else { format!("{} ({})", lane.name, row + 1) };
                let number = u64::from(lane.first_row + row) + 1;
                let (mut thread, mut track) = (Message::default(), Message::default());
                thread.number(THREAD_PID, self.pid).number(THREAD_TID, number).text(THREAD_NAME, &name);
                track.number(TRACK_UUID, self.track(number)).number(TRACK_PARENT, self.track(0));
                track.message(TRACK_THREAD, &thread);
                self.packet(None, PACKET_TRACK, &track);
            }
        }
    }

    /// Writes the attempts, in order of time in each row: a slice that begins when another ends comes after it.
    fn attempts(&mut self) {
        let (run, a) = (self.run, &self.run.attempts);
        let mut flows: BTreeMap<u32, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
        for (number, (from, to)) in run.successors.pairs().enumerate() {
            let id = self.track(number as u64 + 1);
            let is_shown =
                |at: &AttemptId| a.started[at.index()] != UNKNOWN && self.lanes.row_of(*at).is_some();
            let last = run.attempts_of(TaskId(from)).rfind(is_shown);
            let first = run.attempts_of(TaskId(to)).find(is_shown);
            if let (Some(last), Some(first)) = (last, first) {
                flows.entry(last.0).or_default().0.push(id);
                flows.entry(first.0).or_default().1.push(id);
            }
        }
        let mut order: Vec<(u32, i64, i64, u32)> = Vec::with_capacity(a.task.len());
        for at in 0..a.task.len() as u32 {
            let i = at as usize;
            if let Some(row) = self.lanes.row_of(AttemptId(at)).filter(|_| a.started[i] != UNKNOWN) {
                let ended = if a.ended[i] == UNKNOWN { self.lanes.extent.1 } else { a.ended[i] };
                order.push((row, a.started[i], ended.max(a.started[i]), at));
            }
        }
        order.order();
        for (row, started, ended, at) in order {
            let i = at as usize;
            let task = TaskId(a.task[i]);
            let track = self.track(u64::from(row) + 1);
            let mut event = Message::default();
            event.number(EVENT_TYPE, BEGIN).number(EVENT_TRACK, track).text(EVENT_CATEGORY, "task");
            event.text(EVENT_NAME, run.task_name(task));
            for (name, value) in [
                ("task", run.task_id(task)),
                ("step", run.task_step(task)),
                ("status", a.status[i].name()),
                ("error", run.text(a.error[i])),
                ("error_kind", run.text(a.error_kind[i])),
            ] {
                if !value.is_empty() {
                    let mut annotation = Message::default();
                    annotation.text(ANNOTATION_TEXT, value).text(ANNOTATION_NAME, name);
                    event.message(EVENT_ANNOTATION, &annotation);
                }
            }
            let mut annotation = Message::default();
            annotation.number(ANNOTATION_NUMBER, u64::from(a.number[i])).text(ANNOTATION_NAME, "attempt");
            event.message(EVENT_ANNOTATION, &annotation);
            if let Some((leaving, arriving)) = flows.get(&at) {
                leaving.iter().for_each(|id| _ = event.fixed(EVENT_FLOW, *id));
                arriving.iter().for_each(|id| _ = event.fixed(EVENT_FLOW_END, *id));
            }
            self.packet(Some(started), PACKET_EVENT, &event);
            let mut event = Message::default();
            event.number(EVENT_TYPE, END).number(EVENT_TRACK, track);
            self.packet(Some(ended), PACKET_EVENT, &event);
        }
    }

    /// Writes log lines and alerts that have a time, on the track of the run.
    fn logs(&mut self) {
        let (run, l, alerts) = (self.run, &self.run.logs, &self.run.alerts);
        let lines = (0..l.t.len()).map(|i| (l.t[i], "log", l.text[i]));
        let lines = lines.chain((0..alerts.t.len()).map(|i| (alerts.t[i], "alert", alerts.text[i])));
        for (t, category, text) in lines.filter(|line| line.0 != UNKNOWN) {
            let mut event = Message::default();
            event.number(EVENT_TYPE, INSTANT).number(EVENT_TRACK, self.track(0));
            event.text(EVENT_CATEGORY, category).text(EVENT_NAME, run.text(text));
            self.packet(Some(t), PACKET_EVENT, &event);
        }
    }

    /// Writes metrics that have times, one counter per metric and task; returns how many values have no time.
    fn counters(&mut self) -> usize {
        let (run, s) = (self.run, &self.run.samples);
        let first = u64::from(self.lanes.row_count()) + 1;
        let mut tracks: BTreeMap<(u32, &str), u64> = BTreeMap::new();
        let mut loose = 0;
        for i in 0..s.task.len() {
            if s.t[i] == UNKNOWN {
                loose += 1;
                continue;
            }
            let name = run.text(s.name[i]);
            let next = self.track(first + tracks.len() as u64);
            let track = *tracks.entry((s.task[i], name)).or_insert(next);
            if track == next {
                let whose = if s.task[i] == NONE { "" } else { run.task_name(TaskId(s.task[i])) };
                let title = if whose.is_empty() { name.to_owned() } else { format!("{name} of {whose}") };
                let (mut counter, mut descriptor) = (Message::default(), Message::default());
                if !s.unit[i].is_empty() {
                    counter.text(COUNTER_UNIT, run.text(s.unit[i]));
                }
                descriptor.number(TRACK_UUID, track).number(TRACK_PARENT, self.track(0));
                descriptor.text(TRACK_NAME, &title).message(TRACK_COUNTER, &counter);
                self.packet(None, PACKET_TRACK, &descriptor);
            }
            let mut event = Message::default();
            event.number(EVENT_TYPE, COUNTER).number(EVENT_TRACK, track).double(EVENT_COUNTER, s.value[i]);
            self.packet(Some(s.t[i]), PACKET_EVENT, &event);
        }
        loose
    }
}
