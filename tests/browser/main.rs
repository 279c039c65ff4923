//! The real page in real browsers: files dropped on it, every view walked, reports opened from disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod controls;
mod embedding;
mod paper;
mod recent;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Chromium, Firefox, Program, Setup, TempFolder, View, Wheel};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/samples").join(name)
}

/// Real files of other systems, where they stand beside the project.
fn foreign(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/seeds").join(path);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

async fn painted(page: &Chromium, view: &str) {
    page.wait_until(&format!(
        "performance.getEntriesByName('makespan:painted').some(m => m.detail.view === '{view}' && m.detail.drawn > 0)"
    ))
    .await;
}

async fn number(page: &Chromium, expression: &str) -> u64 {
    page.js(&format!("return {expression}"))
        .await
        .as_u64()
        .unwrap_or_else(|| panic!("{expression} is no count"))
}

/// The rows that a grid says it has.
async fn rows(page: &Chromium, name: &str) -> u64 {
    page.wait_until(&format!(
        "document.querySelector('[data-testid={name}] table')?.getAttribute('aria-rowcount') > 0"
    ))
    .await;
    number(
        page,
        &format!(
            "Number(document.querySelector('[data-testid={name}] table').getAttribute('aria-rowcount')) - 1"
        ),
    )
    .await
}

/// Walks all views of the run that is open, and holds the twins against the numbers of the program.
async fn walk(page: &Chromium, tasks: u64, timed: u64) {
    page.wait_ready().await;
    painted(page, "overview").await;
    assert!(page.text("[data-testid=overview]").await.contains("Makespan"));
    for (key, view) in [("3", "timeline"), ("2", "graph"), ("6", "table")] {
        page.press(key).await;
        painted(page, view).await;
    }
    assert_eq!(rows(page, "table").await, tasks, "the table holds every task");
    page.press("3").await;
    page.press("v").await;
    assert_eq!(
        rows(page, "timeline-twin").await,
        timed,
        "the timeline's twin holds every attempt that has times"
    );
    page.press("2").await;
    assert!(rows(page, "graph-twin").await <= tasks);
    page.press("v").await;
    page.press("1").await;
    page.assert_quiet().await;
}

/// What the program counts in files: runs, tasks of the first, attempts with times of the first.
fn counted(setup: &Setup, files: &[PathBuf]) -> (usize, u64) {
    let out = Command::new(&setup.program).arg("summary").arg("--json").args(files).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("a summary");
    let runs = json["runs"].as_array().expect("runs");
    (runs.len(), runs[0]["tasks"].as_u64().expect("tasks"))
}

#[tokio::test]
async fn the_bundled_samples_are_drawn_in_every_view() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[]);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    assert!(number(&page, "performance.getEntriesByName('makespan:ready').length").await == 1);
    page.wait_until("document.querySelectorAll('.sample').length >= 4").await;
    page.click(".sample").await;
    walk(&page, 48, 47).await;
    page.wait_until("document.querySelector('#section-failures')").await;
    assert!(page.text("#section-failures").await.contains("ZeroDivisionError"));
    for name in ["makespan:parsed", "makespan:laidout"] {
        assert!(
            number(&page, &format!("performance.getEntriesByName('{name}').length")).await >= 1,
            "{name}"
        );
    }
    let foreign = page.requests().await.into_iter().filter(|r| !r.starts_with(&app.url)).collect::<Vec<_>>();
    assert!(foreign.is_empty(), "asked elsewhere: {foreign:?}");
}

