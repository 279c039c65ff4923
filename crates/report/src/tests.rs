#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;

use base64::Engine as _;
use makespan_format::{
    Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Log, RunInfo, Sample, Severity,
    Status, Task, read_line,
};
use makespan_model::{Run, RunsBuilder, notation};

use crate::{Assets, Options, Part, ReportError, html};

mod compared;

const APP: Assets<'static> = Assets {
    script: "(() => { start(); })();\n",
    programs: "$%packed&'",
    unpacker: b"\0asm\x01\0\0\0",
    css: "#app{color:inherit}\n",
};

const EVIL: &str =
    "</script><script>x</script><img src=x onerror=alert(1)>\"'`<!-- \u{202e}\u{0}]]></title></style>";

pub(crate) fn evil_run() -> Arc<Run> {
    let evil = || Some(Cow::Borrowed(EVIL));
    let mut fields = Fields::new();
    fields.str(EVIL, EVIL);
    let json = fields.finish();
    let mut runs = RunsBuilder::new();
    runs.event(Event::Run(RunInfo {
        id: Cow::Borrowed(EVIL),
        name: evil(),
        workflow: evil(),
        source: evil(),
        labels: json.clone(),
        params: json.clone(),
        error: Some(ErrorInfo { message: Cow::Borrowed(EVIL), kind: evil(), trace: evil() }),
        ..RunInfo::default()
    }));
    for i in 0..3 {
        let id = format!("{EVIL}{i}");
        let after = if i > 0 { vec![Cow::Owned(format!("{EVIL}{}", i - 1))] } else { vec![] };
        runs.event(Event::Task(Task {
            id: Cow::Owned(id.clone()),
            name: evil(),
            step: evil(),
            kind: evil(),
            after,
            labels: json.clone(),
            params: json.clone(),
            ..Task::default()
        }));
        runs.event(Event::Attempt(Attempt {
            task: Cow::Owned(id.clone()),
            number: 1,
            started: Some(i * 5_000_000_000),
            ended: Some((i + 1) * 5_000_000_000),
            worker: evil(),
            status: Some(Status::Failed),
            error: Some(ErrorInfo { message: Cow::Borrowed(EVIL), kind: evil(), trace: evil() }),
            ..Attempt::default()
        }));
        runs.event(Event::Log(Log {
            task: Some(Cow::Owned(id)),
            text: Cow::Borrowed(EVIL),
            ..Log::default()
        }));
    }
    runs.event(Event::Artifact(Artifact {
        name: Cow::Borrowed(EVIL),
        uri: evil(),
        value: json,
        ..Artifact::default()
    }));
    runs.event(Event::Diagnostic(Diagnostic::new(Severity::Warning, "evil", EVIL)));
    Arc::new(runs.finish().0.remove(0))
}

fn run(text: &str) -> Arc<Run> {
    Arc::new(notation::run(text).unwrap())
}

/// The names of all start tags, where script and style hold text: enough of the tokenizer of HTML, section 13.2.5,
/// for a page that is meant to be well-formed.
fn tags(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("every tag ends");
        let tag = &rest[..end];
        assert!(!tag.contains('<'), "a tag within a tag: {tag}");
        rest = &rest[end + 1..];
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        if ["script", "style", "title"].contains(&name.as_str()) {
            let close = rest.find(&format!("</{name}")).expect("it ends");
            rest = &rest[close..];
        }
        found.push((name, tag.to_owned()));
    }
    found
}

fn count(tags: &[(String, String)], name: &str) -> usize {
    tags.iter().filter(|(n, _)| n == name).count()
}

