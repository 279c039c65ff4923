//! Files that arrive in chunks: however they are cut, what comes of them is what comes of the whole files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;
use makespan_format::Severity;
use makespan_import::testing::Collect;
use makespan_import::{
    Head, Opening, Options, Outcome, REGISTRY, Settings, Source, Utc, Verdict, Zone, open,
};
use makespan_model::RunsBuilder;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(FIXTURES)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn in_chunks(files: &[(String, Vec<u8>)], chunk: &mut dyn FnMut() -> usize) -> (Outcome, Vec<String>) {
    let mut sink = Collect::default();
    let mut opening = Opening::new(Settings { files: Some(files.len()), ..Settings::default() });
    for (name, bytes) in files {
        opening.begin(name, Some(bytes.len() as u64));
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(chunk().clamp(1, rest.len()));
            opening.push(now, &mut sink);
            rest = later;
        }
        opening.end(&mut sink);
    }
    let total: usize = files.iter().map(|f| f.1.len()).sum();
    assert_eq!(opening.progress().bytes_read, total as u64);
    assert_eq!(opening.progress().bytes_total, Some(total as u64));
    (opening.finish(&mut sink), sink.lines)
}

fn whole(files: &[(String, Vec<u8>)]) -> (Outcome, Vec<String>) {
    let mut sink = Collect::default();
    let sources = files.iter().map(|(name, bytes)| Source::new(name.clone(), bytes.clone())).collect();
    (open(sources, &Options::default(), &mut sink), sink.lines)
}

/// Compares what comes of files in chunks of several sizes with what comes of them whole.
fn check(files: &[(String, Vec<u8>)]) {
    let (outcome, lines) = whole(files);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % 97) as usize
    };
    let mut one = || 1;
    let mut seven = || 7;
    let mut many = || 4096;
    let mut all = || usize::MAX;
    let cuts: [&mut dyn FnMut() -> usize; 5] = [&mut one, &mut seven, &mut many, &mut all, &mut random];
    let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
    for cut in cuts {
        let (in_parts, emitted) = in_chunks(files, cut);
        let first = (0..lines.len().max(emitted.len())).find(|&i| lines.get(i) != emitted.get(i));
        if let Some(i) = first {
            panic!("{names:?}: event {i} differs:\n  {:?}\n  {:?}", lines.get(i), emitted.get(i));
        }
        assert_eq!(format!("{outcome:?}"), format!("{in_parts:?}"), "{names:?}");
    }
}

#[test]
fn every_fixture_is_the_same_in_chunks() {
    let mut all = Vec::new();
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let file = (name, bytes);
        check(std::slice::from_ref(&file));
        // Cut in the middle, as a download that broke off.
        let half = (file.0.clone(), file.1[..file.1.len() / 2].to_vec());
        check(std::slice::from_ref(&half));
        all.push(file);
    }
    check(&all);
}

#[test]
fn every_text_opens_in_utf_16_as_in_utf_8() {
    let mut read = 0;
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else { continue };
        let opened_as = |bytes: Vec<u8>| {
            let (outcome, lines) = whole(&[(name.clone(), bytes)]);
            let is_note = |line: &String| line.starts_with("{\"event\":\"diagnostic\"");
            let (notes, events): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_note);
            (outcome.files[0].format, events, notes)
        };
        let text = text.trim_start_matches('\u{feff}');
        let (format, events, _) = opened_as(text.as_bytes().to_vec());
        let mark = |units: Vec<u8>, mark: [u8; 2]| [mark.to_vec(), units].concat();
        let little = mark(text.encode_utf16().flat_map(u16::to_le_bytes).collect(), [0xff, 0xfe]);
        let big = mark(text.encode_utf16().flat_map(u16::to_be_bytes).collect(), [0xfe, 0xff]);
        for bytes in [little, big] {
            let (found, same, notes) = opened_as(bytes);
            assert!((format, &events) == (found, &same), "{}", path.display());
            assert!(!notes.iter().any(|note| note.contains("\"offset\"")), "{notes:?}");
            if !events.is_empty() {
                read += 1;
                assert!(notes.iter().any(|note| note.contains("\"utf16\"")), "{}: {notes:?}", path.display());
            }
        }
    }
    assert!(read > 100, "{read}");
}

/// What the reader of a format that is read as it comes makes of a file in chunks of that size.
fn read_in_chunks(name: &str, bytes: &[u8], size: usize) -> Option<(bool, Vec<String>)> {
    let head = Head::new(name, bytes);
    let claims = REGISTRY.iter().filter_map(|e| Some((e.importer, (e.importer.sniff)(&head)?)));
    let (importer, claim) = claims.max_by_key(|(_, claim)| claim.score)?;
    let zone: Rc<dyn Zone> = Rc::new(Utc);
    let mut reader = (importer.stream)(&head, claim.part, &zone)?;
    let mut sink = Collect::default();
    bytes.chunks(size).for_each(|chunk| reader.push(chunk, &mut sink));
    Some((reader.finish(&mut sink).is_ok(), sink.lines))
}

