//! The text log of the monitor: `TIME | LEVEL | place - message`. It is the only record of earlier attempts.

use makespan_format::{Event, EventSink, Log, RunInfo};
use makespan_model::HashMap;

use super::model::{Model, Step, Try, Workflow};
use crate::times::Clock;

/// A line of the log with the ids it names.
pub(super) struct Line<'a> {
    t: Option<i64>,
    level: &'a str,
    text: &'a str,
    id: Option<&'a str>,
}

/// Whether this is a line of such a log.
pub(super) fn is_line(line: &str) -> bool {
    line.contains(" | ") && line.contains("app.services.workflow_monitor:")
}

/// Reads the lines; those of other shapes belong to the message before and are left out.
pub(super) fn lines<'a>(text: &'a str, clock: &mut Clock<'_>) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    for line in text.lines() {
        let Some((time, rest)) = line.split_once(" | ") else { continue };
        let Some((level, rest)) = rest.split_once(" | ") else { continue };
        let Some((_, message)) = rest.split_once(" - ") else { continue };
        all.push(Line { t: clock.iso(time), level: level.trim(), text: message, id: uuid(message) });
    }
    all
}

/// The first UUID in a text.
fn uuid(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_uuid = |from: usize| {
        bytes[from..from + 36].iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
    };
    let last = bytes.len().checked_sub(36)?;
    // A dash is rare: find one, then look whether it is the first of a UUID.
    memchr::memchr_iter(b'-', bytes)
        .filter_map(|dash| dash.checked_sub(8))
        .find(|from| *from <= last && is_uuid(*from))
        .and_then(|from| text.get(from..from + 36))
}

#[derive(Default)]
struct Story {
    name: Option<String>,
    started: Option<i64>,
    tries: Vec<Try>,
    word: &'static str,
    ended: Option<i64>,
    error: Option<String>,
    owner: Option<usize>,
}

/// Adds what the lines record of workflows and steps to the model.
pub(super) fn learn(lines: &[Line<'_>], file: &str, model: &mut Model) {
    let mut steps: HashMap<&str, Story> = HashMap::default();
    let mut order: Vec<&str> = Vec::new();
    let mut current = None;
    for line in lines {
        let Some(id) = line.id else { continue };
        let files = || vec![file.to_owned()];
        // `verb: name (id) …`: the name may hold anything, so the id marks its end.
        let named = |verb: &str| {
            let rest = line.text.strip_prefix(verb)?;
            Some(rest.get(..rest.find(id)?)?.strip_suffix(" (")?.to_owned())
        };
        let whole = |word: &str, started, ended| Workflow {
            word: word.to_owned(),
            started,
            ended,
            files: files(),
            ..Workflow::new(id)
        };
        if let Some(name) = named("Created workflow: ") {
            current = Some(model.workflow(Workflow { name: Some(name), ..whole("pending", None, None) }));
        } else if line.text.starts_with("Started workflow: ") {
            current = Some(model.workflow(whole("running", line.t, None)));
        } else if let Some(rest) = line.text.strip_prefix("Workflow ").and_then(|r| r.strip_prefix(id)) {
            match rest {
                " completed" => drop(model.workflow(whole("completed", None, line.t))),
                " failed" => drop(model.workflow(whole("failed", None, line.t))),
                _ => {}
            }
        } else if !line.text.starts_with("Added step ") {
            let story = steps.entry(id).or_insert_with(|| {
                order.push(id);
                Story { owner: current, ..Story::default() }
            });
            story.line(line, id, &named);
        }
    }
    for id in order {
        let Some(story) = steps.remove(id) else { continue };
        let Some(at) = model.owner(id).or(story.owner) else { continue };
        if story.word.is_empty() {
            continue;
        }
        let mut tries = story.tries;
        if story.started.is_none() {
            // Not started again: the start in other records is that of the try before, and of the last one too.
            if let Some(shared) = tries.iter_mut().rev().find(|t| t.started.is_some()) {
                shared.started = None;
            }
        }
        model.step(
            at,
            Step {
                id: id.to_owned(),
                name: story.name,
                word: story.word.to_owned(),
                started: story.started,
                ended: story.ended,
                error: story.error,
                retries: tries.len() as u32,
                tries,
                ..Step::default()
            },
        );
        let workflow = &mut model.list[at];
        if !workflow.files.iter().any(|f| f == file) {
            workflow.files.push(file.to_owned());
        }
    }
}

impl Story {
    fn line(&mut self, line: &Line<'_>, id: &str, named: &dyn Fn(&str) -> Option<String>) {
        if let Some(name) = named("Started step: ") {
            (self.name, self.started, self.word) = (Some(name), line.t, "running");
            (self.ended, self.error) = (None, None);
        } else if let Some(name) = named("Completed step: ") {
            (self.name, self.ended, self.word) = (Some(name), line.t, "completed");
        } else if line.text.contains(" failed, retrying (") {
            let number = self.tries.len() as u32 + 1;
            let started = self.started.take();
            self.tries.push(Try { number, started, ended: line.t, error: None });
            self.word = "pending";
        } else if let Some(name) = named("Failed step: ") {
            self.name = Some(name);
            let error = line.text.split_once(&format!("{id}) - ")).map(|(_, e)| e.to_owned());
            match self.tries.last_mut().filter(|t| t.error.is_none() && self.word == "pending") {
                // The error of a try that is repeated follows on a line of its own.
                Some(last) => last.error = error,
                None => (self.ended, self.error, self.word) = (line.t, error, "failed"),
            }
        }
    }
}

/// Emits the lines as logs of the runs and tasks that they name, or of the workflow spoken of before.
pub(super) fn emit(lines: &[Line<'_>], model: &Model, sink: &mut dyn EventSink) {
    let only = (model.list.len() == 1).then_some(0);
    let mut current = only;
    let mut said = None;
    for line in lines {
        let run = line.id.and_then(|id| model.find(id));
        let owner = line.id.and_then(|id| model.owner(id));
        current = run.or(owner).or(current);
        let Some(at) = current else { continue };
        if said != Some(at) {
            said = Some(at);
            let id = model.list[at].id.as_str().into();
            sink.event(Event::Run(RunInfo { id, ..RunInfo::default() }));
        }
        sink.event(Event::Log(Log {
            task: line.id.filter(|_| owner.is_some()).map(Into::into),
            t: line.t,
            level: Some(line.level.into()),
            text: line.text.into(),
            ..Log::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn finds_uuids_wherever_they_are() {
        let id = "cd9db05a-3eac-4df1-8632-55aba08f81ed";
        assert_eq!(uuid(&format!("Step {id} failed")), Some(id));
        assert_eq!(uuid(&format!("é-漢-{id}")), Some(id));
        assert_eq!(uuid(&id[1..]), None);
        assert_eq!(uuid("no-id"), None);
    }
}
