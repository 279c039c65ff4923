//! What must never be, tested: documents that no test reads rot. Each test is one rule of ARCHITECTURE.md and lists
//! every breach as `file:line`.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const LONGEST_FILE: usize = 600;
const LONGEST_PLAN: usize = 200;

/// The crates, lowest floor first, and the crates of ours that each may stand on.
const FLOORS: &[(&str, &[&str])] = &[
    ("format", &[]),
    ("layout", &[]),
    ("scene", &[]),
    ("model", &["format"]),
    // What programs link to record themselves; it reads back with the model in its tests only.
    ("tracker-macro", &["tracker"]),
    ("tracker", &["format", "model", "tracker", "tracker-macro"]),
    ("import", &["format", "model"]),
    ("analysis", &["format", "model"]),
    ("store", &["format", "model"]),
    ("views", &["format", "model", "analysis", "layout", "scene"]),
    ("report", &["format", "model", "analysis", "layout", "scene", "views"]),
    ("cli", &["format", "model", "import", "analysis", "layout", "scene", "store", "views", "report"]),
];
/// The app stands on what it shows; it never makes a report or reads a disk.
const APP: &[&str] = &["format", "model", "import", "analysis", "layout", "scene", "views"];
/// The crates that must stay small enough to be built upon by anybody, and all that they may need.
const FRUGAL: &[(&str, &[&str])] = &[
    ("format", &["serde", "serde_json"]),
    ("layout", &[]),
    ("scene", &[]),
    ("tracker-macro", &[]),
    (
        "tracker",
        &[
            "makespan-format",
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

// ------------------------------------------------------------------------------------------------------------- sources

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the project.
struct Source {
    /// From the root, with `/` between the parts.
    path: String,
    text: String,
}

impl Source {
    /// Whether it holds nothing but tests or is no part of any crate's library.
    fn is_aside(&self) -> bool {
        let aside =
            |part: &str| matches!(part, "tests" | "examples" | "build.rs" | "tests.rs" | "testing.rs");
        self.path.split('/').any(aside)
    }

    /// The lines of code with their numbers: comments cut off, and what follows `#[cfg(test)]`, which stands last.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let product = self.text.lines().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
        self.text.lines().take(product).enumerate().map(|(i, line)| (i + 1, without_comment(line)))
    }
}

/// The line up to `//` outside a string.
fn without_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let (mut quoted, mut i) = (false, 0);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if quoted => i += 1,
            b'"' if !(i > 0 && bytes[i - 1] == b'\'' && bytes.get(i + 1) == Some(&b'\'')) => quoted = !quoted,
            b'/' if !quoted && bytes.get(i + 1) == Some(&b'/') => return &line[..i],
            _ => {}
        }
        i += 1;
    }
    line
}

/// Every file with that ending below the folders, sorted.
fn sources(folders: &[&str], ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == ending)
            && let Ok(text) = fs::read_to_string(&path)
        {
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path: relative, text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// All Rust of the project but this file, which has to spell out what it looks for.
fn rust() -> Vec<Source> {
    let mut all = sources(&["src", "crates", "xtask", "tests", "examples"], "rs");
    all.retain(|source| source.path != "tests/tidy.rs");
    assert!(all.len() > 50, "only {} files found", all.len());
    all
}

/// The last breach is followed by the rule, so that whoever reads the end of a log sees why.
fn must_be_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "\n{}\n{rule}\n", breaches.join("\n"));
}

/// Where `word` stands in `line` as a whole word, and what follows it.
fn after_word<'l>(line: &'l str, word: &str) -> Vec<&'l str> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .filter(|(at, _)| !line[..*at].ends_with(part))
        .map(|(at, _)| &line[at + word.len()..])
        .filter(|rest| !word.ends_with(part) || !rest.starts_with(part))
        .collect()
}

