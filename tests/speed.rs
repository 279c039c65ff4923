//! How fast the page is in Chromium: `cargo xtask bench` runs this and collects the JSON lines. Each size stands
//! beside a yardstick taken in the same page on the same bytes: `JSON.parse` of every line, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod support;

use std::fmt::Write as _;

use support::{Chromium, Program, Setup, TempFolder, View};

/// A run of `n` tasks in layers of up to 512, 64 workers, two dependencies a task, one failure in fifty.
fn run_of(n: usize) -> String {
    let mut out = String::from(
        "{\"event\":\"run\",\"makespan\":1,\"run\":\"bench\",\"name\":\"Made for measuring\"}\n",
    );
    let mut free = [0u64; 64];
    let mut seed = 7u64;
    for i in 0..n {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let worker = i % 64;
        let length = 200_000_000 + (seed >> 33) % 4_000_000_000;
        let start = free[worker];
        free[worker] = start + length + 1_000_000;
        let after =
            if i < 512 { String::new() } else { format!(",\"after\":[\"t{}\",\"t{}\"]", i - 512, i - 511) };
        let status = if seed.is_multiple_of(50) { "failed" } else { "succeeded" };
        let step = i / 512 % 24;
        writeln!(out, "{{\"event\":\"task\",\"task\":\"t{i}\",\"step\":\"step-{step}\"{after}}}").unwrap();
        writeln!(
            out,
            "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"queued\":{start},\"started\":{},\"ended\":{},\"worker\":\"worker-{worker:02}\",\"status\":\"{status}\"}}",
            start + 500_000,
            start + length
        )
        .unwrap();
    }
    out
}

/// Twenty turns of the wheel, one a frame, and how long the frames took.
const FRAMES: &str = r"
    const [ctrl] = arguments;
    const canvas = document.querySelector('[data-testid=timeline] .stage-overlay');
    const box = canvas.getBoundingClientRect();
    const times = [];
    return new Promise(done => {
        let last = null, n = 0;
        const turn = now => {
            if (last !== null) times.push(now - last);
            last = now;
            if (n++ === 20) { times.sort((a, b) => a - b); done([times[9], times[18]]); return; }
            const way = ctrl ? (n <= 10 ? -60 : 60) : 40;
            canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: ctrl ? way : 0, deltaX: ctrl ? 0 : way, ctrlKey: ctrl,
                clientX: box.x + box.width / 2, clientY: box.y + 100, bubbles: true, cancelable: true }));
            requestAnimationFrame(turn);
        };
        requestAnimationFrame(turn);
    });";

#[tokio::test]
async fn from_file_to_picture_and_frame_to_frame() {
    let Some(setup) = Setup::from_env() else { return };
    if std::env::var_os("MAKESPAN_BENCH").is_none() {
        eprintln!("skipped: MAKESPAN_BENCH is not set; `cargo xtask bench` sets it");
        return;
    }
    let folder = TempFolder::new("speed");
    for n in [1_000, 10_000, 100_000] {
        let file = folder.write(&format!("run-{n}.jsonl"), run_of(n));
        let app = Program::open(&setup, std::slice::from_ref(&file));
        let page = Chromium::start(&setup, View::default()).await;
        // The yardstick first, in the same page, on the same bytes.
        page.goto(&app.url).await;
        page.wait_ready().await;
        let floor = page
            .js("return fetch('./files/0').then(r => r.text()).then(text => {
                    const runs = [];
                    for (let i = 0; i < 3; i++) { const t = performance.now(); let kept = 0;
                        for (const line of text.split('\\n')) if (line) kept += Object.keys(JSON.parse(line)).length > 0;
                        runs.push(performance.now() - t); }
                    return Math.min(...runs); })")
            .await;
        let bare = Program::open(&setup, &[]);
        let mut best = serde_json::Value::Null;
        for _ in 0..3 {
            page.goto("about:blank").await;
            page.goto(&format!("{}#v=1&view=timeline", bare.url)).await;
            page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
            page.js("window.long = []; new PerformanceObserver(l => window.long.push(...l.getEntries().map(e => e.duration))).observe({type: 'longtask'});
                     window.addEventListener('change', () => performance.mark('bench:given'), {capture: true});").await;
            page.choose_files("#makespan-open", std::slice::from_ref(&file)).await;
            page.wait_until("performance.getEntriesByName('makespan:painted').length > 0").await;
            let now = page
                .js("const at = name => performance.getEntriesByName(name)[0].startTime;
                     const from = at('bench:given');
                     return {painted_ms: at('makespan:painted') - from, read_ms: at('makespan:read') - from, parsed_ms: at('makespan:parsed') - from,
                             drawn: performance.getEntriesByName('makespan:painted')[0].detail.drawn,
                             longest_task_ms: Math.max(0, ...window.long), wasm_memory_bytes: performance.getEntriesByName('makespan:painted')[0].detail.wasmBytes}")
                .await;
            if best.is_null() || now["painted_ms"].as_f64() < best["painted_ms"].as_f64() {
                best = now;
            }
        }
        let zoom = page.js_with(FRAMES, vec![true.into()]).await;
        let pan = page.js_with(FRAMES, vec![false.into()]).await;
        let painted = best["painted_ms"].as_f64().unwrap();
        best["tasks"] = n.into();
        best["json_parse_ms"] = floor.clone();
        best["times_json_parse"] = (painted / floor.as_f64().unwrap()).into();
        (best["zoom_frame_p50_ms"], best["zoom_frame_p95_ms"]) = (zoom[0].clone(), zoom[1].clone());
        (best["pan_frame_p50_ms"], best["pan_frame_p95_ms"]) = (pan[0].clone(), pan[1].clone());
        println!("\n{best}");
        page.assert_quiet().await;
    }
}
