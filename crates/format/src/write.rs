//! One event to one line of JSON.

use std::fmt::Write as _;

use crate::event::*;
use crate::json::write_json_string;
use crate::{Status, VERSION};

/// Members in a fixed order; absent ones are left out.
struct Object<'o>(&'o mut String);

impl Object<'_> {
    fn key(&mut self, key: &str) -> &mut String {
        self.0.push_str(",\"");
        self.0.push_str(key);
        self.0.push_str("\":");
        self.0
    }
    fn str(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            write_json_string(value, self.key(key));
        }
    }
    fn int<T: std::fmt::Display>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            let _ = write!(self.key(key), "{value}");
        }
    }
    fn raw(&mut self, key: &str, value: Option<&crate::Json<'_>>) {
        if let Some(value) = value {
            self.key(key).push_str(value.as_str());
        }
    }
    fn status(&mut self, value: Option<Status>) {
        self.str("status", value.map(Status::name));
    }
    fn error(&mut self, error: Option<&ErrorInfo<'_>>) {
        let Some(e) = error else { return };
        let out = self.key("error");
        out.push_str("{\"message\":");
        write_json_string(&e.message, out);
        self.str("kind", e.kind.as_deref());
        self.str("trace", e.trace.as_deref());
        self.0.push('}');
    }
}

/// Appends the line of an event, with its line break. Reading it back gives the same event; `queue`, `start`,
/// `progress` and `end` are written in their complete form, `attempt`.
pub fn write_line(event: &Event<'_>, out: &mut String) {
    let mut o = Object(out);
    match event {
        Event::Run(r) => {
            let _ = write!(o.0, "{{\"event\":\"run\",\"makespan\":{VERSION}");
            o.str("run", Some(&r.id));
            o.str("name", r.name.as_deref());
            o.str("workflow", r.workflow.as_deref());
            o.status(r.status);
            o.int("started", r.started);
            o.int("ended", r.ended);
            o.str("source", r.source.as_deref());
            o.error(r.error.as_ref());
            o.raw("labels", r.labels.as_ref());
            o.raw("params", r.params.as_ref());
            o.raw("stored", r.stored.as_ref());
            o.int("infer_edges", r.infer_edges);
        }
        Event::Task(t) => {
            o.0.push_str("{\"event\":\"task\"");
            o.str("task", Some(&t.id));
            o.str("name", t.name.as_deref());
            o.str("step", t.step.as_deref());
            o.str("kind", t.kind.as_deref());
            o.str("parent", t.parent.as_deref());
            if !t.after.is_empty() {
                let out = o.key("after");
                for (i, id) in t.after.iter().enumerate() {
                    out.push(if i == 0 { '[' } else { ',' });
                    write_json_string(id, out);
                }
                out.push(']');
            }
            o.status(t.status);
            o.raw("labels", t.labels.as_ref());
            o.raw("params", t.params.as_ref());
        }
        Event::Attempt(a) => {
            o.0.push_str("{\"event\":\"attempt\"");
            o.str("task", Some(&a.task));
            o.int("try", (a.number > 1).then_some(a.number));
            o.int("queued", a.queued);
            o.int("started", a.started);
            o.int("ended", a.ended);
            o.str("worker", a.worker.as_deref());
            o.status(a.status);
            o.int("progress", a.progress.filter(|p| p.is_finite()));
            o.error(a.error.as_ref());
        }
        Event::Sample(s) => {
            o.0.push_str("{\"event\":\"sample\"");
            o.str("task", s.task.as_deref());
            o.int("try", s.number);
            o.str("name", Some(&s.name));
            o.int("value", Some(s.value));
            o.str("unit", s.unit.as_deref());
            o.int("t", s.t);
        }
        Event::Log(l) => {
            o.0.push_str("{\"event\":\"log\"");
            o.str("task", l.task.as_deref());
            o.int("try", l.number);
            o.int("t", l.t);
            o.str("level", l.level.as_deref());
            o.str("text", Some(&l.text));
        }
        Event::Alert(a) => {
            o.0.push_str("{\"event\":\"alert\"");
            o.str("task", a.task.as_deref());
            o.int("t", a.t);
            o.str("severity", a.severity.as_deref());
            o.str("text", Some(&a.text));
            o.int("resolved", a.resolved);
        }
        Event::Artifact(a) => {
            o.0.push_str("{\"event\":\"artifact\"");
            o.str("task", a.task.as_deref());
            o.str("name", Some(&a.name));
            o.str("direction", (a.direction == Direction::Input).then_some("input"));
            o.str("uri", a.uri.as_deref());
            o.int("size", a.size);
            o.raw("value", a.value.as_ref());
        }
        Event::Diagnostic(d) => {
            o.0.push_str("{\"event\":\"diagnostic\"");
            o.str("severity", Some(d.severity.name()));
            o.str("code", Some(&d.code));
            o.str("text", Some(&d.message));
            o.int("count", (d.count > 1).then_some(d.count));
            o.int("offset", d.offset);
            o.int("line", d.line);
        }
    }
    out.push_str("}\n");
}
