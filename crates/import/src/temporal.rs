//! Temporal: the history of a workflow execution. Activities, child workflows, timers and Nexus operations become tasks:
//! what began them and what ended them is found by the numbers of the events.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Severity, Status};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads histories of Temporal.
pub const IMPORTER: Importer = Importer {
    id: "temporal",
    title: "Temporal",
    parts: &["history"],
    how: "`temporal workflow show --workflow-id ID --output json > history.json`",
    lossy: "dependencies (the order is inferred from the times), attempts of an activity before its last one, local \
            activities, signals and markers",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_history = has("\"eventId\"") && has("\"eventType\"") && has("EventAttributes\"");
    let nested = shape.inner_has("history", "events") || shape.inner_has("events", "eventType");
    if nested && is_history {
        claim(93, "history", "a history whose events have eventType and attributes")
    } else if shape.root == JsonKind::Array
        && shape.first_has("eventType")
        && shape.first_has("eventId")
        && is_history
    {
        claim(92, "history", "an array of events with eventId and eventType")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        // A long history is handed out in pages.
        let roots = file.roots().flat_map(|root| records(root.at("history").unwrap_or(root), &["events"]));
        let mut events: Vec<Value<'_, '_>> = roots.filter(|e| e.at("eventId").is_some()).collect();
        events.order_by_numbers(|event| event.at("eventId").and_then(Value::whole).unwrap_or(i64::MAX));
        emit(&events, &part.source.name, options, sink);
    }
    report_all(parts, &pages, sink)
}