#[tokio::test]
async fn files_of_other_systems_open_in_every_view() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[]);
    let page = Chromium::start(&setup, View::default()).await;
    let cases: [&[&str]; 7] = [
        &[
            "kailash-0.3.2/06_big_240_nodes_fs/export_a96c33a7.json",
            "kailash-0.3.2/06_big_240_nodes_fs/workflow_definition.json",
        ],
        &["kailash-0.3.2/07_sqlite_backend/tracking.db"],
        &["moe-event-tracking/07_big_300_components_600_events/workflow_tracking/big_300.json"],
        &["moneyprinter-workflow-monitor/02_failure_retry/workflow_monitor.db"],
        &["graflow-0.2.0/01_success_parallel/console_trace.txt"],
        &[
            "graflow-lineage-seed-code/02_execution_detail.json",
            "graflow-lineage-seed-code/02_all_tasks_done_graph_current.json",
        ],
        &["graflow-0.2.0/02_failure/runtime_graph.json"],
    ];
    for case in cases {
        let Some(files) = case.iter().map(|p| foreign(p)).collect::<Option<Vec<_>>>() else { continue };
        let (_, tasks) = counted(&setup, &files);
        page.goto("about:blank").await;
        page.goto(&app.url).await;
        page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
        page.drop_files(&files).await;
        page.wait_ready().await;
        for (key, view) in [("3", "timeline"), ("2", "graph"), ("6", "table")] {
            page.press(key).await;
            painted(&page, view).await;
        }
        assert_eq!(rows(&page, "table").await, tasks, "{case:?}");
        page.assert_quiet().await;
    }
}

#[tokio::test]
async fn a_report_opens_from_disk_with_the_network_off() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("report");
    let report = folder.path().join("report.html");
    let made = Command::new(&setup.program)
        .arg("report")
        .arg(sample("pipeline-retry.jsonl"))
        .arg("-o")
        .arg(&report)
        .status();
    assert!(made.unwrap().success());
    let page = Chromium::start(&setup, View::default()).await;
    page.offline(true).await;
    page.goto_file(&report).await;
    walk(&page, 48, 47).await;
    let asked = page.requests().await;
    assert!(asked.iter().all(|r| r.starts_with("blob:") || r.starts_with("file:")), "{asked:?}");

    // The same file, dropped on the app, is the same run.
    let app = Program::open(&setup, &[]);
    page.offline(false).await;
    page.goto(&app.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(std::slice::from_ref(&report)).await;
    walk(&page, 48, 47).await;

    if let Some(mut firefox) = Firefox::start(&setup) {
        firefox.goto_file(&report);
        firefox.wait_ready();
        firefox.wait_until("performance.getEntriesByName('makespan:painted').length > 0");
        firefox.js("document.querySelector('[data-view=timeline]').click()");
        firefox.wait_until("performance.getEntriesByName('makespan:painted').some(m => m.detail.view === 'timeline' && m.detail.drawn > 40)");
    }
}

/// Keeps what the page offers as a file.
const KEEP_FILES: &str = "const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => { if (blob.type === 'text/html') blob.text().then((text) => { window.kept = text; }); return make(blob); };";

#[tokio::test]
async fn the_report_that_the_app_saves_is_that_of_the_program() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("saved");
    let report = folder.path().join("report.html");
    let files = [sample("pipeline-a.jsonl"), sample("pipeline-b.jsonl")];
    let app = Program::open(&setup, &files);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.js(KEEP_FILES).await;
    for (chord, shown) in [("Control+s", &files[..1]), ("Control+Shift+S", &files[..])] {
        page.press(chord).await;
        page.wait_until("window.kept").await;
        let saved = page.js("const kept = window.kept; window.kept = null; return kept").await;
        let mut command = Command::new(&setup.program);
        assert!(command.arg("report").args(shown).arg("-o").arg(&report).status().unwrap().success());
        let written = std::fs::read_to_string(&report).unwrap();
        assert!(saved.as_str() == Some(written.as_str()), "{chord}");
    }
    assert!(page.text(".foot").await.contains("Report saved"));
}

/// Opens the app in a window of its own and sends it a run, as `docs/embedding.md` has it.
const SEND_A_RUN: &str = "const app = window.open(location.pathname + '?second');
    window.app = app;
    const timer = setInterval(() => app.postMessage('PING', location.origin), 50);
    window.addEventListener('message', (event) => {
        if (event.source !== app || event.data !== 'PONG') return;
        clearInterval(timer);
        const text = '{\"tasks\":[{\"id\":\"sent\",\"start\":0,\"end\":9}]}';
        const bytes = new TextEncoder().encode(text).buffer;
        app.postMessage({ makespan: { files: [{ name: 'sent.json', bytes }] } }, location.origin);
    });";

