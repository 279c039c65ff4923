//! JUnit XML as pytest, Maven, Gradle, Jest, gotestsum and many others write it: suites of test cases.
//!
//! A test case becomes a task with its class and name. Files with one suite each, as Maven writes them, form one run; a
//! file with several suites is a run. The start of a test is rarely recorded: the tests of a suite are placed one after
//! another from the start of the suite, which is reported.

mod parse;

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Fields, Severity, Status};
use makespan_model::{HashMap, HashSet};

use crate::coloured::plain;
use crate::draft::{Draft, Piece};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::pairs::folder;
use crate::sniff::{Head, JsonKind};
use parse::{Case, Report, Suite};

/// Reads JUnit XML.
pub const IMPORTER: Importer = Importer {
    id: "junit",
    title: "JUnit XML",
    parts: &["report"],
    how: "`pytest --junitxml=report.xml`, `target/surefire-reports`, `jest-junit`, `gotestsum --junitfile`, and others",
    lossy: "start times (cargo-nextest writes them), waits, workers, dependencies, output of tests",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    if !head.text || head.shape.root != JsonKind::NotJson {
        return None;
    }
    let text = crate::encoding::without_bom(head.bytes).trim_ascii_start();
    let has = |tag: &str| memchr::memmem::find(text, tag.as_bytes()).is_some();
    if !text.starts_with(b"<") || text.starts_with(b"<!DOCTYPE html") || has("<html") {
        return None;
    }
    if has("<testsuites") || has("<testsuite ") || has("<testsuite>") {
        claim(92, "report", "XML with test suites")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut runs: Vec<Run> = Vec::new();
    for part in parts {
        let report = parse::parse(&part.source.bytes);
        let name = part.source.name.as_str();
        if report.suites.is_empty() && report.broken.is_some() {
            let message = format!("{name} is not valid XML: {}", report.broken.unwrap_or_default());
            if parts.len() == 1 {
                return Err(ReadError::Broken { message, offset: None });
            }
            sink.diagnostic(makespan_format::Diagnostic::new(Severity::Error, "unreadable", message));
            continue;
        }
        // One suite a file: the files of a folder are one run, unless they hold the same suite twice.
        let suite = report.suites.first().map(|s| s.name.clone()).unwrap_or_default();
        let place = runs.iter_mut().find(|run| {
            report.single && run.single && run.folder == folder(name) && !run.names.contains(&suite)
        });
        match place {
            Some(run) => {
                run.names.insert(suite);
                run.reports.push(report);
            }
            None => runs.push(Run {
                id: name.to_owned(),
                folder: folder(name).to_owned(),
                single: report.single,
                names: HashSet::from_iter([suite]),
                reports: vec![report],
            }),
        }
    }
    for run in &runs {
        emit(run, options, sink);
    }
    Ok(())
}

/// Reports that are one run.
struct Run {
    id: String,
    folder: String,
    single: bool,
    names: HashSet<String>,
    reports: Vec<Report>,
}

fn emit(run: &Run, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Borrowed(run.id.as_str()), "JUnit XML", options);
    let suites = || run.reports.iter().flat_map(|report| &report.suites);
    let name = run.reports.iter().map(|r| r.name.as_str()).chain(suites().map(|s| s.name.as_str()));
    draft.run.workflow = name.into_iter().find(|n| !n.is_empty()).map(Cow::Borrowed);
    let (mut laid_out, mut at, mut silent) = (0, 0, 0);
    // Tries of tests that were run again, until their last one.
    let mut held: Held<'_> = HashMap::default();
    for (place, suite) in suites().enumerate() {
        if let Some(start) = draft.clock.maybe(Some(&suite.timestamp)) {
            at = start;
        }
        let reruns = silent_reruns(suite);
        for (number, case) in suite.cases.iter().enumerate() {
            let is_rerun = reruns.contains(&number);
            silent += u64::from(is_rerun);
            emit_case(case, (place, suite), is_rerun, (&mut at, &mut laid_out), &mut held, &mut draft);
        }
    }
    let what = "tests that were run again failed before; pytest does not record these errors";
    draft.tally.count(Severity::Info, "errors-missing", what, silent);
    let what =
        "start times of tests are simulated: each test starts when the previous test of its suite has ended";
    draft.tally.count(Severity::Warning, "simulated-times", what, laid_out);
    for report in &run.reports {
        if let Some(why) = &report.broken {
            let what = "the file is truncated or damaged; the tests before that place were read";
            draft.tally.warn("truncated", what, || why.as_str());
        }
    }
    draft.emit(&IMPORTER, sink);
}

/// Tries by suite and test.
type Held<'a> = HashMap<String, Vec<Attempt<'a>>>;

