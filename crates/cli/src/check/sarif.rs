//! The outcome of a check as SARIF (OASIS, "Static Analysis Results Interchange Format" 2.1.0), which code scanning reads.

use std::path::{Component, Path, PathBuf};

use makespan_analysis::Verdict;
use makespan_scene::visible;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::outcome::{Checked, Outcome};

/// Characters that are not escaped in the path of an address (RFC 3986, "unreserved", and the slash).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The file that has the rules of a project: where results point if no single file has the run.
const RULES: &str = "makespan.toml";

/// The document. A rule that holds is a result of the kind `pass`, a violated one an error; one that could not be judged is
/// `open`, which is not the same as either.
pub(super) fn sarif(all: &[Checked], files: &[PathBuf]) -> String {
    let place = place(files);
    let mut rules: Vec<&str> = Vec::new();
    let mut results = Vec::new();
    for checked in all {
        for outcome in &checked.outcomes {
            let index = rules.iter().position(|rule| *rule == outcome.gate).unwrap_or_else(|| {
                rules.push(&outcome.gate);
                rules.len() - 1
            });
            results.push(result(checked, outcome, index, &place));
        }
    }
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| json!({ "id": visible(rule), "shortDescription": { "text": visible(rule) } }))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "makespan check",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn result(checked: &Checked, outcome: &Outcome, rule: usize, place: &str) -> Value {
    let (kind, level) = match outcome.verdict {
        Verdict::Ok => ("pass", "none"),
        Verdict::Violated => ("fail", "error"),
        // Only what fails may have another level than none.
        Verdict::Unknown => ("open", "none"),
    };
    let title = visible(&checked.title);
    let sentence = outcome.sentence();
    let text = match sentence.as_str() {
        "" => format!("{title}: {} ({})", outcome.gate, outcome.verdict.name()),
        sentence => format!("{title}: {} ({}; {sentence})", outcome.gate, outcome.verdict.name()),
    };
    let logical = [Some(title.as_ref()), outcome.task.as_deref()].into_iter().flatten();
    let logical: Vec<Value> = logical.map(|name| json!({ "name": visible(name) })).collect();
    json!({
        "ruleId": visible(&outcome.gate),
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": { "text": visible(&text) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": place } },
            "logicalLocations": logical,
        }],
        // The same violation in the next run is the same result.
        "partialFingerprints": { "makespanRule/v1": visible(&format!("{} in {}", outcome.gate, checked.title)) },
    })
}

/// The file that results are about, as a relative address: the one file that was checked, if it lies below the folder in
/// which the check runs, else the file with the rules.
fn place(files: &[PathBuf]) -> String {
    let below =
        |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    match files {
        [one] if below(one) && one.as_os_str() != "-" => {
            let parts = one.components().filter(|c| matches!(c, Component::Normal(_)));
            let parts: Vec<String> = parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
            utf8_percent_encode(&parts.join("/"), PATH).to_string()
        }
        _ => RULES.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_point_to_a_file_of_the_project() {
        let place = |paths: &[&str]| super::place(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(place(&["./runs/a b.json"]), "runs/a%20b.json");
        for elsewhere in [vec!["/etc/x"], vec!["../x"], vec!["-"], vec!["a", "b"], vec![]] {
            assert_eq!(place(&elsewhere), RULES, "{elsewhere:?}");
        }
    }
}
