//! Results of tests in JSON: Playwright's reporter, and the result files of Allure.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Fields, Severity, Status};

use crate::draft::{Draft, Piece, labels};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads results of Playwright.
pub const PLAYWRIGHT: Importer = Importer {
    id: "playwright",
    title: "Playwright",
    parts: &["results"],
    how: "`npx playwright test --reporter=json > results.json`",
    lossy: "dependencies between projects, waits, steps and output of tests",
    sniff: sniff_playwright,
    read: read_playwright,
    stream: whole,
};

/// Reads results of Allure.
pub const ALLURE: Importer = Importer {
    id: "allure",
    title: "Allure results",
    parts: &["result", "container"],
    how: "the folder `allure-results`, with all its files",
    lossy: "dependencies, waits, steps within tests, fixtures",
    sniff: sniff_allure,
    read: read_allure,
    stream: whole,
};

/// Titles around a test, in bytes, beyond which no more are added.
const LONGEST_PATH: usize = 4096;

fn sniff_playwright(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_results = shape.root == JsonKind::Object && shape.has("suites") && shape.has("config");
    if is_results && (shape.inner_has("config", "projects") || shape.inner_has("suites", "specs")) {
        claim(93, "results", "an object with a config that has projects, and suites")
    } else {
        None
    }
}

fn read_playwright(
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            let mut draft = Draft::new(Cow::Borrowed(part.source.name.as_str()), "Playwright", options);
            draft.run.started =
                draft.clock.moment(root.at("stats").and_then(|s| s.at("startTime")), Unit::Milliseconds);
            draft.run.labels = labels(root, &["stats"]);
            // Suites stand within suites; those still to be taken, the next one last, each with the titles around it.
            let mut open: Vec<(Value<'_, '_>, String)> =
                root.list("suites").map(|s| (s, String::new())).collect();
            open.reverse();
            while let Some((suite, outer)) = open.pop() {
                let title = suite.text_of(&["title", "file"]).unwrap_or_default();
                let path = match outer.len() {
                    0 => title.into_owned(),
                    // Suites nest as deep as folders do; deeper ones keep the titles that they have.
                    LONGEST_PATH.. => outer,
                    _ => format!("{outer} › {title}"),
                };
                for spec in suite.list("specs") {
                    for test in spec.list("tests") {
                        draft_test(spec, test, &path, &mut draft);
                    }
                }
                let inner: Vec<_> = suite.list("suites").map(|s| (s, path.clone())).collect();
                open.extend(inner.into_iter().rev());
            }
            let errors = root.list("errors").filter_map(|e| e.text_at("message"));
            for message in errors {
                draft.tally.warn("run-error", "errors outside of tests", || message);
            }
            draft.emit(&PLAYWRIGHT, sink);
        }
    }
    report_all(parts, &pages, sink)
}

fn draft_test<'a>(spec: Value<'_, 'a>, test: Value<'_, 'a>, path: &str, draft: &mut Draft<'_, 'a>) {
    let title = spec.text_at("title").unwrap_or_default();
    let step = format!("{path} › {title}");
    let project = test.text_of(&["projectName", "projectId"]);
    let key = match &project {
        Some(project) => format!("{step} [{project}]"),
        None => step.clone(),
    };
    let mut piece = Piece::new(key.clone(), key);
    piece.task.name = Some(title);
    piece.task.step = Some(step.into());
    piece.task.kind = Some("test".into());
    piece.task.parent = Some(Cow::Owned(path.to_owned()));
    let mut all = Fields::new();
    for (record, key) in
        [(spec, "file"), (spec, "line"), (spec, "tags"), (test, "projectName"), (test, "annotations")]
    {
        if let Some(value) = record.at(key).filter(|v| !matches!(v.get(), "[]" | "\"\"")) {
            all.raw(key, value.get());
        }
    }
    piece.task.labels = all.finish();
    let expected = test.text_at("expectedStatus");
    let mut last = None;
    for result in test.list("results") {
        let word = result.text_at("status");
        // A test that is expected to fail, and fails, is fine.
        let status = match word.as_deref() {
            Some("failed") if expected.as_deref() == Some("failed") => Some(Status::Succeeded),
            Some("interrupted") => Some(Status::Cancelled),
            word => draft.clock.status(word, false),
        };
        last = status;
        if status == Some(Status::Skipped) {
            continue;
        }
        let started = draft.clock.moment(result.at("startTime"), Unit::Milliseconds);
        let lasted = result.number_at("duration").filter(|ms| (0.0..9e12).contains(ms));
        let error = result.at("error").or_else(|| result.list("errors").next());
        piece.tried(Attempt {
            number: result
                .at("retry")
                .and_then(Value::whole)
                .and_then(|n| u32::try_from(n + 1).ok())
                .unwrap_or(0),
            started,
            ended: started.and_then(|s| s.checked_add((lasted? * 1e6).round() as i64)),
            worker: result
                .text_of(&["parallelIndex", "workerIndex"])
                .map(|w| Cow::Owned(format!("worker {w}"))),
            status,
            error: error.filter(|_| status == Some(Status::Failed)).map(|error| ErrorInfo {
                message: error.text_at("message").unwrap_or_default(),
                kind: None,
                trace: error.text_at("stack"),
            }),
            ..Attempt::default()
        });
    }
    let status = match test.text_at("status").as_deref() {
        Some("expected") => last.filter(|s| *s == Status::Skipped).or(Some(Status::Succeeded)),
        Some("flaky") => Some(Status::Succeeded),
        Some("unexpected") => Some(Status::Failed),
        Some("skipped") => Some(Status::Skipped),
        Some(word) => draft.clock.status(Some(word), false),
        None => last,
    };
    piece.task.status = status.or(Some(Status::Unknown));
    draft.pieces.push(piece);
}