// -------------------------------------------------------------------------------------------------------------- floors

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
fn a_crate_stands_on_lower_floors_only() {
    let mut breaches = Vec::new();
    for package in &packages() {
        let name = package["name"].as_str().unwrap();
        let allowed = match name {
            "makespan" => APP,
            "xtask" => &[],
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
    must_be_none(&breaches, "arrows point down only; FLOORS in tests/tidy.rs says which");
}

#[test]
fn the_ground_floor_needs_next_to_nothing_and_no_crate_a_browser() {
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
        "format needs serde only, layout and scene nothing, the tracker little; only the app knows a browser",
    );
}

#[test]
fn little_comes_with_the_tracker() {
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
fn only_the_app_has_heard_of_a_browser() {
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
fn only_the_program_has_heard_of_a_disk_a_socket_or_a_clock() {
    let forbidden = ["std::fs", "std::net", "std::process", "SystemTime::now", "Instant::now"];
    let mut breaches = Vec::new();
    for source in rust().iter().filter(|s| !s.is_aside()) {
        let may = ["crates/cli/", "crates/store/", "crates/tracker/", "xtask/"];
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
        "files, sockets, processes and clocks belong to crates/cli, crates/store, crates/tracker and xtask",
    );
}

// ----------------------------------------------------------------------------------------------------------- the app

/// Folders and files of src/, and those of its modules that each must not name.
const APP_ARROWS: &[(&str, &[&str])] = &[
    ("src/widgets", &["state", "panels", "app"]),
    ("src/surface", &["state", "panels", "app"]),
    ("src/platform", &["state", "panels", "app"]),
    ("src/worker", &["state", "panels", "app"]),
    ("src/state", &["panels", "app"]),
    ("src/panels", &["app"]),
];

#[test]
fn in_the_app_arrows_point_down_too() {
    let mut breaches = Vec::new();
    for source in sources(&["src"], "rs") {
        let Some((_, forbidden)) =
            APP_ARROWS.iter().find(|(folder, _)| source.path.starts_with(&format!("{folder}/")))
        else {
            continue;
        };
        for (number, line) in source.code() {
            for named in after_word(line, "crate::") {
                let braced = named.strip_prefix('{').and_then(|list| list.split('}').next());
                for item in braced.unwrap_or(named).split(',') {
                    let module = item.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    if forbidden.iter().any(|f| module == Some(f)) {
                        breaches.push(format!("{}:{number}: {}", source.path, line.trim()));
                    }
                }
            }
        }
    }
    must_be_none(&breaches, "widgets, surface, platform and worker, then state, then panels, then app.rs");
}

#[test]
fn a_panel_never_names_another_panel() {
    let panels = sources(&["src/panels"], "rs");
    let name = |path: &str| path["src/panels/".len()..].split(['/', '.']).next().unwrap().to_owned();
    let all: Vec<String> = panels.iter().map(|p| name(&p.path)).filter(|n| n != "mod").collect();
    let mut breaches = Vec::new();
    for panel in panels.iter().filter(|p| name(&p.path) != "mod") {
        let own = name(&panel.path);
        // Within a panel's own folder `super` is the panel; in a file of its own it is the folder of panels.
        let is_file = panel.path.matches('/').count() == 2;
        let ways: &[&str] = if is_file { &["super::", "panels::"] } else { &["super::super::", "panels::"] };
        for (number, line) in panel.code() {
            for rest in ways.iter().flat_map(|way| after_word(line, way)) {
                let named = |other: &&String| **other != own && !after_word(rest, other).is_empty();
                if let Some(other) = all.iter().find(named) {
                    breaches.push(format!("{}:{number}: names the panel {other}", panel.path));
                }
            }
        }
    }
    must_be_none(&breaches, "panels meet in the state and in app.rs only");
}

// ------------------------------------------------------------------------------------------------------ what is written

#[test]
fn nothing_foreign_is_ever_parsed_as_markup_or_code() {
    let in_rust = [
        "inner_html",
        "set_inner_html",
        "set_outer_html",
        "outer_html",
        "insert_adjacent_html",
        "document().write",
        "create_contextual_fragment",
        "set_srcdoc",
        "js_sys::eval",
        "Function::new_with_args",
        "Function::new_no_args",
    ];
    let in_scripts = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "srcdoc =",
    ];
    let mut breaches = Vec::new();
    for (files, sinks) in [(rust(), &in_rust[..]), (sources(&["static"], "js"), &in_scripts[..])] {
        for source in files {
            for (number, line) in source.code() {
                for sink in sinks.iter().filter(|sink| !after_word(line, sink).is_empty()) {
                    breaches.push(format!("{}:{number}: {sink}", source.path));
                }
            }
        }
    }
    must_be_none(&breaches, "what a run file says is text: build elements, set text");
}

/// A colour spelt out in a line, if there is one: `#` and 3, 4, 6 or 8 hex digits, or a colour function with a number.
fn colour(line: &str) -> Option<&str> {
    for (at, _) in line.match_indices('#') {
        let hex = line[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = !line[at + 1 + hex..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        // `&#8230;` is a character of HTML.
        if matches!(hex, 3 | 4 | 6 | 8) && ends && !line[..at].ends_with('&') {
            return Some(&line[at..=at + hex]);
        }
    }
    let functions =
        ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "RGBColor("];
    functions.into_iter().find(|function| {
        let number = |rest: &&str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '.');
        after_word(line, function).iter().any(number)
    })
}

#[test]
fn colours_are_roles() {
    let named =
        ["white", "black", "red", "green", "blue", "yellow", "orange", "purple", "gray", "grey", "silver"];
    let mut breaches = Vec::new();
    let theme = |s: &Source| s.path == "crates/scene/src/theme.rs" || s.is_aside();
    for source in rust().iter().filter(|s| !theme(s)) {
        for (number, line) in source.code() {
            if let Some(found) = colour(line) {
                breaches.push(format!("{}:{number}: {found}", source.path));
            }
        }
    }
    for source in sources(&["style"], "css").into_iter().chain(sources(&["static"], "js")) {
        for (number, line) in source.text.lines().enumerate() {
            let value = line.split_once(':').map_or("", |(_, value)| value);
            let word = named.into_iter().find(|word| {
                after_word(value, word).iter().any(|rest| !rest.starts_with('-'))
                    && after_word(value, "var(").is_empty()
                    && source.path.ends_with(".css")
            });
            if let Some(found) = colour(line).or(word) {
                breaches.push(format!("{}:{}: {found}", source.path, number + 1));
            }
        }
    }
    must_be_none(
        &breaches,
        "colours stand in crates/scene/src/theme.rs and static/icon.svg; elsewhere they are roles",
    );
}

#[test]
fn nothing_is_left_half_done_or_too_long() {
    let unfinished = ["todo!", "unimplemented!", "dbg!", "#[ignore"];
    let mut breaches = Vec::new();
    for source in rust() {
        let length = source.text.lines().count();
        if length > LONGEST_FILE {
            breaches.push(format!("{}:{length}: longer than {LONGEST_FILE} lines", source.path));
        }
        for (number, line) in source.text.lines().enumerate() {
            for word in unfinished.iter().filter(|word| !after_word(without_comment(line), word).is_empty()) {
                breaches.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    must_be_none(&breaches, "work is finished before it goes in, and a file can be read in one sitting");
}

#[test]
fn no_file_tells_of_the_machine_it_was_written_on() {
    let mut breaches = Vec::new();
    let samples = sources(&["static/samples"], "jsonl");
    let prose =
        sources(&["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "sdk"], "md");
    let scripts = sources(&["examples", "sdk"], "py");
    for source in rust().into_iter().chain(samples).chain(prose).chain(scripts) {
        for (number, line) in source.text.lines().enumerate() {
            for folder in ["/work/", "/root/", "/home/"] {
                // Part of a longer path, such as a URL's, it is no place on a disk.
                let starts =
                    |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c));
                if line.match_indices(folder).any(|(at, _)| starts(at)) {
                    breaches.push(format!("{}:{}: {folder}", source.path, number + 1));
                }
            }
        }
    }
    must_be_none(&breaches, "a path of one machine means nothing on another");
}

// ----------------------------------------------------------------------------------------------------------- documents

/// What stands between single backticks, with its line; blocks between ``` fences are left out.
fn quoted(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(|word| (number + 1, word)));
        }
    }
    found
}

/// Whether a word is meant as a path of the project; what a build makes is none.
fn is_path(word: &str) -> bool {
    let endings = ["rs", "md", "toml", "json", "css", "js", "html", "svg", "png", "py", "sh", "jsonl"];
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let has_ending =
        word.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && endings.contains(&end));
    let built = ["target/", "dist/", "/"].iter().any(|start| word.starts_with(start));
    plain && !built && (word.contains('/') || has_ending)
}

#[test]
fn every_path_that_the_documents_name_is_there() {
    let mut breaches = Vec::new();
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/README.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for (number, word) in quoted(&text) {
            if is_path(word) && !root().join(word).exists() {
                breaches.push(format!("{name}:{number}: {word} is not there"));
            }
        }
    }
    must_be_none(&breaches, "a document that names what is gone misleads");
}

