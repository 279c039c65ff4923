//! The arrows within the app.

use crate::sources::*;

/// Folders and files of src/, and those of its modules that each must not name.
const APP_ARROWS: &[(&str, &[&str])] = &[
    ("src/widgets", &["state", "asking", "panels", "app"]),
    ("src/surface", &["state", "asking", "panels", "app"]),
    ("src/platform", &["state", "asking", "panels", "app"]),
    ("src/worker", &["state", "asking", "panels", "app"]),
    ("src/state", &["asking", "panels", "app"]),
    ("src/asking", &["panels", "app"]),
    ("src/panels", &["app"]),
];

#[test]
fn folders_of_the_app_use_only_lower_ones() {
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
    must_be_none(
        &breaches,
        "widgets, surface, platform and worker, then state, then asking, then panels, then app.rs",
    );
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