/// Returns the places of tests that pytest ran again: it writes each try as a test, and those before the last without
/// their failure. Such tests are more than the suite counts; a test that ran on several workers is counted each time.
fn silent_reruns(suite: &Suite) -> HashSet<usize> {
    let mut last: HashMap<(&str, &str), usize> = HashMap::default();
    if suite.name != "pytest" {
        return HashSet::default();
    }
    let is_teardown =
        |case: &&Case| case.fault.as_ref().is_some_and(|f| f.message.starts_with(parse::TEARDOWN));
    // A test whose teardown failed counts twice.
    let written = suite.cases.len() + suite.cases.iter().filter(is_teardown).count();
    if suite.tests.is_some_and(|tests| tests >= written) {
        return HashSet::default();
    }
    for (number, case) in suite.cases.iter().enumerate() {
        last.insert((&case.class, &case.name), number);
    }
    let is_rerun = |(number, case): &(usize, &Case)| {
        let is_silent = case.fault.is_none() && case.skipped.is_none();
        is_silent && last.get(&(&*case.class, &*case.name)).is_some_and(|last| last > number)
    };
    suite.cases.iter().enumerate().filter(is_rerun).map(|(number, _)| number).collect()
}

fn emit_case<'a>(
    case: &'a Case,
    (place, suite): (usize, &'a Suite),
    is_rerun: bool,
    (at, laid_out): (&mut i64, &mut u64),
    held: &mut Held<'a>,
    draft: &mut Draft<'_, 'a>,
) {
    let class = if case.class.is_empty() { suite.name.as_str() } else { case.class.as_str() };
    let class = class.trim();
    let key = match class {
        "" => case.name.trim().to_owned(),
        class => format!("{class}::{}", case.name.trim()),
    };
    // Tests of several suites may have one name.
    let native = format!("{place} {key}");
    let mut piece = Piece::new(native.clone(), key);
    let task = &mut piece.task;
    task.name = Some(Cow::Borrowed(case.name.trim()));
    // Parameters stand in brackets: `test_a[1-x]`.
    let name = case.name.split(['[', '(']).next().unwrap_or(&case.name).trim();
    task.step = Some(if class.is_empty() { name.into() } else { format!("{class}::{name}").into() });
    task.kind = Some("test".into());
    task.parent = Some(class).filter(|c| !c.is_empty()).map(Cow::Borrowed);
    let mut labels = Fields::new();
    for (key, value) in [("file", &case.file), ("line", &case.line), ("suite", &suite.name)] {
        if !value.is_empty() {
            labels.str(key, value);
        }
    }
    for (key, value) in &case.properties {
        labels.str(key, value);
    }
    task.labels = labels.finish();
    let error = |fault: &'a parse::Fault| ErrorInfo {
        message: plain(if fault.message.is_empty() {
            fault.text.lines().next().unwrap_or(&fault.kind)
        } else {
            &fault.message
        }),
        kind: Some(&*fault.kind).filter(|k| !k.is_empty()).map(Cow::Borrowed),
        trace: Some(&*fault.text).filter(|t| !t.is_empty()).map(plain),
    };
    let status = match (&case.fault, case.skipped.is_some()) {
        _ if !case.complete => Status::Unknown,
        _ if is_rerun => Status::Failed,
        (Some(_), _) => Status::Failed,
        (None, true) => Status::Skipped,
        // A test without a failure, an error and a reason to skip it has passed: that is the format.
        (None, false) => Status::Succeeded,
    };
    if let Some(reason) = case.skipped.as_deref().filter(|r| !r.is_empty()) {
        let mut fields = Fields::new();
        fields.str("reason", reason);
        task.params = fields.finish();
    }
    let recorded = draft.clock.maybe(Some(&case.timestamp));
    let started = recorded.unwrap_or(*at);
    let after = |started: i64, seconds: &str| {
        let seconds = seconds.replace(',', "").parse::<f64>().ok().filter(|s| (0.0..9e9).contains(s))?;
        Some(started.saturating_add((seconds * 1e9).round() as i64))
    };
    let ended = after(started, &case.time);
    if status == Status::Skipped {
        task.status = Some(status);
    } else {
        let mut failed = |fault: &'a parse::Fault| {
            let started = draft.clock.maybe(Some(&fault.timestamp));
            let ended = started.and_then(|started| after(started, &fault.time));
            let error = Some(error(fault));
            Attempt { started, ended, status: Some(Status::Failed), error, ..Attempt::default() }
        };
        let later: Vec<Attempt<'_>> = case.later.iter().map(&mut failed).collect();
        piece.tries = held.remove(&native).unwrap_or_default();
        piece.tries.extend(case.earlier.iter().map(failed));
        *laid_out += u64::from(recorded.is_none() && ended.is_some());
        piece.tries.push(Attempt {
            started: ended.map(|_| started),
            ended,
            status: Some(status),
            error: case.fault.as_ref().map(error),
            worker: Some(suite.host.as_str()).filter(|h| !h.is_empty()).map(Cow::Borrowed),
            ..Attempt::default()
        });
        piece.tries.extend(later);
    }
    *at = (*at).max(ended.unwrap_or(*at));
    if is_rerun {
        held.insert(native, piece.tries);
        return;
    }
    // Numbers distinguish tries that took no time.
    for (number, tried) in (1..).zip(&mut piece.tries) {
        tried.number = number;
    }
    draft.pieces.push(piece);
}
