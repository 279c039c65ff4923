//! Pictures of every view, in light and dark, wide and narrow: `cargo xtask shots` writes them, people look at them.
//! The README's own pictures are some of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod support;

use std::path::{Path, PathBuf};

use support::{Chromium, Program, Setup, View};

/// Opens one view of the first sample and waits for its picture.
async fn show(page: &Chromium, url: &str, hash: &str) {
    page.goto("about:blank").await;
    page.goto(&format!("{url}#{hash}")).await;
    page.wait_ready().await;
    page.wait_until("performance.getEntriesByName('makespan:painted').length > 0").await;
    // The frame after the mark holds what the mark is about.
    page.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
}

#[tokio::test]
async fn every_view_in_every_theme() {
    let Some(setup) = Setup::from_env() else { return };
    let Some(folder) = std::env::var_os("MAKESPAN_SHOTS").map(PathBuf::from) else {
        println!("skipped: MAKESPAN_SHOTS is not set; `cargo xtask shots` sets it");
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/samples/pipeline-retry.jsonl");
    let app = Program::open(&setup, &[sample]);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/samples");
    let two = Program::open(&setup, &[samples.join("pipeline-a.jsonl"), samples.join("pipeline-b.jsonl")]);
    let bare = Program::open(&setup, &[]);
    let mut written = 0;
    for dark in [false, true] {
        for (width, height) in [(1440, 900), (390, 844)] {
            let page = Chromium::start(&setup, View { width, height, dark }).await;
            let dress = format!("{}-{width}", if dark { "dark" } else { "light" });
            let shot = |name: &str| folder.join(format!("{name}-{dress}.png"));
            page.goto(&bare.url).await;
            page.wait_until("document.querySelectorAll('.sample').length > 0").await;
            page.screenshot(&shot("landing")).await;
            let views = [
                ("overview", "v=1&view=overview"),
                ("timeline", "v=1&view=timeline&critical=1"),
                ("graph", "v=1&view=graph&critical=1"),
                ("table", "v=1&view=table&sort=-duration"),
                ("details", "v=1&view=timeline&task=fetch-2"),
                ("filtered", "v=1&view=timeline&lanes=step&q=status:failed"),
            ];
            for (name, hash) in views {
                show(&page, &app.url, hash).await;
                page.screenshot(&shot(name)).await;
                written += 1;
            }
            let of_two = [
                ("compare", "v=1&view=compare"),
                ("compare-tasks", "v=1&view=compare&part=tasks"),
                ("compare-graph", "v=1&view=compare&part=graph"),
                ("compare-timeline", "v=1&view=compare&part=timeline"),
                ("compare-statistics", "v=1&view=compare&part=statistics"),
                ("compare-trend", "v=1&view=compare&part=trend"),
                ("runs-before", "v=1&view=timeline&run=1&before=1&task=grams-2"),
                ("heatmap", "v=1&view=heatmap"),
                ("heatmap-workers", "v=1&view=heatmap&heat=workers"),
                ("heatmap-runs", "v=1&view=heatmap&heat=runs&hcolour=change"),
                ("charts", "v=1&view=charts"),
                ("charts-steps", "v=1&view=charts&chart=steps"),
                ("charts-distribution", "v=1&view=charts&chart=distribution&task=grams-2"),
            ];
            for (name, hash) in of_two {
                show(&page, &two.url, hash).await;
                page.screenshot(&shot(name)).await;
                written += 1;
            }
            page.press("Shift+?").await;
            page.screenshot(&shot("keys")).await;
            page.assert_quiet().await;
        }
    }
    assert_eq!(written, 76);
}
