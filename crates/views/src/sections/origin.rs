//! Where a run comes from: its workflow, source and times, and what started it.

use makespan_model::{Run, Stored};
use makespan_scene::{timestamp, visible};

use crate::clip::shortened;
use crate::look::{Look, TimeMode};

/// Diagnostic of importers about times relative to another moment than 1970.
const RELATIVE: &str = "relative-times";
/// Diagnostic of importers about start times that the file does not record.
const SIMULATED: &str = "simulated-times";

/// Returns whether start times follow from durations and dependencies instead of a recording.
pub fn is_simulated(run: &Run) -> bool {
    run.diagnostics.iter().any(|d| d.code == SIMULATED)
}

/// What started a run, and the names that engines give to it in the labels of a run.
const ORIGINS: [(&str, &[&str]); 6] = [
    ("branch", &["head_branch", "branch"]),
    ("ref", &["ref"]),
    ("commit", &["head_sha", "sha", "commit"]),
    ("trigger", &["event", "run_type", "trigger"]),
    ("by", &["actor", "triggering_actor", "triggered_by"]),
    ("logical date", &["logical_date"]),
];
/// Maximum length of one of them, in characters.
const LONGEST: usize = 60;
/// Number of digits by which people name a commit.
const COMMIT: usize = 10;

/// Returns workflow, source, times and origin in one line; and the recorded status, if it is not that of the tasks.
pub fn subtitle(run: &Run, look: &Look) -> String {
    let mut parts = Vec::new();
    let workflow = run.text(run.workflow);
    if !workflow.is_empty() && workflow != run.title() {
        parts.push(format!("workflow {}", visible(workflow)));
    }
    if !run.source.is_empty() {
        parts.push(visible(run.text(run.source)).into_owned());
    }
    if run.diagnostics.iter().any(|d| d.code == RELATIVE) {
        // Dates of 1970 would be wrong.
        parts.push("times without a date".to_owned());
    } else if let Some((start, end)) = run.span() {
        let offset = if look.time == TimeMode::Local { look.offset } else { 0 };
        parts.push(format!("{} to {}", timestamp(start, offset), timestamp(end, offset)));
    }
    if is_simulated(run) {
        parts.push("start times simulated".to_owned());
    }
    parts.extend(origins(run));
    if let Some(recorded) = run.recorded_status.filter(|s| run.status().is_some_and(|own| own != *s)) {
        parts.push(format!("the file records “{}”", recorded.name()));
    }
    parts.join(" · ")
}

/// Returns what started a run, as far as its labels record it.
fn origins(run: &Run) -> Vec<String> {
    let labels = run.members(run.labels);
    let found = |(title, names): (&str, &[&str])| {
        let text = names.iter().find_map(|name| {
            labels.iter().find_map(|(label, value)| match value {
                Stored::Text(text) if label == name && !text.is_empty() => Some(text.as_str()),
                _ => None,
            })
        })?;
        let is_hash = title == "commit" && text.len() > COMMIT && text.bytes().all(|b| b.is_ascii_hexdigit());
        let text = if is_hash { &text[..COMMIT] } else { text };
        Some(format!("{title} {}", shortened(text, LONGEST)))
    };
    ORIGINS.into_iter().filter_map(found).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use makespan_format::{EventSink as _, read_line};
    use makespan_model::RunsBuilder;

    #[test]
    fn what_started_a_run_and_its_recorded_status_are_below_its_title() {
        let mut runs = RunsBuilder::new();
        for line in [
            r#"{"event":"run","run":"r","source":"GitHub Actions","status":"succeeded","labels":{"head_branch":"main",
                "head_sha":"5450c187bd4f7de93acb26454237fef6c3b185f3","event":"push","sha":"","queue":"q"}}"#,
            r#"{"event":"attempt","run":"r","task":"a","started":0,"ended":9,"status":"failed"}"#,
        ] {
            runs.event(read_line(line.replace('\n', "").as_bytes()).unwrap().event);
        }
        let line = subtitle(&runs.finish().0[0], &Look::default());
        assert!(line.starts_with("GitHub Actions · "), "{line}");
        let end = " · branch main · commit 5450c187bd · trigger push · the file records “succeeded”";
        assert!(line.ends_with(end), "{line}");
    }
}