#[tokio::test]
async fn a_run_travels_in_a_link_and_in_a_message() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[]);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(&[sample("pipeline-a.jsonl")]).await;
    page.wait_ready().await;
    page.press("Shift+L").await;
    page.wait_until("location.hash.includes('&data=')").await;
    page.press("3").await;
    page.wait_until("location.hash.includes('view=timeline')").await;
    let link = page.js("return location.href").await.as_str().unwrap().to_owned();
    assert!(link.len() < 20_000 && link.contains("&data="), "{link}");
    page.goto("about:blank").await;
    page.goto(&link).await;
    painted(&page, "timeline").await;
    assert!(page.text(".foot").await.contains("48 tasks"));

    page.js(SEND_A_RUN).await;
    page.wait_until("window.app.document.querySelector('.foot')?.innerText.includes('1 task')").await;
}

#[tokio::test]
async fn a_report_is_readable_without_scripts() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("static");
    let report = folder.path().join("report.html");
    let made = Command::new(&setup.program)
        .arg("report")
        .arg(sample("pipeline-retry.jsonl"))
        .arg("-o")
        .arg(&report)
        .status();
    assert!(made.unwrap().success());
    let page = Chromium::start(&setup, View::default()).await;
    page.cdp("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": true })).await;
    page.goto_file(&report).await;
    let text = page.text("#makespan-static").await;
    for word in ["failed", "score-4", "ZeroDivisionError", "Critical path"] {
        assert!(text.contains(word), "{word} is missing");
    }
}

#[tokio::test]
async fn keys_wheel_and_links_lead_to_the_same_view() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-a.jsonl")]);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.press("3").await;
    painted(&page, "timeline").await;
    page.press("w").await;
    page.press("c").await;
    page.wheel((700, 400), Wheel { dx: 0, dy: -240, ctrl: true }).await;
    page.wait_until("location.hash.includes('window=') && location.hash.includes('critical=1')").await;
    page.press("ArrowRight").await;
    page.wait_until("location.hash.includes('task=') && document.querySelector('[data-testid=details] h2')")
        .await;
    let link = page.js("return location.href").await.as_str().unwrap().to_owned();
    let name = page.text("[data-testid=details] h2").await;
    page.goto("about:blank").await;
    page.goto(&link).await;
    page.wait_ready().await;
    // A box that is not laid out yet has no visible text: what counts is what it comes to show.
    let shown = serde_json::json!(name);
    page.wait_until(&format!("document.querySelector('[data-testid=details] h2')?.innerText === {shown}"))
        .await;
    assert_eq!(page.js("return location.href").await.as_str(), Some(link.as_str()));
    page.press("Shift+?").await;
    page.wait_until("document.querySelector('[role=dialog]')").await;
    assert!(page.text("[role=dialog]").await.contains("critical path"));
    page.press("Escape").await;
    page.wait_until("!document.querySelector('[role=dialog]')").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn bad_files_are_reported_and_the_page_continues() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("bad");
    let app = Program::open(&setup, &[]);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    let cases: [(&str, &[u8]); 3] =
        [("empty.json", b""), ("noise.bin", &[0, 255, 1, 254, 200]), ("other.json", b"{\"a\": [1, 2")];
    for (name, bytes) in cases {
        page.drop_files(&[folder.write(name, bytes)]).await;
        page.wait_until("document.documentElement.dataset.makespanState === 'error'").await;
        assert!(page.text(".failed").await.contains(name));
        page.js("document.documentElement.dataset.makespanState = ''").await;
        page.press("Escape").await;
    }
    let good = folder.write("good.txt", "fetch 0..4 w1\nalign 4..9 w1 fetch");
    let bad = folder.write("bad.json", "{\"a\": ");
    page.drop_files(&[good, bad]).await;
    page.wait_ready().await;
    page.press("6").await;
    assert_eq!(rows(&page, "table").await, 2);
    let foot = page.text(".foot").await;
    assert!(foot.contains("1 file not read"), "{foot}");
    page.assert_quiet().await;
}