fn sniff_allure(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.root != JsonKind::Object || !shape.has("uuid") {
        return None;
    }
    if shape.has("status")
        && shape.has("stage")
        && (shape.has("historyId") || shape.has("fullName") || shape.has("testCaseId"))
    {
        claim(92, "result", "an object with uuid, status, stage and a historyId or fullName")
    } else if shape.has("children") && (shape.has("befores") || shape.has("afters")) {
        claim(92, "container", "an object with uuid, children and befores or afters")
    } else {
        None
    }
}

fn read_allure(
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    // Files of one folder are results of one run.
    let mut runs: Named<(String, Vec<Value<'_, '_>>, u64)> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        let folder = crate::pairs::folder(&part.source.name);
        let id = if folder.is_empty() { "allure-results" } else { folder };
        let run = runs.entry(id, || (id.to_owned(), Vec::new(), 0));
        match part.part {
            "result" => run.1.extend(file.roots().filter(|r| r.is_object())),
            _ => run.2 += 1,
        }
    }
    for (id, results, containers) in &runs.list {
        let mut draft = Draft::new(Cow::Borrowed(id.as_str()), "Allure", options);
        let mut results = results.clone();
        results
            .order_by_key(|r| (r.at("start").and_then(Value::whole).unwrap_or(i64::MAX), r.text_at("uuid")));
        let mut tests: Named<Piece<'_>> = Named::default();
        for result in results {
            draft_result(result, &mut tests, &mut draft);
        }
        draft.pieces = tests.list;
        let what = "containers are not shown; they contain only fixtures";
        draft.tally.count(Severity::Info, "not-shown", what, *containers);
        draft.emit(&ALLURE, sink);
    }
    report_all(parts, &pages, sink)
}

fn draft_result<'a>(result: Value<'_, 'a>, tests: &mut Named<Piece<'a>>, draft: &mut Draft<'_, 'a>) {
    let uuid = result.text_at("uuid").unwrap_or_default();
    let name = result.text_at("name").unwrap_or_else(|| uuid.clone());
    let full = result.text_at("fullName").unwrap_or_else(|| name.clone());
    // Results of one test share their history: the earlier ones were retried.
    let history = result.text_at("historyId").unwrap_or(uuid);
    let label = |key: &str| {
        let mut all = result.list("labels").filter(|l| l.text_at("name").as_deref() == Some(key));
        all.next().and_then(|l| l.text_at("value"))
    };
    let (suite, thread, host) = (label("suite"), label("thread"), label("host"));
    let piece = tests.entry(&history, || Piece::new(history.clone(), full.clone()));
    piece.task.name = Some(name);
    piece.task.step = Some(full);
    piece.task.kind = Some("test".into());
    piece.task.parent = suite;
    piece.task.params = labels(result, &["parameters"]);
    piece.task.labels = labels(result, &["historyId", "labels", "links"]);
    let status = match result.text_at("status").as_deref() {
        Some("broken") => Some(Status::Failed),
        Some("unknown") | None => Some(Status::Unknown),
        word => draft.clock.status(word, false),
    };
    piece.task.status = status;
    if status == Some(Status::Skipped) {
        return;
    }
    let details = result.at("statusDetails");
    let error = details.filter(|_| status == Some(Status::Failed)).map(|details| ErrorInfo {
        message: details.text_at("message").unwrap_or_default(),
        kind: None,
        trace: details.text_at("trace"),
    });
    let started = draft.clock.moment(result.at("start"), Unit::Milliseconds);
    let ended = draft.clock.moment(result.at("stop"), Unit::Milliseconds);
    piece.tried(Attempt { started, ended, status, error, worker: thread.or(host), ..Attempt::default() });
}