/// Readers see every cut here, also those within the beginning by which a file is recognised.
#[test]
fn readers_give_the_same_result_wherever_files_are_cut() {
    let mut read = 0;
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let odd = [b"\xef\xbb\xbf".as_slice(), &bytes, b"\xff trailing"].concat();
        let broken = String::from_utf8_lossy(&bytes).replacen(":1", ":NaN", 3).replacen(": 1", ": +1", 1);
        let utf16: Vec<u8> = broken.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [&bytes[..], &bytes[..bytes.len() * 2 / 3], &odd, broken.as_bytes(), &utf16] {
            let Some(whole) = read_in_chunks(&name, text, usize::MAX) else { continue };
            read += 1;
            for size in [1, 2, 3, 11, 64, 1000] {
                let emitted = read_in_chunks(&name, text, size).unwrap();
                assert_eq!(emitted, whole, "{name} in chunks of {size}");
            }
        }
    }
    assert!(read > 20, "{read}");
}

/// A run of that many tasks in each format that is read as it comes.
fn large(tasks: usize) -> Vec<(&'static str, String)> {
    let mut export =
        String::from(r#"{"run":{"run_id":"r","workflow_name":"w","status":"completed"},"tasks":["#);
    let mut trace = String::from(r#"{"traceEvents":["#);
    let mut plain = String::from(r#"{"tasks":["#);
    let mut lines = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
    for i in 0..tasks {
        let comma = if i == 0 { "" } else { "," };
        let after = i / 2;
        let nan = if i % 1000 == 999 { "NaN" } else { "1.5" };
        let _ = write!(
            export,
            r#"{comma}{{"task_id":"t{i}","node_id":"n{}é","node_type":"k","status":"completed","started_at":"2026-01-05T08:00:00.{i:06}+00:00","dependencies":["t{after}"],"metrics":{{"cpu_usage":{nan}}}}}"#,
            i % 7
        );
        let _ = write!(
            trace,
            r#"{comma}{{"ph":"X","name":"n{}","ts":{i},"dur":{nan},"pid":1,"tid":{},"args":{{"x":"\u00e9"}}}}"#,
            i % 7,
            i % 3
        );
        let _ = write!(
            plain,
            r#"{comma}{{"id":{i},"name":"é","start":{},"parents":["{after}"],"x":{nan}}}"#,
            1_767_225_600 + i
        );
        let _ = writeln!(lines, r#"{{"event":"task","task":"t{i}","name":"é"}}"#);
    }
    export.push_str("]}");
    trace.push_str(r#"],"otherData":{"a":1}}"#);
    plain.push_str(r#"],"run_id":"late"}"#);
    vec![("run.json", export), ("trace.json", trace), ("tasks.json", plain), ("events.jsonl", lines)]
}

#[test]
fn large_files_are_read_in_chunks_with_the_same_result() {
    for (name, text) in large(30_000) {
        let bytes = text.into_bytes();
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&bytes).unwrap();
        let packed = packed.finish().unwrap();
        let cut = packed[..packed.len() - packed.len() / 3].to_vec();
        let files =
            [(name.to_owned(), bytes), (format!("{name}.gz"), packed), (format!("{name}.cut.gz"), cut)];
        for file in &files {
            let (outcome, lines) = whole(std::slice::from_ref(file));
            assert_eq!((outcome.runs, outcome.files[0].kind), (1, Verdict::Read), "{outcome:?}");
            for size in [1000, 65_536, 1 << 20] {
                let (in_parts, emitted) = in_chunks(std::slice::from_ref(file), &mut || size);
                assert!(emitted == lines, "{} in chunks of {size}", file.0);
                assert_eq!(format!("{outcome:?}"), format!("{in_parts:?}"));
            }
            let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
            let mut runs = RunsBuilder::new();
            opening.begin(&file.0, Some(file.1.len() as u64));
            file.1.chunks(10_000).for_each(|chunk| opening.push(chunk, &mut runs));
            assert!(runs.task_count() > 2_000, "{}: {} tasks before its end", file.0, runs.task_count());
            assert_eq!(runs.preview()[0].task_count(), runs.task_count());
            assert!(opening.expected_memory().is_some_and(|bytes| bytes > 1_000_000));
        }
    }
}

#[test]
fn a_drawing_beside_a_run_is_a_note_and_not_an_error() {
    let run =
        "{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"start\",\"task\":\"a\",\"t\":1767700000000000000}\n";
    let drawings = [
        ("pipeline.mmd", "%% a drawing\nflowchart TD\n  a --> b\n"),
        ("pipeline.dot", "digraph g {\n a -> b\n}\n"),
        ("graph.json", "{\"nodes\":[{\"id\":\"a\"}],\"edges\":[{\"source\":\"a\",\"target\":\"a\"}]}"),
    ];
    for (name, text) in drawings {
        let sources = vec![
            Source::new("r.jsonl", run.as_bytes().to_vec()),
            Source::new(name, text.as_bytes().to_vec()),
        ];
        let mut runs = RunsBuilder::new();
        let outcome = open(sources, &Options::default(), &mut runs);
        assert_eq!((outcome.files[1].kind, outcome.runs), (Verdict::Unused, 1), "{name}");
        let run = runs.finish().0.pop().unwrap();
        let found: Vec<_> = run.diagnostics.iter().filter(|d| d.message.contains(name)).collect();
        assert!(found.len() == 1 && found[0].severity == Severity::Info, "{name}: {found:?}");
        assert!(found[0].code == "not-used" && found[0].message.contains("which has no times"), "{found:?}");
    }
}