#[tokio::test]
async fn names_that_are_markup_stay_names() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("markup");
    let names = [
        "<img src=x onerror=window.__pwned=1>",
        "</script><script>window.__pwned=1</script>",
        "javascript:window.__pwned=1",
        "\u{202e}txt.exe",
        "__proto__",
    ];
    let mut lines = String::new();
    for (i, name) in names.iter().enumerate() {
        let name = serde_json::to_string(name).unwrap();
        lines.push_str(&format!(
            "{{\"event\":\"task\",\"task\":{name},\"step\":{name},\"kind\":{name},\"labels\":{{{name}:{name}}},\"params\":{{{name}:[{name}]}}}}\n\
             {{\"event\":\"attempt\",\"task\":{name},\"started\":{i}000000000,\"ended\":{i}500000000,\"worker\":{name},\"error\":{{\"message\":{name},\"trace\":{name}}}}}\n\
             {{\"event\":\"log\",\"task\":{name},\"text\":{name}}}\n{{\"event\":\"artifact\",\"task\":{name},\"name\":{name},\"uri\":{name}}}\n"
        ));
    }
    let file = folder.write("hostile.jsonl", &lines);
    let report = folder.path().join("hostile.html");
    let made = Command::new(&setup.program).arg("report").arg(&file).arg("-o").arg(&report).status();
    assert!(made.unwrap().success());
    let app = Program::open(&setup, &[]);
    let page = Chromium::start(&setup, View::default()).await;
    for from_disk in [false, true] {
        if from_disk {
            page.goto_file(&report).await;
        } else {
            page.goto(&app.url).await;
            page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
            page.drop_files(std::slice::from_ref(&file)).await;
        }
        page.wait_ready().await;
        for key in ["1", "3", "2", "6", "ArrowDown", "ArrowDown", "v"] {
            page.press(key).await;
            page.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                .await;
        }
        let safe = "return window.__pwned === undefined && ({}).polluted === undefined && document.querySelectorAll('img, iframe, object').length === 0 && [...document.querySelectorAll('a[href]')].every(a => a.getAttribute('href').startsWith('#') || /^(https?|blob):$/.test(a.protocol))";
        assert_eq!(page.js(safe).await, serde_json::Value::Bool(true));
        page.assert_quiet().await;
    }
}

#[tokio::test]
async fn a_narrow_page_never_scrolls_sideways() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-retry.jsonl")]);
    let page = Chromium::start(&setup, View { width: 390, height: 844, dark: true }).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    for key in ["1", "3", "2", "6"] {
        page.press(key).await;
        page.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
        let wide = number(&page, "document.documentElement.scrollWidth - innerWidth").await;
        assert_eq!(wide, 0, "view {key} is wider than the page");
        let tall = number(&page, "document.documentElement.scrollHeight - innerHeight").await;
        assert_eq!(tall, 0, "view {key} is taller than the page");
    }
    page.assert_quiet().await;
}

/// A number of nanoseconds that a cell tells in full, as `… (123 ns)`.
fn exact(title: &str) -> i64 {
    let inside = title.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(" ns)"));
    inside.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{title} tells no ns"))
}

