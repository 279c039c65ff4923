//! How fast the page is in Chromium: `cargo xtask bench page` makes the files, runs this and collects the JSON lines.
//! Every figure stands beside the floor, taken in the same browser on the same file: a page of some twenty lines
//! (`tests/support/floor.html`) that parses the file and fills one rectangle for each attempt.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use support::cpu::{Cpu, forget_peak, peak_bytes};
use support::{Chromium, Folder, Setup, TempFolder, View, Wheel};

/// The forms that a run is measured in, with the names of their files.
const FORMS: [(&str, &str, &str); 3] =
    [("run-json", "run-", ".json"), ("chrome-trace", "trace-", ".json"), ("events", "events-", ".jsonl")];

/// Before the file is chosen: keep the long tasks, and mark the moment of the choice.
const WATCH: &str = "
    window.long = [];
    new PerformanceObserver(list => window.long.push(...list.getEntries().map(e => e.duration))).observe({type: 'longtask'});
    window.addEventListener('change', () => performance.mark('bench:given'), {capture: true});";

/// Waits without asking again and again, which would cost what is measured, until the frame after the picture.
const PAINTED: &str = "
    return new Promise(done => {
        const seen = new PerformanceObserver(list => {
            const [painted] = list.getEntriesByName('makespan:painted');
            if (!painted) return;
            seen.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => {
                const at = name => performance.getEntriesByName(name)[0]?.startTime ?? null;
                const from = at('bench:given'), after = name => at(name) === null ? null : at(name) - from;
                setTimeout(() => done({painted_ms: after('makespan:painted'), parsed_ms: after('makespan:parsed'),
                    drawn: painted.detail?.drawn ?? null, wasm_memory_bytes: painted.detail?.wasmBytes ?? null,
                    longest_task_ms: Math.max(0, ...window.long)}), 50);
            }));
        });
        seen.observe({type: 'mark', buffered: true});
    });";

/// Sixty turns of the wheel, one a frame, and how long the frames took: `[median, 95th percentile]` in ms.
const FRAMES: &str = r"
    const [selector, ctrl] = arguments;
    const canvas = document.querySelector(selector);
    const box = canvas.getBoundingClientRect();
    const times = [];
    return new Promise(done => {
        let last = null, n = 0;
        const turn = now => {
            if (last !== null) times.push(now - last);
            last = now;
            if (n++ === 60) { times.sort((a, b) => a - b); done([times[29], times[56]]); return; }
            const way = ctrl ? (n <= 30 ? -40 : 40) : 40;
            canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: ctrl ? way : 0, deltaX: ctrl ? 0 : way, ctrlKey: ctrl,
                clientX: box.x + box.width / 2, clientY: box.y + 100, bubbles: true, cancelable: true }));
            requestAnimationFrame(turn);
        };
        requestAnimationFrame(turn);
    });";

/// From a trusted event to the end of the frame that it was handled in.
const LISTEN: &str = "
    window.late = [];
    addEventListener('wheel', event => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.late.push(performance.now() - event.timeStamp);
        channel.port2.postMessage(0);
    }), {capture: true, passive: true});";

/// A page that takes a file and draws it.
struct Contestant {
    url: String,
    input: &'static str,
    canvas: &'static str,
}

#[tokio::test]
async fn from_file_to_picture_and_frame_to_frame() {
    let Some(setup) = Setup::without_program() else { return };
    let Some(folder) = std::env::var_os("MAKESPAN_BENCH").map(PathBuf::from) else {
        println!("skipped: MAKESPAN_BENCH is not set; `cargo xtask bench page` sets it");
        return;
    };
    let floor_page = TempFolder::new("floor");
    floor_page.write("index.html", include_str!("support/floor.html"));
    let floor = Contestant { url: Folder::serve(floor_page.path()).url, input: "#open", canvas: "#picture" };
    let host = Folder::serve(&setup.dist);
    let app = Contestant {
        url: format!("{}#v=1&view=timeline", host.url),
        input: "#makespan-open",
        canvas: "[data-testid=timeline] .stage-overlay",
    };
    ready(&setup).await;
    for n in sizes(&folder) {
        for (form, start, end) in FORMS {
            let file = folder.join(format!("{start}{n}{end}"));
            measure(&setup, &floor, &app, &file, n, form).await;
        }
    }
}

/// The sizes for which the folder holds files, smallest first.
fn sizes(folder: &Path) -> Vec<u64> {
    let names = std::fs::read_dir(folder).expect("the folder of files is there").flatten();
    let size = |name: &str| name.strip_prefix("run-")?.strip_suffix(".json")?.parse().ok();
    let mut sizes: Vec<u64> = names.filter_map(|entry| size(entry.file_name().to_str()?)).collect();
    sizes.sort_unstable();
    sizes
}

