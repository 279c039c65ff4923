//! Which crate stands on which, and what comes with it.

use std::process::Command;

use serde_json::Value;

use crate::sources::*;

/// The crates, lowest floor first, and the crates of ours that each may stand on.
const FLOORS: &[(&str, &[&str])] = &[
    ("format", &[]),
    ("layout", &[]),
    ("scene", &[]),
    ("pack", &[]),
    ("redact", &["format"]),
    ("model", &["format"]),
    ("ship", &[]),
    // What programs link to record themselves; it reads back with the model in its tests only.
    ("tracker-macro", &["tracker"]),
    ("tracker", &["format", "model", "ship", "tracker", "tracker-macro"]),
    ("import", &["format", "model"]),
    ("analysis", &["format", "model"]),
    ("store", &["format", "model"]),
    ("views", &["format", "model", "analysis", "layout", "scene"]),
    ("alerts", &["format", "model", "analysis", "scene", "views"]),
    // Its tests read back what it wrote, in every format.
    ("export", &["format", "model", "import", "analysis", "layout", "scene", "views", "export"]),
    ("engine", &["format", "model", "import", "analysis", "layout", "scene", "views", "export"]),
    ("report", &["format", "redact", "model", "analysis", "layout", "scene", "views", "export", "engine"]),
    (
        "server",
        &[
            "format", "model", "import", "analysis", "layout", "scene", "store", "views", "alerts", "export",
            "engine", "report",
        ],
    ),
    (
        "cli",
        &[
            "format", "redact", "model", "import", "analysis", "layout", "scene", "store", "views", "alerts",
            "export", "engine", "report", "server", "ship", // Its tests record a program.
            "tracker",
        ],
    ),
];
/// The app stands on what it shows and saves; it never reads a disk.
const APP: &[&str] =
    &["format", "pack", "model", "import", "analysis", "layout", "scene", "views", "engine", "report"];
/// The crates that must stay small enough to be built upon by anybody, and all that they may need.
const FRUGAL: &[(&str, &[&str])] = &[
    ("format", &["serde", "serde_json"]),
    ("layout", &[]),
    ("pack", &["lzma-rust2"]),
    ("redact", &["makespan-format", "serde_json"]),
    ("scene", &["serde"]),
    ("tracker-macro", &[]),
    (
        "tracker",
        &[
            "makespan-format",
            "makespan-ship",
            "makespan-tracker-macro",
            "rustix",
            "serde_json",
            "tracing-core",
            "tracing-subscriber",
        ],
    ),
];
/// All that comes with the tracker as it is without its features, on any system. It is linked into the programs of
/// others: what it brings with it they have to build, to trust and to keep.
const WITH_THE_TRACKER: &[&str] = &[
    "bitflags",
    "errno",
    "itoa",
    "libc",
    "linux-raw-sys",
    "makespan-format",
    "makespan-tracker",
    "memchr",
    "proc-macro2",
    "quote",
    "rustix",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "syn",
    "unicode-ident",
    "windows-link",
    "windows-sys",
    "windows-targets",
    "zmij",
];
const BROWSER_CRATES: &[&str] = &["leptos", "web-sys", "js-sys", "wasm-bindgen"];

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn short(package: &str) -> &str {
    package.strip_prefix("makespan-").unwrap_or(package)
}

/// Names of what a package depends on; without what only its tests need, unless asked for.
fn dependencies(package: &Value, with_dev: bool) -> Vec<&str> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|d| with_dev || d["kind"] != "dev").map(|d| d["name"].as_str().unwrap()).collect()
}