#[test]
fn every_link_within_the_documents_leads_somewhere() {
    let mut breaches = Vec::new();
    let documents =
        sources(&["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs"], "md");
    for document in &documents {
        let folder = Path::new(&document.path).parent().unwrap();
        for (number, line) in document.text.lines().enumerate() {
            for rest in line.split("](").skip(1) {
                let target = rest.split(')').next().unwrap().split('#').next().unwrap();
                let elsewhere = target.is_empty() || target.contains(':');
                if !elsewhere && !root().join(folder).join(target).exists() {
                    breaches.push(format!("{}:{}: {target} is not there", document.path, number + 1));
                }
            }
        }
    }
    must_be_none(&breaches, "a reader follows links");
}

#[test]
fn the_plan_is_short_and_names_every_crate() {
    let plan = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut breaches = Vec::new();
    let length = plan.lines().count();
    if length > LONGEST_PLAN {
        breaches.push(format!("ARCHITECTURE.md:{length}: longer than {LONGEST_PLAN} lines"));
    }
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("Cargo.toml").exists() && !plan.contains(&format!("`crates/{name}`")) {
            breaches.push(format!("ARCHITECTURE.md:1: says nothing of crates/{name}"));
        }
    }
    must_be_none(&breaches, "the plan is read before the code");
}