/// The CPU until the page accepts files, with its wasm in the browser's caches of bytes and code.
async fn ready(setup: &Setup) {
    let host = Folder::serve(&setup.dist);
    let page = Chromium::start(setup, View::default()).await;
    let mut spent = Vec::new();
    for turn in 0..7 {
        // Of the same site, so that the process stays.
        page.goto(&format!("{}icon.svg", host.url)).await;
        page.settle().await;
        let before = Cpu::now(page.driver());
        page.goto(&host.url).await;
        page.wait_until("performance.getEntriesByName('makespan:ready').length > 0").await;
        let cpu = Cpu::now(page.driver()).since(&before);
        page.settle().await;
        if turn >= 2 {
            spent.push(cpu);
        }
    }
    println!("\n{}", json!({ "measure": "ready", "cpu_s": round(median(&mut spent)) }));
}

/// One form of one size: the floor and the app in turns, medians, and the ratio.
async fn measure(setup: &Setup, floor: &Contestant, app: &Contestant, file: &Path, n: u64, form: &str) {
    let page = Chromium::start(setup, View::default()).await;
    page.patience(Duration::from_secs(900)).await;
    let turns = if n >= 1_000_000 { 1 } else { 5 };
    let (mut floors, mut apps) = (Vec::new(), Vec::new());
    for turn in 0..turns {
        floors.push(once(&page, floor, file).await);
        let frames = turn + 1 == turns;
        let floor_frames = if frames { frame_times(&page, floor).await } else { Value::Null };
        apps.push(once(&page, app, file).await);
        if frames {
            let all = |runs: &[Value], key: &str| {
                median(&mut runs.iter().filter_map(|r| r[key].as_f64()).collect::<Vec<_>>())
            };
            let (cpu, floor_cpu) = (all(&apps, "cpu_s"), all(&floors, "cpu_s"));
            let bytes = all(&apps, "wasm_memory_bytes");
            let line = json!({
                "measure": "load", "form": form, "tasks": n, "turns": turns,
                "file_bytes": std::fs::metadata(file).map_or(0, |m| m.len()),
                "cpu_s": cpu, "floor_cpu_s": floor_cpu, "times_floor": round(cpu / floor_cpu),
                "painted_ms": all(&apps, "painted_ms"), "floor_painted_ms": all(&floors, "painted_ms"),
                "parsed_ms": all(&apps, "parsed_ms"),
                "longest_task_ms": all(&apps, "longest_task_ms"), "floor_longest_task_ms": all(&floors, "longest_task_ms"),
                "renderer_peak_mb": all(&apps, "peak_mb"), "floor_renderer_peak_mb": all(&floors, "peak_mb"),
                "wasm_bytes_a_task": if bytes > 0.0 { json!((bytes / n as f64).round()) } else { Value::Null },
                "frames": frame_times(&page, app).await, "floor_frames": floor_frames,
            });
            println!("\n{line}");
        }
    }
    page.assert_quiet().await;
}

/// Gives the file to a fresh page and waits for its picture.
async fn once(page: &Chromium, contestant: &Contestant, file: &Path) -> Value {
    page.goto("about:blank").await;
    page.goto(&contestant.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    // What the compilers still do for the start is not part of the load.
    page.settle().await;
    page.js(WATCH).await;
    forget_peak(page.driver());
    let before = Cpu::now(page.driver());
    page.choose_files(contestant.input, &[file.to_owned()]).await;
    let mut seen = page.js(PAINTED).await;
    seen["cpu_s"] = round(Cpu::now(page.driver()).since(&before)).into();
    seen["peak_mb"] = (peak_bytes(page.driver()) >> 20).into();
    seen
}

/// Frames while zooming and panning, and from input to frame, in ms.
async fn frame_times(page: &Chromium, contestant: &Contestant) -> Value {
    page.settle().await;
    let frames = |ctrl: bool| page.js_with(FRAMES, vec![contestant.canvas.into(), ctrl.into()]);
    let (zoom, pan) = (frames(true).await, frames(false).await);
    page.js(LISTEN).await;
    let place = page
        .js_with(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();
             return [Math.round(box.x + box.width / 2), Math.round(box.y + 100)];",
            vec![contestant.canvas.into()],
        )
        .await;
    let place = (place[0].as_i64().unwrap_or(400), place[1].as_i64().unwrap_or(400));
    for turn in 0..20 {
        let dx = if turn % 2 == 0 { 60 } else { -60 };
        page.wheel(place, Wheel { dx, ..Wheel::default() }).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = page.js("return window.late").await;
    let mut late: Vec<f64> = late.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let middle = median(&mut late);
    let high = late.get(late.len() * 95 / 100).copied().unwrap_or(0.0);
    json!({ "zoom_p50_ms": zoom[0], "zoom_p95_ms": zoom[1], "pan_p50_ms": pan[0], "pan_p95_ms": pan[1],
        "input_p50_ms": round(middle), "input_p95_ms": round(high), "inputs": late.len() })
}

/// Sorts the numbers and returns the middle one; 0 where there is none.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

/// To a thousandth.
fn round(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
