//! What must not stand in the code.

use crate::sources::*;

const LONGEST_FILE: usize = 600;

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
pub(crate) fn colour(line: &str) -> Option<&str> {
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
fn no_file_is_unfinished_or_too_long() {
    let unfinished = ["todo!", "unimplemented!", "dbg!", "#[ignore"];
    let mut breaches = Vec::new();
    for source in all_rust() {
        let length = source.text.lines().count();
        if length > LONGEST_FILE {
            breaches.push(format!("{}:{length}: longer than {LONGEST_FILE} lines", source.path));
        }
    }
    for source in rust() {
        for (number, line) in source.text.lines().enumerate() {
            for word in unfinished.iter().filter(|word| !after_word(without_comment(line), word).is_empty()) {
                breaches.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    must_be_none(&breaches, "work is finished before it goes in, and a file can be read in one sitting");
}

#[test]
fn no_file_contains_a_path_of_the_machine_it_was_written_on() {
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
