//! axe-core (github.com/dequelabs/axe-core) finds nothing to complain about, in any view and sheet of the app.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Chromium, Program, Setup, View};

/// Each finding as `rule at ELEMENT: WHY`.
const RUN: &str = "return axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations.flatMap(rule => \
                   rule.nodes.map(node => `${rule.id} at ${node.target.join(' ')}: ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`)))";

/// The views by their keys, and the sheets that keys open.
const VIEWS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
const SHEETS: [&str; 2] = ["?", "Control+,"];
/// Sheets that a button of a view opens: the key of the view, the text of the button.
const SHEETS_OF_VIEWS: [(&str, &str); 2] = [("6", "Columns…"), ("3", "other…")];

/// The text of axe-core, where it is installed.
fn axe() -> Option<String> {
    let Some(path) = std::env::var_os("MAKESPAN_AXE") else {
        println!(
            "skipped: MAKESPAN_AXE is not set; `cargo xtask test` sets it where it can install axe-core"
        );
        return None;
    };
    Some(std::fs::read_to_string(path).expect("axe-core can be read"))
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/samples").join(name)
}

async fn findings(page: &Chromium, place: &str) -> Vec<String> {
    page.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
    let Value::Array(found) = page.js(RUN).await else { panic!("axe gave no list") };
    found.iter().map(|text| format!("{place}: {}", text.as_str().unwrap_or_default())).collect()
}

/// Walks everything; `media` are features of the display, such as forced colours.
async fn check(view: View, media: Value) {
    let Some(setup) = Setup::from_env() else { return };
    let Some(axe) = axe() else { return };
    let files = ["pipeline-a.jsonl", "pipeline-b.jsonl", "pipeline-retry.jsonl"].map(sample);
    let app = Program::open(&setup, &files);
    let page = Chromium::start(&setup, view).await;
    page.cdp("Emulation.setEmulatedMedia", json!({ "features": media })).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.js(&axe).await;
    let mut found = Vec::new();
    for key in VIEWS {
        page.press(key).await;
        page.settle().await;
        found.extend(findings(&page, &format!("view {key}")).await);
    }
    for key in SHEETS {
        page.press(key).await;
        page.wait_until("document.querySelector('[role=dialog]')").await;
        found.extend(findings(&page, &format!("sheet {key}")).await);
        page.press("Escape").await;
        page.wait_until("!document.querySelector('[role=dialog]')").await;
    }
    for (key, button) in SHEETS_OF_VIEWS {
        page.press(key).await;
        page.settle().await;
        let script =
            "[...document.querySelectorAll('.tools button')].find(b => b.innerText === arguments[0]).click()";
        page.js_with(script, vec![button.into()]).await;
        page.wait_until("document.querySelector('[role=dialog]')").await;
        found.extend(findings(&page, &format!("sheet {button}")).await);
        page.press("Escape").await;
        page.wait_until("!document.querySelector('[role=dialog]')").await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_in_the_light() {
    check(
        View { width: 1440, height: 900, dark: false },
        json!([{ "name": "prefers-color-scheme", "value": "light" }]),
    )
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_the_dark_on_a_phone() {
    check(
        View { width: 390, height: 844, dark: true },
        json!([{ "name": "prefers-color-scheme", "value": "dark" }]),
    )
    .await;
}

#[tokio::test]
async fn axe_finds_nothing_in_forced_colours() {
    check(
        View { width: 1440, height: 900, dark: false },
        json!([{ "name": "forced-colors", "value": "active" }]),
    )
    .await;
}