#[test]
fn every_bundled_sample_is_listed_and_small() {
    let list = fs::read_to_string(root().join("static/samples/index.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let listed: Vec<&str> = list.as_array().unwrap().iter().map(|s| s["file"].as_str().unwrap()).collect();
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root().join("static/samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "index.json" && !listed.contains(&name.as_str()) {
            breaches.push(format!("static/samples/{name}:1: is not in index.json"));
        }
        let size = fs::metadata(&path).unwrap().len();
        if size > 300_000 {
            breaches.push(format!("static/samples/{name}:1: {size} bytes"));
        }
    }
    for sample in list.as_array().unwrap() {
        let file = sample["file"].as_str().unwrap();
        // The generated one is written by the build.
        if sample["generated"] != true && !root().join("static/samples").join(file).exists() {
            breaches.push(format!("static/samples/index.json:1: {file} is not there"));
        }
        for member in ["title", "about"] {
            assert!(sample[member].is_string(), "{sample} has no {member}");
        }
        assert!(sample["tasks"].is_u64(), "{sample} has no tasks");
    }
    must_be_none(&breaches, "samples are shown on the first page and shipped with it");
}

// ------------------------------------------------------------------------------------------------------- the rules' own

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(without_comment(r#"let a = "http://b"; // c"#), r#"let a = "http://b"; "#);
    assert_eq!(without_comment(r#"b'"' => 1, // c"#), r#"b'"' => 1, "#);
    assert!(after_word("my_std::fs", "std::fs").is_empty());
    assert_eq!(after_word("use std::fs;", "std::fs"), [";"]);
    assert_eq!(colour("fill: #0e8d72;"), Some("#0e8d72"));
    assert_eq!(colour("a rgb(1, 2, 3)"), Some("rgb("));
    assert_eq!(
        (colour("issue #12345"), colour("rgb(Role::Grid)"), colour("#[cfg(test)]")),
        (None, None, None)
    );
    assert!(is_path("crates/model") && is_path("Cargo.toml"));
    assert!(!is_path("a/b c") && !is_path("target/demo/report.html") && !is_path("std::fs"));
    assert_eq!(quoted("a `b` c\n```\n`d`\n```\n`e`"), [(1, "b"), (5, "e")]);
}
