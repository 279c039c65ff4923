//! The runs in the files so far, each with a unique id.

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity};
use makespan_model::HashMap;
use serde_json::value::RawValue;

use super::workflow;
use crate::importer::Zone;
use crate::tally::clip;

/// The runs read so far and what they are called.
pub(super) struct Runs<'z> {
    pub(super) zone: &'z dyn Zone,
    /// The runs of an id: start and end as text, and the id under which each was read.
    pub(super) recorded: HashMap<String, Vec<(String, String)>>,
    /// Executions whose workflow was found in their id.
    pub(super) inferred: u64,
}

impl<'z> Runs<'z> {
    /// No runs yet.
    pub(super) fn new(zone: &'z dyn Zone) -> Runs<'z> {
        Runs { zone, recorded: HashMap::default(), inferred: 0 }
    }

    /// The workflow that an execution of an id is one of.
    pub(super) fn workflow(&mut self, id: &str) -> Option<std::borrow::Cow<'static, str>> {
        let found = workflow::of(id);
        self.inferred += u64::from(found.is_some());
        let name = found.unwrap_or(id);
        (!name.is_empty()).then(|| name.to_owned().into())
    }

    /// The id under which a run of a file is read, `times` being its start and end as text; `Err` with the id of the
    /// run if another file recorded it, and that run becomes current.
    pub(super) fn id(
        &mut self,
        id: &str,
        file: &str,
        times: String,
        sink: &mut dyn EventSink,
    ) -> Result<String, String> {
        let own = if id.is_empty() { file } else { id };
        let known = self.recorded.entry(own.to_owned()).or_default();
        if let Some((_, recorded)) = known.iter().find(|k| k.0 == times) {
            sink.event(Event::Run(RunInfo { id: recorded.as_str().into(), ..RunInfo::default() }));
            return Err(recorded.clone());
        }
        let fresh = if known.is_empty() { own.to_owned() } else { format!("{own} ({file})") };
        known.push((times, fresh.clone()));
        Ok(fresh)
    }
}

/// Reports that a file repeats what another one records.
pub(super) fn recorded_twice(file: &str, run: &str, sink: &mut dyn EventSink) {
    let message = format!("{file}: the same run ({}) is in another file; this file adds nothing", clip(run));
    sink.diagnostic(Diagnostic::new(Severity::Info, "recorded-twice", message));
}

/// A JSON text without the white space between its tokens.
pub(super) fn compact(raw: &RawValue) -> String {
    let text = raw.get();
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    let (mut in_string, mut escaped) = (false, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b' ' | b'\n' | b'\r' | b'\t' if !in_string => {
                out.push_str(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_white_space_between_tokens_is_removed() {
        let raw: &RawValue = serde_json::from_str("{ \"a b\" : [ 1,\n \"x \\\" y\" ] }").unwrap();
        assert_eq!(compact(raw), "{\"a b\":[1,\"x \\\" y\"]}");
    }
}
