//! The outcome of a check in the forms that CI systems read.

use makespan_analysis::Verdict;
use makespan_export::{inline, sections, xml};
use makespan_scene::{counted, visible};
use schemars::JsonSchema;
use serde::Serialize;

use super::outcome::{Checked, Outcome, section, worst};

/// Returns how many rules have which verdict: `24 checks: 13 ok, 5 violated, 6 unknown`.
pub(super) fn counted_verdicts(all: &[Checked]) -> String {
    let outcomes = || all.iter().flat_map(|c| &c.outcomes);
    let of = |verdict: Verdict| outcomes().filter(|o| o.verdict == verdict).count();
    let each = [Verdict::Ok, Verdict::Violated, Verdict::Unknown].into_iter().filter(|v| of(*v) > 0);
    let each: Vec<String> = each.map(|verdict| format!("{} {}", of(verdict), verdict.name())).collect();
    format!("{}: {}", counted(outcomes().count(), "check"), each.join(", "))
}

/// For a pull request or the summary of a job.
pub(super) fn markdown(all: &[Checked]) -> String {
    let sign = match worst(all.iter().flat_map(|c| &c.outcomes)) {
        Verdict::Ok => "✅",
        Verdict::Violated => "❌",
        Verdict::Unknown => "⚠️",
    };
    let mut out = format!("## {sign} Makespan, {}\n\n", inline(&counted_verdicts(all)));
    let found: Vec<_> = all.iter().filter_map(section).collect();
    sections(&found, 3, &mut out);
    out
}

/// JUnit XML as Jenkins, GitLab and others read it: a suite for each run, a case for each rule.
pub(super) fn junit(all: &[Checked]) -> String {
    let count =
        |outcomes: &[Outcome], verdict: Verdict| outcomes.iter().filter(|o| o.verdict == verdict).count();
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"makespan check\">\n");
    for checked in all {
        let title = xml(&checked.title);
        out.push_str(&format!(
            "  <testsuite name=\"{title}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
            checked.outcomes.len(),
            count(&checked.outcomes, Verdict::Violated),
            count(&checked.outcomes, Verdict::Unknown)
        ));
        for o in &checked.outcomes {
            let (gate, sentence) = (xml(&o.gate), xml(&o.sentence()));
            let inner = match o.verdict {
                Verdict::Ok => format!("<system-out>{sentence}</system-out>"),
                Verdict::Violated => format!("<failure message=\"{sentence}\"/>"),
                Verdict::Unknown => format!("<error message=\"{sentence}\"/>"),
            };
            out.push_str(&format!(
                "    <testcase classname=\"{title}\" name=\"{gate}\">{inner}</testcase>\n"
            ));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Annotations of GitHub Actions: an error for each violated rule, a warning for each that could not be judged.
pub(super) fn github(all: &[Checked]) -> String {
    let mut out = String::new();
    for checked in all {
        for o in &checked.outcomes {
            let kind = match o.verdict {
                Verdict::Ok => continue,
                Verdict::Violated => "error",
                Verdict::Unknown => "warning",
            };
            let title = property(&format!("{}: {}", checked.title, o.verdict.name()));
            out.push_str(&format!(
                "::{kind} title={title}::{}\n",
                message(&format!("{}: {}", o.gate, o.sentence()))
            ));
        }
    }
    out.push_str(&format!("::notice title=Makespan::{}\n", message(&counted_verdicts(all))));
    out
}

/// The text of a command: what would end it is encoded.
fn message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The document of `makespan check --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckDocument<'c> {
    verdict: &'static str,
    runs: Vec<RunJson<'c>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Run")]
struct RunJson<'c> {
    /// Null for all runs together.
    id: Option<&'c str>,
    title: &'c str,
    checks: Vec<CheckJson<'c>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Check")]
struct CheckJson<'c> {
    rule: &'c str,
    verdict: &'static str,
    value: &'c str,
    limit: &'c str,
    task: Option<&'c str>,
    note: &'c str,
}

impl CheckJson<'_> {
    fn of(o: &Outcome) -> CheckJson<'_> {
        CheckJson {
            rule: &o.gate,
            verdict: o.verdict.name(),
            value: &o.value,
            limit: &o.limit,
            task: o.task.as_deref(),
            note: &o.note,
        }
    }
}

/// For programs.
pub(super) fn json(all: &[Checked]) -> String {
    let runs = all
        .iter()
        .map(|c| RunJson {
            id: Some(c.id.as_str()).filter(|id| !id.is_empty()),
            title: &c.title,
            checks: c.outcomes.iter().map(CheckJson::of).collect(),
        })
        .collect();
    let verdict = worst(all.iter().flat_map(|c| &c.outcomes)).name();
    serde_json::to_string_pretty(&CheckDocument { verdict, runs }).unwrap_or_default() + "\n"
}