#[tokio::test]
async fn two_runs_are_compared_in_every_part() {
    let Some(setup) = Setup::from_env() else { return };
    let files = [sample("pipeline-a.jsonl"), sample("pipeline-b.jsonl")];
    let app = Program::open(&setup, &files[..1]);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.press("5").await;
    assert!(page.text("[data-testid=compare]").await.contains("Open another run to compare"));
    page.drop_files(&files[1..]).await;
    page.wait_until("document.querySelector('[data-testid=compare-page] h1')").await;
    let title = page.text("[data-testid=compare-page] h1").await;
    assert!(title.starts_with("B took") && title.contains("longer"), "{title}");
    for part in ["graph", "timeline", "statistics", "trend"] {
        page.click(&format!("[data-part={part}]")).await;
        page.wait_until(&format!(
            "document.querySelector('[data-testid=compare-{part}] canvas')?.width > 100"
        ))
        .await;
    }
    page.click("[data-part=graph]").await;
    page.press("v").await;
    assert_eq!(rows(&page, "compare-graph-twin").await, 48);
    page.press("v").await;
    page.click("[data-part=tasks]").await;
    assert_eq!(rows(&page, "compare-tasks").await, 48);
    // What each row adds to the difference stands in its cell in full; with what no task is the cause of, it is the whole.
    let first = page.js("return document.querySelector('[data-testid=compare-tasks] tbody tr:not(.spacer) td:nth-child(6)').title").await;
    assert!(exact(first.as_str().unwrap()) > 0, "{first}");
    page.press("x").await;
    page.click("[data-part=summary]").await;
    page.wait_until("document.querySelector('[data-testid=compare-page] h1')?.innerText.includes(' less: ')")
        .await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn heatmaps_and_charts_have_their_twins() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-a.jsonl"), sample("pipeline-b.jsonl")]);
    let page = Chromium::start(&setup, View::default()).await;
    for (which, least) in [("tasks", 48), ("workers", 4), ("runs", 48), ("days", 7)] {
        page.goto("about:blank").await;
        page.goto(&format!("{}#v=1&view=heatmap&heat={which}", app.url)).await;
        page.wait_ready().await;
        painted(&page, "heatmap").await;
        page.press("v").await;
        assert_eq!(rows(&page, "heatmap-twin").await, least, "{which}");
    }
    page.goto("about:blank").await;
    page.goto(&format!("{}#v=1&view=charts", app.url)).await;
    page.wait_ready().await;
    painted(&page, "charts").await;
    let offered =
        number(&page, "document.querySelectorAll('.chart-list button:not(:disabled)').length").await;
    assert!(offered >= 6, "{offered} charts");
    for n in 1..=offered {
        page.js(&format!(
            "document.querySelectorAll('.chart-list button:not(:disabled)')[{}].click()",
            n - 1
        ))
        .await;
        page.wait_until("document.querySelector('.chart-body .picture canvas')?.width > 100").await;
        let rows =
            number(&page, "document.querySelectorAll('[data-testid=chart-twin] tbody tr').length").await;
        assert!(rows > 0, "chart {n} has an empty table");
    }
    page.assert_quiet().await;
}

/// Runs a script before anything of every page that is loaded from now on.
async fn before_every_page(page: &Chromium, source: &str) {
    page.cdp("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": source })).await;
}

#[tokio::test]
async fn a_page_that_gets_no_worker_does_the_work_itself() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-retry.jsonl")]);
    let page = Chromium::start(&setup, View::default()).await;
    before_every_page(
        &page,
        "window.Worker = class { constructor() { throw new Error('no workers here'); } };",
    )
    .await;
    page.goto(&app.url).await;
    walk(&page, 48, 47).await;
}

#[tokio::test]
async fn an_engine_that_ends_by_itself_is_started_again_with_its_files() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-retry.jsonl")]);
    let page = Chromium::start(&setup, View::default()).await;
    let keep = "const Plain = window.Worker;
        window.Worker = class extends Plain { constructor(...a) { super(...a); (window.started ??= []).push(this); } };";
    before_every_page(&page, keep).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.press("3").await;
    painted(&page, "timeline").await;
    page.press("n").await;
    page.wait_until("location.hash.includes('task=score-4')").await;
    let end = "const engine = window.started.at(-1);
        engine.terminate();
        engine.dispatchEvent(new ErrorEvent('error', { message: 'unreachable executed', cancelable: true }));";
    page.js(end).await;
    page.wait_until("document.querySelector('.foot')?.innerText.includes('The engine stopped')").await;
    page.wait_ready().await;
    assert_eq!(number(&page, "window.started.length").await, 2);
    page.wait_until("location.hash.includes('view=timeline') && location.hash.includes('task=score-4')")
        .await;
    page.press("6").await;
    assert_eq!(rows(&page, "table").await, 48);
}
