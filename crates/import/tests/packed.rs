//! Files that come packed: tar in its dialects, compressed by gzip, zstd, xz and bzip2; what is wrong with them is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_import::{FileVerdict, Options, Source, Verdict, open};
use makespan_model::{Run, RunsBuilder};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/packed");

const BOMBS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bombs");

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap()
}

fn opened(name: &str, bytes: Vec<u8>) -> (Vec<Run>, Vec<FileVerdict>) {
    let mut runs = RunsBuilder::new();
    let outcome = open(vec![Source::new(name, bytes)], &Options::default(), &mut runs);
    (runs.finish().0, outcome.files)
}

/// Ids of the runs in a file, sorted.
fn ids(name: &str) -> Vec<String> {
    let mut ids: Vec<String> = opened(name, bytes(name)).0.iter().map(|run| run.id.to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn the_members_of_a_tar_archive_are_files() {
    assert_eq!(ids("ustar.tar"), ["one", "two"]);
    let all = ["one", "three", "two"];
    assert_eq!(ids("pax.tar"), all);
    for packed in ["pax.tar.gz", "gnu.tar.zst", "gnu.tar.xz", "gnu.tar.bz2"] {
        assert_eq!(ids(packed), all, "{packed}");
    }
    let files = opened("ustar.tar", bytes("ustar.tar")).1;
    let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(
        names,
        ["ustar.tar/runs/one.json", "ustar.tar/runs/deep/two.json", "ustar.tar/runs/notes.txt"]
    );
    assert_eq!(files[2].kind, Verdict::NotRecognised);
}

#[test]
fn several_streams_in_one_file_are_read_to_the_end() {
    for name in ["lines.jsonl.zst", "lines.jsonl.xz", "lines.jsonl.bz2"] {
        let (runs, files) = opened(name, bytes(name));
        assert_eq!((runs.len(), runs[0].task_count(), files[0].kind), (1, 1, Verdict::Read), "{name}");
        assert_eq!(files[0].name, "lines.jsonl");
    }
}

/// Whether it is said that something is missing or wrong.
fn is_said(runs: &[Run], files: &[FileVerdict]) -> bool {
    files.iter().any(|f| f.kind != Verdict::Read && !f.name.ends_with("notes.txt"))
        || runs.iter().flat_map(|run| &run.diagnostics).any(|d| &*d.code == "archive-damaged")
}

#[test]
fn truncated_files_are_reported() {
    for name in ["gnu.tar.zst", "gnu.tar.xz", "gnu.tar.bz2", "pax.tar.gz"] {
        let all = bytes(name);
        // The first bytes do not say yet what it is.
        for cut in (16..all.len()).step_by(7) {
            let (runs, files) = opened(name, all[..cut].to_vec());
            assert!(is_said(&runs, &files), "{name} cut at {cut} of {}", all.len());
        }
    }
    for cut in (0..bytes("ustar.tar").len()).step_by(101) {
        opened("cut.tar", bytes("ustar.tar")[..cut].to_vec());
    }
    let (runs, files) = opened("cut.tar", bytes("ustar.tar")[..600].to_vec());
    assert!(is_said(&runs, &files));
}

#[test]
fn damaged_bytes_end_in_a_verdict() {
    for name in ["gnu.tar.zst", "gnu.tar.xz", "gnu.tar.bz2", "ustar.tar", "lines.jsonl.zst", "lines.jsonl.xz"]
    {
        let all = bytes(name);
        for at in (0..all.len()).step_by(11) {
            let mut damaged = all.clone();
            damaged[at] ^= 0x5a;
            let (runs, files) = opened(name, damaged);
            // Of tar only the headers have a checksum.
            assert!(name == "ustar.tar" || is_said(&runs, &files), "{name} at {at}");
        }
    }
}

#[test]
fn a_compressed_file_within_an_archive_is_opened_and_an_archive_is_refused() {
    let inner = bytes("lines.jsonl.zst");
    let (alone, _) = opened("lines.jsonl.zst", inner.clone());
    let (runs, files) = opened("x.tar", tar("a.jsonl.zst", &inner));
    assert_eq!((files[0].kind, files[0].name.as_str()), (Verdict::Read, "x.tar/a.jsonl"));
    assert!(!runs.is_empty() && runs.len() == alone.len());
    let (_, files) = opened("x.tar", tar("a.tar", &tar("a.zst", &inner)));
    assert_eq!(files[0].kind, Verdict::Broken);
    assert!(files[0].error.as_deref().unwrap().contains("only one layer"), "{}", files[0]);
}

/// A tar archive with one file.
fn tar(name: &str, inner: &[u8]) -> Vec<u8> {
    let mut header = vec![0u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", inner.len()).as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend(inner);
    header.resize(header.len().div_ceil(512) * 512 + 1024, 0);
    header
}

#[test]
fn bombs_are_refused_before_they_are_large() {
    // 64 MiB of zeros each, made by `head -c 64M /dev/zero` and the compressor.
    for name in ["bomb.zst", "bomb.xz", "bomb.bz2"] {
        let bomb = std::fs::read(format!("{BOMBS}/{name}")).unwrap();
        let (runs, files) = opened(name, bomb);
        assert_eq!((runs.len(), files[0].kind), (0, Verdict::Broken), "{name}");
        assert!(files[0].error.as_deref().unwrap().contains("decompression bomb"), "{}", files[0]);
    }
}