#[test]
fn hostile_names_add_no_markup() {
    let evil = [evil_run(), evil_run()];
    let options = Options { title: Some(EVIL.to_owned()), redact: false, ..Options::default() };
    let report = html(&evil, Some(&APP), &options).unwrap().html;
    let tame: Vec<Arc<Run>> = evil
        .iter()
        .map(|run| {
            let mut runs = RunsBuilder::new();
            let text = run.to_jsonl();
            for line in text.lines() {
                let tame = line.replace(EVIL_IN_JSON, "tame");
                runs.apply(&read_line(tame.as_bytes()).unwrap().event);
            }
            Arc::new(runs.finish().0.remove(0))
        })
        .collect();
    let tame = html(
        &tame,
        Some(&APP),
        &Options { title: Some("tame".to_owned()), redact: false, ..Options::default() },
    )
    .unwrap()
    .html;
    let (tags_of_evil, tags_of_tame) = (tags(&report), tags(&tame));
    for name in ["script", "img", "style", "title", "main", "article", "iframe", "td", "bdi", "a"] {
        assert_eq!(count(&tags_of_evil, name), count(&tags_of_tame, name), "{name}");
    }
    // The data, the page, the engine, and what starts them.
    assert_eq!(count(&tags_of_evil, "script"), 4);
    assert_eq!(count(&tags_of_evil, "img"), 0);
    for (_, tag) in &tags_of_evil {
        assert!(!tag.contains(" on"), "{tag}");
    }
    assert!(!report.contains("onerror=alert(1)>"));
    assert!(!report.contains(['\u{202e}', '\u{0}']));
}

/// [`EVIL`] as `write_json_string` writes it.
const EVIL_IN_JSON: &str = concat!(
    r"\u003c/script\u003e\u003cscript\u003ex\u003c/script\u003e\u003cimg src=x onerror=alert(1)\u003e\",
    r#""'`\u003c!-- "#,
    "\u{202e}",
    r"\u0000]]\u003e\u003c/title\u003e\u003c/style\u003e"
);

