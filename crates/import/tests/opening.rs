//! Files that arrive in chunks: however they are cut, what comes of them is what comes of the whole files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use makespan_import::testing::Collect;
use makespan_import::{Opening, Options, Outcome, Settings, Source, open};

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
        let (in_parts, told) = in_chunks(files, cut);
        let first = (0..lines.len().max(told.len())).find(|&i| lines.get(i) != told.get(i));
        if let Some(i) = first {
            panic!("{names:?}: event {i} differs:\n  {:?}\n  {:?}", lines.get(i), told.get(i));
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