/// `ActivityTaskScheduled` of `EVENT_TYPE_ACTIVITY_TASK_SCHEDULED` too, in lower case.
fn kind_of(event: Value<'_, '_>) -> String {
    let text = event.text_at("eventType").unwrap_or_default();
    let text = text.strip_prefix("EVENT_TYPE_").unwrap_or(&text);
    text.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// Attributes of an event, whatever its kind.
fn attributes<'t, 'a>(event: Value<'t, 'a>) -> Option<Value<'t, 'a>> {
    event
        .members()
        .find(|(key, _)| key.ends_with("EventAttributes") || key == "attributes")
        .map(|(_, value)| value)
}

fn emit(events: &[Value<'_, '_>], file: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let first =
        events.iter().find(|e| kind_of(**e) == "workflowexecutionstarted").copied().and_then(attributes);
    let id = first.and_then(|a| a.text_of(&["originalExecutionRunId", "firstExecutionRunId"]));
    let mut draft = Draft::new(id.unwrap_or_else(|| file.to_owned().into()), "Temporal", options);
    if let Some(first) = first {
        draft.run.workflow = first.at("workflowType").and_then(|t| t.text_at("name"));
        draft.run.name = first.text_at("workflowId");
        draft.run.params = labels(first, &["input"]);
        draft.run.labels =
            labels(first, &["workflowId", "attempt", "cronSchedule", "parentWorkflowExecution", "identity"]);
    }
    let mut tasks: Named<Piece<'_>> = Named::default();
    let (mut left_out, mut unmatched) = (0, 0);
    for &event in events {
        let kind = kind_of(event);
        let t = draft.clock.moment(event.at("eventTime"), Unit::Seconds);
        let id = event.text_at("eventId").unwrap_or_default();
        let Some(with) = attributes(event) else {
            left_out += u64::from(!kind.starts_with("workflowtask"));
            continue;
        };
        let begins = match kind.as_str() {
            "activitytaskscheduled" => {
                Some(("activity", with.at("activityType").and_then(|a| a.text_at("name"))))
            }
            "startchildworkflowexecutioninitiated" => {
                Some(("child workflow", with.at("workflowType").and_then(|w| w.text_at("name"))))
            }
            "timerstarted" => Some(("timer", None)),
            "nexusoperationscheduled" => Some(("nexus operation", with.text_at("operation"))),
            _ => None,
        };
        if let Some((what, name)) = begins {
            let name = name.unwrap_or(Cow::Borrowed(what));
            let mut piece = Piece::new(id.clone(), name.clone());
            piece.task.step = Some(name);
            piece.task.kind = Some(what.into());
            piece.task.labels = labels(
                with,
                &["activityId", "timerId", "workflowId", "startToFireTimeout", "taskQueue", "retryPolicy"],
            );
            // A timer runs from the moment in which it is set.
            let is_timer = what == "timer";
            piece.tries.push(Attempt {
                queued: t.filter(|_| !is_timer),
                started: t.filter(|_| is_timer),
                status: Some(if is_timer { Status::Running } else { Status::Queued }),
                ..Attempt::default()
            });
            tasks.entry(&id, || piece);
            continue;
        }
        let of = with.text_of(&["initiatedEventId", "scheduledEventId", "startedEventId"]);
        let task = of.filter(|_| !kind.starts_with("workflow")).and_then(|of| tasks.entry_of(&of));
        match (kind.as_str(), task) {
            (
                "activitytaskstarted" | "childworkflowexecutionstarted" | "nexusoperationstarted",
                Some(piece),
            ) => {
                if let Some(attempt) = piece.tries.last_mut() {
                    attempt.started = t;
                    attempt.status = Some(Status::Running);
                    attempt.worker = with.text_at("identity");
                    attempt.number = with
                        .at("attempt")
                        .and_then(Value::whole)
                        .and_then(|n| u32::try_from(n).ok())
                        .unwrap_or(0);
                    if attempt.number > 1 {
                        let what = "activities were retried; the history contains only their last attempt";
                        draft.tally.count(Severity::Info, "attempts-missing", what, 1);
                    }
                }
            }
            (kind, Some(piece)) if ending(kind).is_some() => {
                let status = ending(kind);
                let failure = with.at("failure").filter(|_| status == Some(Status::Failed));
                if let Some(attempt) = piece.tries.last_mut() {
                    attempt.ended = t;
                    attempt.status = status;
                    attempt.error = failure.map(error_of);
                }
            }
            ("workflowexecutionstarted", _) => draft.run.started = t,
            (kind, None) if kind.starts_with("workflowexecution") && ending(kind).is_some() => {
                draft.run.ended = t;
                draft.run.status = ending(kind);
                draft.run.error = with.at("failure").map(error_of);
            }
            (kind, _) if kind.starts_with("workflowtask") => {}
            (kind, None) if ending(kind).is_some() => unmatched += 1,
            _ => left_out += 1,
        }
    }
    draft.pieces = tasks.list;
    let what = "events that belong to no task (markers, signals, search attributes …) are not shown";
    draft.tally.count(Severity::Info, "events-not-shown", what, left_out);
    let what = "ends of tasks whose start is not in the file were ignored";
    draft.tally.count(Severity::Warning, "no-beginning", what, unmatched);
    draft.emit(&IMPORTER, sink);
}

/// How something ended that has an event of this kind.
fn ending(kind: &str) -> Option<Status> {
    const ENDINGS: [(&str, Status); 8] = [
        ("completed", Status::Succeeded),
        ("fired", Status::Succeeded),
        ("continuedasnew", Status::Succeeded),
        ("failed", Status::Failed),
        ("timedout", Status::Failed),
        ("terminated", Status::Cancelled),
        ("cancelrequested", Status::Unknown),
        ("canceled", Status::Cancelled),
    ];
    let found = ENDINGS.iter().find(|(end, _)| kind.ends_with(end))?.1;
    (found != Status::Unknown).then_some(found)
}

fn error_of<'a>(failure: Value<'_, 'a>) -> ErrorInfo<'a> {
    let cause = failure.at("cause");
    let kind = cause.unwrap_or(failure).at("applicationFailureInfo").and_then(|i| i.text_at("type"));
    // The message of an activity's failure says only that it failed; the cause says why.
    let message = cause.and_then(|c| c.text_at("message")).or_else(|| failure.text_at("message"));
    let trace = cause.and_then(|c| c.text_at("stackTrace")).or_else(|| failure.text_at("stackTrace"));
    ErrorInfo { message: message.unwrap_or_default(), kind, trace }
}
