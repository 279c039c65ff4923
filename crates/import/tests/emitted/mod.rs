//! Reads files with one importer and gives the lines that it emits.
// Each test file uses what it needs; a skipped test says so.
#![allow(dead_code, clippy::print_stdout, clippy::panic, clippy::expect_used)]

use std::path::{Path, PathBuf};

use makespan_format::{Event, EventSink, write_line};
use makespan_import::{ClaimedFile, Head, Importer, Options, ReadError, Source};

/// What an importer emitted for some files.
pub(crate) struct Emitted {
    pub(crate) lines: Vec<String>,
    pub(crate) result: Result<(), ReadError>,
    /// Files that the importer did not claim.
    pub(crate) unclaimed: Vec<String>,
    /// The part that each claimed file is.
    pub(crate) parts: Vec<(String, &'static str)>,
}

struct Lines(Vec<String>);

impl EventSink for Lines {
    fn event(&mut self, event: Event<'_>) {
        let mut line = String::new();
        write_line(&event, &mut line);
        let back = makespan_format::read_line(line.trim_end().as_bytes());
        assert!(back.is_ok_and(|l| l.unknown == 0), "a line that does not read back: {line}");
        self.0.push(line.trim_end().to_owned());
    }
}

pub(crate) fn emit(importer: &Importer, sources: &[Source]) -> Emitted {
    let mut unclaimed = Vec::new();
    let mut parts = Vec::new();
    for source in sources {
        if source.name.ends_with("-wal") {
            parts.push(ClaimedFile { source, part: "wal" });
            continue;
        }
        match (importer.sniff)(&Head::new(&source.name, &source.bytes)) {
            Some(claim) => {
                assert!(importer.parts.contains(&claim.part), "{} is no part", claim.part);
                assert!((1..=100).contains(&claim.score));
                parts.push(ClaimedFile { source, part: claim.part });
            }
            None => unclaimed.push(source.name.clone()),
        }
    }
    let mut sink = Lines(Vec::new());
    let result = (importer.read)(&parts, &Options::default(), &mut sink);
    let parts = parts.iter().map(|p| (p.source.name.clone(), p.part)).collect();
    Emitted { lines: sink.0, result, unclaimed, parts }
}

impl Emitted {
    /// Lines of one kind of event.
    pub(crate) fn of(&self, event: &str) -> Vec<&str> {
        let start = format!("{{\"event\":\"{event}\"");
        self.lines.iter().map(String::as_str).filter(|l| l.starts_with(&start)).collect()
    }

    /// Codes of the diagnostics, in order.
    pub(crate) fn codes(&self) -> Vec<String> {
        let code = |l: &str| {
            l.split("\"code\":\"").nth(1).and_then(|r| r.split('"').next()).unwrap_or_default().to_owned()
        };
        self.of("diagnostic").into_iter().map(code).collect()
    }
}

/// The folder of the recorded samples, where it is there.
pub(crate) fn samples(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/seeds")).join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the samples {name} are not beside the repository");
    None
}

/// A file of a folder, named relative to it.
pub(crate) fn source(root: &Path, name: &str) -> Source {
    let bytes = std::fs::read(root.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    Source::new(name, bytes)
}

/// Every file below a folder, sorted by name.
pub(crate) fn all(root: &Path) -> Vec<Source> {
    let mut folders = vec![root.to_owned()];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                names.push(name);
            }
        }
    }
    names.sort();
    names.iter().map(|name| source(root, name)).collect()
}

/// A committed fixture.
pub(crate) fn fixture(name: &str) -> Source {
    source(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")), name)
}

/// Compares with the lines of a committed file.
pub(crate) fn expect(emitted: &Emitted, name: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(name);
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    let got = emitted.lines.join("\n") + "\n";
    for (i, (got, want)) in got.lines().zip(want.lines()).enumerate() {
        assert_eq!(got, want, "{name}, line {}", i + 1);
    }
    assert_eq!(got.lines().count(), want.lines().count(), "{name}: number of lines; emitted:\n{got}");
}
