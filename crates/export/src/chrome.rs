//! The Trace Event format of Chrome's tracing (Google, "Trace Event Format", 2016), which Perfetto and speedscope open.
//!
//! Each record has a member `makespan`, which viewers ignore, with the event that it was made from, or `true` if it is only
//! drawn; so that a file written here reads back as the same run.

use makespan_analysis::Facts;
use makespan_format::{Attempt, Event, EventSink, write_json_string, write_line};
use makespan_model::{AttemptId, Run, Status, TaskId, UNKNOWN};
use makespan_scene::counted;
use makespan_views::timeline::{Index, Lanes};

use crate::perfetto::untimed_attempts;

/// Writes all runs, each as a process.
pub(crate) fn trace(runs: &[&Facts], notes: &mut Vec<String>) -> String {
    let mut out = String::from("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    for (number, facts) in runs.iter().enumerate() {
        let run = facts.run();
        let lanes = Index::new(run, Lanes::Worker);
        let mut sink = Records { run, lanes: &lanes, pid: number + 1, attempt: 0, out: &mut out };
        run.events(&mut sink);
        sink.threads();
        sink.flows();
        let untimed = untimed_attempts(run);
        if untimed > 0 {
            let attempts = counted(untimed, "attempt");
            notes.push(format!("trace viewers do not show {attempts} without a start"));
        }
    }
    if out.ends_with(",\n") {
        out.truncate(out.len() - 2);
    }
    out.push_str("\n]}\n");
    out
}

/// Converts events to records.
struct Records<'a> {
    run: &'a Run,
    lanes: &'a Index,
    pid: usize,
    /// The number of attempts written so far, which come in order.
    attempt: u32,
    out: &'a mut String,
}

impl Records<'_> {
    /// Writes a record with a phase and a name on a thread; `rest` holds further members, each preceded by a comma.
    fn record(&mut self, ph: char, name: &str, tid: u32, rest: &str, event: Option<&Event<'_>>) {
        let out = &mut *self.out;
        out.push_str(&format!("{{\"ph\":\"{ph}\",\"pid\":{},\"tid\":{tid},\"name\":", self.pid));
        write_json_string(name, out);
        out.push_str(rest);
        out.push_str(",\"makespan\":");
        match event {
            Some(event) => {
                write_line(event, out);
                // The event ends a line, which this record does not.
                out.truncate(out.trim_end_matches('\n').len());
            }
            None => out.push_str("true"),
        }
        out.push_str("},\n");
    }

    fn attempt(&mut self, attempt: &Attempt<'_>, event: &Event<'_>) {
        let at = AttemptId(self.attempt);
        self.attempt += 1;
        let (Some(started), Some(row)) = (attempt.started, self.lanes.row_of(at)) else {
            return self.record('M', "attempt", 0, "", Some(event));
        };
        let run = self.run;
        let task = TaskId(run.attempts.task[at.index()]);
        let ended = attempt.ended.unwrap_or(self.lanes.extent.1).max(started);
        let mut rest = format!(
            ",\"cat\":\"task\",\"ts\":{},\"dur\":{}",
            micros(started),
            micros(ended.saturating_sub(started))
        );
        if attempt.status.is_some_and(Status::is_failure) {
            rest.push_str(",\"cname\":\"terrible\"");
        }
        rest.push_str(",\"args\":{\"task\":");
        write_json_string(&attempt.task, &mut rest);
        rest.push_str(",\"step\":");
        write_json_string(run.task_step(task), &mut rest);
        rest.push_str(&format!(",\"attempt\":{}", attempt.number));
        if let Some(status) = attempt.status {
            rest.push_str(&format!(",\"status\":\"{}\"", status.name()));
        }
        if let Some(error) = &attempt.error {
            rest.push_str(",\"error\":");
            write_json_string(&error.message, &mut rest);
        }
        rest.push('}');
        self.record('X', run.task_name(task), row + 1, &rest, Some(event));
    }

    /// Writes the names of the threads, which are the rows of the timeline.
    fn threads(&mut self) {
        let lanes = self.lanes;
        for lane in &lanes.lanes {
            for row in 0..lane.rows {
                let name = if row == 0 { lane.name.clone() } else { format!("{} ({})", lane.name, row + 1) };
                let tid = lane.first_row + row + 1;
                let mut rest = ",\"args\":{\"name\":".to_owned();
                write_json_string(&name, &mut rest);
                rest.push('}');
                self.record('M', "thread_name", tid, &rest, None);
                let rest = format!(",\"args\":{{\"sort_index\":{tid}}}");
                self.record('M', "thread_sort_index", tid, &rest, None);
            }
        }
    }

    /// Writes arrows along the dependencies, from the end of the last attempt to the start of the first.
    fn flows(&mut self) {
        let run = self.run;
        let place = |at: Option<AttemptId>| at.and_then(|at| Some((at, self.lanes.row_of(at)?)));
        let arrows: Vec<_> = run
            .successors
            .pairs()
            .filter_map(|(from, to)| {
                let (last, from_row) = place(run.attempts_of(TaskId(from)).next_back())?;
                let (first, to_row) = place(run.attempts_of(TaskId(to)).next())?;
                let (left, arrived) =
                    (run.attempts.started[last.index()], run.attempts.started[first.index()]);
                (left != UNKNOWN && arrived >= left).then_some((from_row, left, to_row, arrived))
            })
            .collect();
        for (id, (from_row, left, to_row, arrived)) in arrows.into_iter().enumerate() {
            // Ids hold for the whole file.
            let id = format!("{}.{id}", self.pid);
            let rest = |t: i64| format!(",\"cat\":\"dependency\",\"id\":\"{id}\",\"ts\":{}", micros(t));
            self.record('s', "dependency", from_row + 1, &rest(left), None);
            self.record('f', "dependency", to_row + 1, &format!(",\"bp\":\"e\"{}", rest(arrived)), None);
        }
    }
}

impl EventSink for Records<'_> {
    fn event(&mut self, event: Event<'_>) {
        match &event {
            Event::Run(_) => {
                let mut rest = ",\"args\":{\"name\":".to_owned();
                write_json_string(self.run.title(), &mut rest);
                rest.push('}');
                self.record('M', "process_name", 0, &rest, Some(&event));
            }
            Event::Attempt(attempt) => self.attempt(attempt, &event),
            Event::Sample(sample) if sample.t.is_some() => {
                let value = format!("{:?}", sample.value);
                let rest =
                    format!(",\"ts\":{},\"args\":{{\"value\":{value}}}", micros(sample.t.unwrap_or(0)));
                self.record('C', &sample.name, 0, &rest, Some(&event));
            }
            Event::Log(log) if log.t.is_some() => {
                let rest = format!(",\"cat\":\"log\",\"s\":\"p\",\"ts\":{}", micros(log.t.unwrap_or(0)));
                self.record('i', &log.text, 0, &rest, Some(&event));
            }
            Event::Alert(alert) if alert.t.is_some() => {
                let rest = format!(",\"cat\":\"alert\",\"s\":\"p\",\"ts\":{}", micros(alert.t.unwrap_or(0)));
                self.record('i', &alert.text, 0, &rest, Some(&event));
            }
            Event::Task(_) => self.record('M', "task", 0, "", Some(&event)),
            _ => self.record('M', "event", 0, "", Some(&event)),
        }
    }
}

/// Returns ns as microseconds with three decimal digits.
fn micros(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", ns.unsigned_abs() / 1_000, ns.unsigned_abs() % 1_000)
}
