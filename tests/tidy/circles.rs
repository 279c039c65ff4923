//! No two files of a crate need one another, directly or through others.

use petgraph::algo::{astar, tarjan_scc};
use petgraph::graphmap::DiGraphMap;

use crate::arrows::{Arrow, arrows};
use crate::sources::*;

/// The files at the root of a library or a program.
fn roots(sources: &[Source]) -> impl Iterator<Item = &str> {
    let is_root = |path: &&str| {
        let folder = path.strip_suffix("src/lib.rs").or_else(|| path.strip_suffix("src/main.rs"));
        folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    };
    sources.iter().map(|source| source.path.as_str()).filter(is_root)
}

fn graph<'a>(arrows: impl IntoIterator<Item = &'a Arrow>) -> DiGraphMap<&'a str, usize> {
    arrows.into_iter().enumerate().map(|(i, arrow)| (arrow.from.as_str(), arrow.to.as_str(), i)).collect()
}

/// The shortest way round among files that all need one another, each step as `file:line: path`.
fn shortest_circle<'a>(arrows: &[&'a Arrow], group: &[&str]) -> Vec<String> {
    let inside = |arrow: &&&Arrow| group.contains(&arrow.from.as_str()) && group.contains(&arrow.to.as_str());
    let within: Vec<&'a Arrow> = arrows.iter().filter(inside).copied().collect();
    let graph = graph(within.iter().copied());
    let back = |arrow: &&'a Arrow| {
        astar(&graph, arrow.to.as_str(), |file| file == arrow.from, |_| 1, |_| 0).unwrap().1
    };
    let mut files = within.iter().map(back).min_by_key(Vec::len).unwrap();
    files.push(files[0]);
    let step = |pair: &[&str]| {
        let arrow = within[graph[(pair[0], pair[1])]];
        format!("{}:{}: {} of {}", arrow.from, arrow.line, arrow.path, arrow.to)
    };
    files.windows(2).map(step).collect()
}

#[test]
fn no_two_files_of_a_crate_depend_on_each_other() {
    let sources = sources(&["src", "crates", "xtask"], "rs");
    let mut breaches = Vec::new();
    for root in roots(&sources) {
        let all = arrows(&sources, root);
        let all: Vec<&Arrow> = all.iter().collect();
        for group in tarjan_scc(&graph(all.iter().copied())).iter().filter(|group| group.len() > 1) {
            breaches.push(format!("{} files of {root} need one another, for example:", group.len()));
            breaches.extend(shortest_circle(&all, group));
        }
    }
    must_be_none(&breaches, "what two files need stands in a third below both");
}

#[test]
fn a_cycle_is_found_through_imports_and_re_exports() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let lib = "mod a;\nmod b;\npub use a::A;\nuse crate::b::B;\npub struct L;\n#[cfg(test)]\nmod tests { use super::a::A; }";
    let files = [
        source("src/lib.rs", lib),
        source(
            "src/a.rs",
            "use std::fmt;\nuse crate::b::{self, B};\npub struct A;\nfn a() { b::new(format!(\"{}\", crate::L)) }",
        ),
        source("src/b/mod.rs", "mod c;\npub struct B;\npub fn new(_: crate::A) {}\n"),
        source("src/b/c.rs", "use super::*;\nfn c(_: B) {}"),
    ];
    let pairs = |found: Vec<Arrow>| {
        found.into_iter().map(|a| format!("{}:{} {}", a.from, a.line, a.to)).collect::<Vec<_>>()
    };
    assert_eq!(
        pairs(arrows(&files, "src/lib.rs")),
        [
            "src/a.rs:2 src/b/mod.rs",
            "src/a.rs:4 src/lib.rs",
            "src/b/c.rs:2 src/b/mod.rs",
            "src/b/mod.rs:3 src/a.rs",
            "src/lib.rs:4 src/b/mod.rs",
        ]
    );
    let found = arrows(&files, "src/lib.rs");
    let circle =
        shortest_circle(&found.iter().collect::<Vec<_>>(), &["src/a.rs", "src/b/mod.rs", "src/lib.rs"]);
    assert_eq!(circle, ["src/b/mod.rs:3: crate::A of src/a.rs", "src/a.rs:2: crate::b::B of src/b/mod.rs"]);
}