#[test]
fn start_and_end_tags_are_paired() {
    let report = html(&[evil_run()], Some(&APP), &Options::default()).unwrap().html;
    // Cells, rows and their kin may lack the end tag; void elements and self-closed ones have none.
    let free = ["td", "tr", "meta", "!doctype", "rect", "path", "html"];
    let mut open: Vec<String> = Vec::new();
    for (name, tag) in tags(&report) {
        if tag.ends_with('/') || free.contains(&name.trim_start_matches('/')) {
            continue;
        }
        match name.strip_prefix('/') {
            None => open.push(name),
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_policy_comes_before_everything_it_governs() {
    let report = html(&[run("a 0..1 w")], Some(&APP), &Options::default()).unwrap().html;
    let place = |text: &str| report.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(report.starts_with(
        "<!doctype html>\n<html lang=\"en\" data-makespan-state=\"loading\">\n<head>\n<meta charset"
    ));
    assert!(place("charset") < place("Content-Security-Policy"));
    assert!(place("Content-Security-Policy") < place("<style>"));
    assert!(place("<main id=\"makespan-static\">") < place("id=\"makespan-data\""));
    assert!(place("id=\"makespan-boot\"") < place("id=\"makespan-programs\""));
    assert!(!report.contains("style=\"") && !report.contains(" src="));
    for address in ["http://", "https://"] {
        assert_eq!(
            report.matches(address).count(),
            report.matches("http://www.w3.org/2000/svg").count() * usize::from(address == "http://")
        );
    }
}

#[test]
fn the_data_is_the_run() {
    let source = run(
        "run nightly\nfetch 0..4 w1\nalign 4..9 w1 fetch failed error=no_reference\nalign 9..12 w2 try=2",
    );
    let report = html(std::slice::from_ref(&source), Some(&APP), &Options::default()).unwrap().html;
    let from = report.find("id=\"makespan-data\">").unwrap() + "id=\"makespan-data\">".len();
    let text = &report[from..from + report[from..].find('<').unwrap()];
    let packed = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    assert_eq!(packed[4..8], [0; 4], "no time in the gzip header");
    let mut events = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut events).unwrap();
    let mut fold = RunsBuilder::new();
    makespan_format::packed::read(&events, &mut fold).unwrap();
    assert_eq!(fold.finish().0[0].to_jsonl(), source.to_jsonl());
    assert_eq!(
        report,
        html(&[source], Some(&APP), &Options::default()).unwrap().html,
        "same input, same bytes"
    );
}

#[test]
fn reports_are_readable_without_scripts() {
    let source = run(
        "run nightly\nfetch 0..4 w1 step=get\nalign 4..9 w1 fetch failed error=no_reference\nreport - - align upstream-failed",
    );
    let report = html(&[source], None, &Options::default()).unwrap().html;
    for text in [
        "nightly",
        "failed",
        "no reference",
        "fetch",
        "align",
        "9 s",
        "upstream-failed",
        "Critical path",
        "<svg",
    ] {
        assert!(report.contains(text), "{text}");
    }
    let tags = tags(&report);
    let runs =
        tags.iter().filter(|(n, tag)| n == "script" && !tag.contains("application/octet-stream")).count();
    assert_eq!((count(&tags, "script"), runs), (1, 0), "a page without the app runs nothing");
}

#[test]
fn secrets_are_in_neither_the_page_nor_the_data() {
    let mut fields = Fields::new();
    fields.str("db_password", "hunter2").str("region", "north");
    let mut runs = RunsBuilder::new();
    let id = Cow::Borrowed("r");
    runs.event(Event::Run(RunInfo { id, params: fields.finish(), ..RunInfo::default() }));
    let message = Cow::Borrowed("cannot reach postgres://app:s3cr3t@db/x");
    let error = Some(ErrorInfo { message, ..ErrorInfo::default() });
    runs.event(Event::Attempt(Attempt {
        task: Cow::Borrowed("load"),
        number: 1,
        error,
        ..Attempt::default()
    }));
    let source = Arc::new(runs.finish().0.remove(0));
    let report = html(std::slice::from_ref(&source), Some(&APP), &Options::default()).unwrap();
    assert_eq!(report.redacted.total(), 2);
    assert!(!report.html.contains("s3cr3t") && report.html.contains("postgres://[redacted]@db/x"));
    assert!(
        report
            .html
            .contains("2 values were redacted (password in params 1, password in an address in error 1)")
    );
    let open = html(&[source], Some(&APP), &Options { redact: false, ..Options::default() }).unwrap();
    assert!(open.html.contains("s3cr3t") && open.redacted.total() == 0);
}

#[test]
fn a_thousand_tasks_stay_light() {
    use std::fmt::Write as _;
    let mut text = String::from("run thousand\n");
    for i in 0..1_000 {
        let name = |i: usize| format!("extract-features-{i}");
        let (worker, from) = (i % 8, i / 8 * 3);
        let after = if i >= 8 { name(i - 8) } else { String::new() };
        let (name, step) = (name(i), i % 5);
        writeln!(text, "{name} {from}..{}.25 worker-{worker} {after} step=step-{step}", from + 2).unwrap();
    }
    let report = html(&[run(&text)], None, &Options::default()).unwrap().html;
    assert!(report.len() < 400 << 10, "{} bytes with the data", report.len());
}

#[test]
fn charts_are_above_their_tables_and_bounded_in_size() {
    let mut runs = RunsBuilder::new();
    notation::read("run many\na 0..4 w1\nb 4..9 w2 a failed", &mut runs);
    for i in 0..3_000 {
        let name = format!("loss[<b>{i}]");
        for value in 0..6 {
            let value = f64::from(value);
            runs.event(Event::Sample(Sample { name: name.as_str().into(), value, ..Sample::default() }));
        }
        let name = format!("series {i}");
        for value in 0..6 {
            let value = f64::from(value);
            runs.event(Event::Sample(Sample { name: name.as_str().into(), value, ..Sample::default() }));
        }
    }
    let many = Arc::new(runs.finish().0.remove(0));
    let one = html(std::slice::from_ref(&many), None, &Options::default()).unwrap().html;
    assert!(one.len() < 4 << 20, "{} bytes", one.len());
    for words in [
        "Attempts running over time</title>",
        "As a table: <bdi>Duration by task",
        "Tasks by measure</title>",
    ] {
        assert!(one.contains(words), "{words} is missing");
    }
    assert!(one.contains("This file records no bytes read or written.") && !one.contains("loss[<b>"));
    assert!(!one.contains("Runs over time"));
    let three = html(&[many.clone(), run("again 0..3 w1"), many], None, &Options::default()).unwrap().html;
    assert!(three.contains("Runs over time") && three.contains("Makespan from run to run</title>"));
    assert!(three.len() < 8 << 20, "{} bytes", three.len());
}

#[test]
fn odd_runs_have_a_page() {
    for text in
        ["a - -", "a 0..0", "a 0.. w\nb 5.. w a", "a 0..1 w b\nb 1..2 w a", "a -9000000000..9000000000 w"]
    {
        let report = html(&[run(text)], None, &Options::default()).unwrap().html;
        assert!(!report.contains("NaN") && !report.contains("inf\""), "{text}");
    }
    assert!(html(&[], Some(&APP), &Options::default()).unwrap().html.contains("No runs"));
    assert!(html(&[Arc::new(Run::default())], None, &Options::default()).is_ok());
}

#[test]
fn an_app_that_cannot_be_inlined_is_refused() {
    let app = Assets { script: "a('</script>')", ..APP };
    let refused = html(&[run("a 0..1 w")], Some(&app), &Options::default());
    assert!(matches!(refused, Err(ReportError::NotInline { what: "script", .. })));
}

#[test]
fn series_that_are_not_drawn_are_counted() {
    let mut runs = RunsBuilder::new();
    runs.event(Event::Run(RunInfo { id: Cow::Borrowed("r"), ..RunInfo::default() }));
    let names: Vec<String> = (0..3_000).map(|i| format!("metric {i}")).collect();
    for name in &names {
        for t in 0..2 {
            let name = Cow::Borrowed(name.as_str());
            runs.event(Event::Sample(Sample { name, value: t as f64, t: Some(t), ..Sample::default() }));
        }
    }
    let run = Arc::new(runs.finish().0.remove(0));
    let page = html(&[run], None, &Options::default()).unwrap().html;
    let (main, _) = page.split_once("</main>").unwrap();
    assert!(main.len() < 400 << 10, "{}", main.len());
    let drawn = (0..3_000)
        .filter(|i| main.contains(&format!("metric {i}<")) || main.contains(&format!("metric {i} ")))
        .count();
    assert!(drawn < 100, "{drawn}");
    let words = main.split_once(" more pictures not drawn here").unwrap().0;
    let left_out: String = words.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    let left_out: usize =
        left_out.chars().rev().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    assert!((2_800..=3_020).contains(&left_out), "{left_out}");
}

#[test]
fn report_size_grows_linearly_with_unrelated_runs() {
    let mut runs = RunsBuilder::new();
    for i in 0..3_000 {
        let (id, workflow) = (Cow::Owned(format!("r{i}")), Some(Cow::Owned(format!("w{i}"))));
        runs.event(Event::Run(RunInfo { id, workflow, ..RunInfo::default() }));
        let (task, started, ended) = (Cow::Borrowed("a"), Some(i), Some(i + 1));
        runs.event(Event::Attempt(Attempt { task, number: 1, started, ended, ..Attempt::default() }));
    }
    let runs = runs.finish().0;
    let runs: Vec<Arc<Run>> = runs.into_iter().map(Arc::new).collect();
    assert_eq!(runs.len(), 3_000);
    let page = html(&runs, None, &Options::default()).unwrap().html;
    let (main, _) = page.split_once("</main>").unwrap();
    assert!(main.contains("2,980 more runs in the data of this file."));
    assert!(main.len() < 2 << 20, "{}", main.len());
}

#[test]
fn parts_are_chosen_and_listed() {
    let run = Arc::new(notation::run("fetch 0..4 w1\nload 4..9 w1 fetch failed error=full").unwrap());
    let all = html(std::slice::from_ref(&run), None, &Options::default()).unwrap().html;
    let chosen = Options {
        parts: vec![Part::Failures, Part::Timeline],
        notes: Some("# Why\n\nThe *disk* was full.".to_owned()),
        ..Options::default()
    };
    let some = html(std::slice::from_ref(&run), None, &chosen).unwrap().html;
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Comparison) {
        let (id, link) = (format!(" id=\"run-1-{}\"", part.name()), format!("\"#run-1-{}\"", part.name()));
        assert!(all.contains(&id) && all.contains(&link), "{part:?}");
        assert_eq!(some.contains(&id), chosen.parts.contains(&part), "{part:?}");
        assert_eq!(some.contains(&link), chosen.parts.contains(&part), "{part:?}");
    }
    assert!(some.contains("<p>The <em>disk</em> was full.</p>") && some.contains("href=\"#notes\""));
    assert!(some.len() < all.len());
    let several = html(&[run.clone(), run], None, &chosen).unwrap().html;
    assert!(!several.contains(" id=\"comparison\"") && several.contains("href=\"#run-1\""));
}

#[test]
fn a_static_report_of_three_tasks_is_small() {
    let run = notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nload 9..12 w2 align").unwrap();
    let report = html(&[Arc::new(run)], None, &Options::default()).unwrap().html;
    assert!(report.len() <= 80_000, "{}", report.len());
    assert!(!report.contains("<script>"));
}

#[test]
fn long_tables_are_cut_on_paper_with_a_note() {
    let tasks: String = (0..60).map(|i| format!("t{i} {i}..{} w1\n", i + 1)).collect();
    let report = html(&[Arc::new(notation::run(&tasks).unwrap())], None, &Options::default()).unwrap().html;
    assert!(report.contains("<table class=\"l\">"));
    assert!(report.contains("<p class=\"o\">47 more rows in the file but not on paper.</p>"));
    assert!(report.contains("tr:nth-child(n+14){display:none}"), "the same number");
}

#[test]
fn a_report_opens_with_the_markers_of_its_author_and_lists_them() {
    let run = Arc::new(notation::run("a 0..4 w1\nb 4..9 w1 a").unwrap());
    let link = "https://example.org/#v=1&view=timeline&window=0..5000000000\
        &mark=0,5000000000,%3Cb%3Ecache%3C%2Fb%3E%20AKIAIOSFODNN7EXAMPLE&mark=0,1000000000,first&mark=1,2,other";
    let with = |view: Option<&str>, redact| {
        let options = Options { view: view.map(str::to_owned), redact, ..Options::default() };
        html(std::slice::from_ref(&run), Some(&APP), &options).unwrap().html
    };
    let page = with(Some(link), true);
    assert!(page.contains("data-view=\"v=1&amp;view=timeline"), "the app opens with the view");
    let listed = page.split_once("<h3>Markers</h3>").unwrap().1.split_once("</table>").unwrap().0;
    assert!(listed.find("+1 s").unwrap() < listed.find("+5 s").unwrap(), "by time: {listed}");
    assert!(listed.contains("first") && !listed.contains("other"));
    assert!(listed.contains("&lt;b>cache&lt;/b>") || listed.contains("&lt;b&gt;cache"), "text: {listed}");
    assert!(!page.contains("AKIAIOSFODNN7EXAMPLE"), "a secret in a note is redacted");
    assert!(with(Some(link), false).contains("AKIAIOSFODNN7EXAMPLE"));
    for none in [None, Some("v=99&view=timeline&mark=0,1,x"), Some("")] {
        let page = with(none, true);
        assert!(!page.contains("<h3>Markers</h3>"), "{none:?}");
    }
}

#[test]
fn long_names_may_be_broken_and_short_cells_stay_on_one_line() {
    let long = "PIPELINE:SUBWORKFLOW_WITH_A_LONG_NAME";
    let run =
        notation::run(&format!("{long} 0..4 w1\nalign 4..9 w1 {long} failed error=no_reference")).unwrap();
    let page = html(&[Arc::new(run)], None, &Options::default()).unwrap().html;
    assert!(page.contains(&format!("<td class=t><bdi>{long}</bdi>")));
    assert!(page.contains("<td><bdi>align</bdi>"));
    assert!(page.contains("td:not(.t){white-space:nowrap}") && page.contains(".t{overflow-wrap:anywhere"));
}
