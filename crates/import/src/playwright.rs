//! Results of tests in JSON: Playwright's reporter, and the result files of Allure.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Fields, Severity, Status};

use crate::coloured::{plain, plain_of};
use crate::draft::{Draft, Piece, labels};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};
use crate::tally::clip;

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
            let stats = root.at("stats");
            draft.run.started = draft.clock.moment(stats.and_then(|s| s.at("startTime")), Unit::Milliseconds);
            draft.run.ended = draft.run.started.and_then(|from| after(from, stats?.number_at("duration")));
            draft.run.labels = labels(root, &["stats"]);
            if let Some(version) = root.at("config").and_then(|c| c.text_at("version")) {
                draft.run.source = Some(format!("Playwright {version}").into());
            }
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
                // It stopped the run, whatever its tests did.
                draft.run.status = Some(Status::Failed);
                draft.tally.warn("run-error", "errors outside of tests", || plain(&message).into_owned());
            }
            draft.emit(&PLAYWRIGHT, sink);
        }
    }
    report_all(parts, &pages, sink)
}

/// Returns the time so many milliseconds later.
fn after(from: i64, ms: Option<f64>) -> Option<i64> {
    let ms = ms.filter(|ms| (0.0..9e12).contains(ms))?;
    from.checked_add((ms * 1e6).round() as i64)
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
    let is_to_run = expected.as_deref() != Some("skipped");
    // What was to run and has no result did not run because the run stopped early.
    let mut last = Some(if is_to_run { Status::Cancelled } else { Status::Skipped });
    for result in test.list("results") {
        let word = result.text_at("status");
        let is_unexpected = word.as_deref() == Some("passed") && expected.as_deref() == Some("failed");
        let status = match word.as_deref() {
            // A test that is expected to fail, and fails, is fine.
            Some("failed") if expected.as_deref() == Some("failed") => Some(Status::Succeeded),
            Some("passed") if is_unexpected => Some(Status::Failed),
            Some("interrupted") => Some(Status::Cancelled),
            word => draft.clock.status(word, false),
        };
        last = status;
        if status == Some(Status::Skipped) {
            // No worker took it: a test or a hook before it failed.
            let is_blocked = is_to_run && result.number_at("workerIndex").is_some_and(|at| at < 0.0);
            last = Some(if is_blocked { Status::UpstreamFailed } else { Status::Skipped });
            continue;
        }
        let started = draft.clock.moment(result.at("startTime"), Unit::Milliseconds);
        let error = result.at("error").or_else(|| result.list("errors").next());
        let error = match error {
            None if is_unexpected => {
                Some(ErrorInfo { message: "expected to fail, but passed".into(), ..ErrorInfo::default() })
            }
            error => error.map(|error| ErrorInfo {
                message: plain_of(error.text_at("message").unwrap_or_default()),
                kind: None,
                trace: error.text_at("stack").map(plain_of),
            }),
        };
        piece.tried(Attempt {
            number: result
                .at("retry")
                .and_then(Value::whole)
                .and_then(|n| u32::try_from(n + 1).ok())
                .unwrap_or(0),
            started,
            ended: started.and_then(|from| after(from, result.number_at("duration"))),
            worker: result
                .text_of(&["parallelIndex", "workerIndex"])
                .map(|w| Cow::Owned(format!("worker {w}"))),
            status,
            error: error.filter(|_| status == Some(Status::Failed)),
            ..Attempt::default()
        });
    }
    let status = match test.text_at("status").as_deref() {
        Some("expected") => last.filter(|s| *s == Status::Skipped).or(Some(Status::Succeeded)),
        Some("flaky") => Some(Status::Succeeded),
        Some("unexpected") => Some(Status::Failed),
        // It counts as skipped whatever the reason why it did not run to its end.
        Some("skipped") => {
            let recorded = [Status::Cancelled, Status::UpstreamFailed];
            last.filter(|last| recorded.contains(last)).or(Some(Status::Skipped))
        }
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
    // Members that hold nothing are left out by some writers.
    let is_timed = shape.has("stage") || shape.has("start") && shape.has("stop");
    if shape.has("status")
        && is_timed
        && (shape.has("historyId") || shape.has("fullName") || shape.has("testCaseId"))
    {
        claim(92, "result", "an object with uuid, status, times and a historyId or fullName")
    } else if shape.has("befores") || shape.has("afters") || shape.has("children") && shape.has("start") {
        claim(92, "container", "an object with uuid and children, befores or afters")
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
    // Some writers give a test of several projects one history.
    let history: Cow<'a, str> = match label("parentSuite") {
        Some(outer) => format!("{history} {outer}").into(),
        None => history,
    };
    // Parameters that are excluded differ between tries.
    let varied = result.list("parameters").filter(|p| p.text_at("excluded").as_deref() != Some("true"));
    let varied: Vec<_> = varied.filter_map(|p| p.text_at("value")).collect();
    let key = match varied.is_empty() {
        true => full.clone(),
        false => format!("{full} [{}]", clip(&varied.join(", "))).into(),
    };
    let piece = tests.entry(&history, || Piece::new(history.clone(), key));
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
        message: plain_of(details.text_at("message").unwrap_or_default()),
        kind: None,
        trace: details.text_at("trace").map(plain_of),
    });
    let started = draft.clock.moment(result.at("start"), Unit::Milliseconds);
    let ended = draft.clock.moment(result.at("stop"), Unit::Milliseconds);
    piece.tried(Attempt { started, ended, status, error, worker: thread.or(host), ..Attempt::default() });
}
