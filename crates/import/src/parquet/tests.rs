//! Files of the same table, written by Apache Arrow: every compression and encoding gives the same rows.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::rows;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/parquet");

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap()
}

/// Checks that a file has the rows of `rows.jsonl`, and that the unreadable columns are reported.
fn check(name: &str) {
    let read = rows(&file(name)).unwrap();
    if name == "none.parquet" && std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(format!("{FIXTURES}/rows.jsonl"), &read.lines).unwrap();
    }
    let expected = String::from_utf8(file("rows.jsonl")).unwrap();
    for (at, (read, expected)) in read.lines.lines().zip(expected.lines()).enumerate() {
        assert_eq!(read, expected, "{name}: row {at}");
    }
    assert_eq!(read.lines.len(), expected.len(), "{name}");
    assert_eq!(
        read.damage.as_deref(),
        Some(
            "columns left out in whole or in part (structs): a list of structures; columns left out in whole or in part (params): a map"
        ),
        "{name}"
    );
}

#[test]
fn every_packing_gives_the_same_rows() {
    for name in ["none.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet"] {
        check(name);
    }
}

#[test]
fn every_encoding_and_both_forms_of_pages_give_the_same_rows() {
    for name in ["delta.parquet", "split-v2.parquet", "zstd-v2.parquet", "no-dictionary.parquet"] {
        check(name);
    }
}

#[test]
fn times_of_old_programs_are_times() {
    let read = rows(&file("int96.parquet")).unwrap();
    let first =
        r#"{"task_id":"job/0001","start":"2026-03-01T08:00:01.250Z","end":"2026-03-01T08:00:02.750Z"}"#;
    assert_eq!(read.lines.lines().nth(1), Some(first));
    assert_eq!((read.lines.lines().count(), read.damage), (12, None));
}

#[test]
fn packings_that_are_not_read_are_named() {
    let why = rows(&file("lz4.parquet")).err().unwrap();
    assert!(
        why.contains("compression with LZ4 is not supported; write the file with Snappy, zstd or gzip"),
        "{why}"
    );
}

#[test]
fn no_cut_and_no_flipped_byte_does_harm() {
    for name in ["delta.parquet", "snappy.parquet", "zstd-v2.parquet"] {
        let whole = file(name);
        for cut in (0..whole.len()).step_by(5) {
            let _ = rows(&whole[..cut]);
        }
        let mut damaged = whole.clone();
        for at in (0..whole.len()).step_by(3) {
            damaged[at] ^= 0x81 << (at % 7);
            let _ = rows(&damaged);
            damaged[at] = whole[at];
        }
    }
}

#[test]
fn a_column_that_is_damaged_costs_no_other() {
    let mut bytes = file("none.parquet");
    // In the head of the first column's dictionary.
    bytes[5] = 0xff;
    let read = rows(&bytes).unwrap();
    let damage = read.damage.unwrap();
    assert!(
        damage.contains("columns left out in whole or in part (task_id): a page does not say its length"),
        "{damage}"
    );
    assert!(read.lines.starts_with("{\"name\":\"extract\",\"start\":"), "{}", read.lines);
}