#[test]
fn a_crate_depends_on_lower_floors_only() {
    let mut breaches = Vec::new();
    for package in &packages() {
        let name = package["name"].as_str().unwrap();
        let allowed = match name {
            "makespan" => APP,
            "xtask" => &["format", "pack"],
            _ => match FLOORS.iter().find(|(floor, _)| *floor == short(name)) {
                Some((_, allowed)) => allowed,
                None => {
                    breaches.push(format!("crates/{}/Cargo.toml:1: {name} has no floor", short(name)));
                    continue;
                }
            },
        };
        for other in dependencies(package, true) {
            let ours = other == "makespan" || other == "xtask" || other.starts_with("makespan-");
            if ours && !allowed.contains(&short(other)) {
                breaches.push(format!("{name} depends on {other}"));
            }
        }
    }
    must_be_none(&breaches, "arrows point down only; FLOORS in tests/tidy/floors.rs says which");
}

#[test]
fn restricted_crates_have_few_dependencies_and_none_uses_a_browser() {
    let mut breaches = Vec::new();
    for package in &packages() {
        let name = package["name"].as_str().unwrap();
        let frugal = FRUGAL.iter().find(|(floor, _)| *floor == short(name));
        for other in dependencies(package, false) {
            let built = package["dependencies"].as_array().unwrap().iter();
            let at_build = built.clone().any(|d| d["name"] == other && d["kind"] == "build");
            if let Some((_, allowed)) = frugal
                && !at_build
                && !allowed.contains(&other)
            {
                breaches.push(format!("{name} depends on {other}"));
            }
            if name != "makespan" && BROWSER_CRATES.contains(&other) {
                breaches.push(format!("{name} depends on {other}"));
            }
        }
    }
    must_be_none(
        &breaches,
        "format and scene need serde only, layout nothing, the tracker little; only the app knows a browser",
    );
}

#[test]
fn the_tracker_has_few_transitive_dependencies() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree =
        ["tree", "--package", "makespan-tracker", "--edges", "normal", "--prefix", "none", "--offline"];
    let output = Command::new(cargo).args(tree).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).unwrap();
    let names = output.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    let breaches: Vec<String> = names
        .filter(|name| !WITH_THE_TRACKER.contains(name))
        .map(|name| format!("makespan-tracker brings {name}"))
        .collect();
    assert!(output.contains("makespan-format"), "{output}");
    must_be_none(&breaches, "programs that link the tracker get next to nothing with it");
}

#[test]
fn only_the_app_uses_a_browser() {
    let mut breaches = Vec::new();
    for source in rust().iter().filter(|s| !s.path.starts_with("src/")) {
        for (number, line) in source.code() {
            for word in ["web_sys", "js_sys", "leptos", "wasm_bindgen"] {
                let used = |rest: &&str| rest.starts_with("::") || rest.starts_with(';');
                if after_word(line, word).iter().any(used) {
                    breaches.push(format!("{}:{number}: {word}", source.path));
                }
            }
        }
    }
    must_be_none(&breaches, "web_sys, js_sys, leptos and wasm_bindgen stand in src/ only");
}

#[test]
fn only_allowed_crates_use_disks_sockets_and_clocks() {
    let forbidden = ["std::fs", "std::net", "std::process", "SystemTime::now", "Instant::now"];
    let mut breaches = Vec::new();
    for source in rust().iter().filter(|s| !s.is_aside()) {
        let may =
            ["crates/cli/", "crates/server/", "crates/ship/", "crates/store/", "crates/tracker/", "xtask/"];
        if may.iter().any(|folder| source.path.starts_with(folder)) {
            continue;
        }
        for (number, line) in source.code() {
            for word in forbidden.iter().filter(|word| !after_word(line, word).is_empty()) {
                breaches.push(format!("{}:{number}: {word}", source.path));
            }
            // `use std::{fs, net};`
            let grouped = line.split_once("std::{").map_or("", |(_, list)| list);
            for word in ["fs", "net", "process"].iter().filter(|word| !after_word(grouped, word).is_empty()) {
                breaches.push(format!("{}:{number}: std::{word}", source.path));
            }
        }
    }
    must_be_none(
        &breaches,
        "files, sockets, processes and clocks belong to crates/cli, crates/server, crates/ship, crates/store, crates/tracker and xtask",
    );
}
