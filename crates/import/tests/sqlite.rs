//! Databases SQLite wrote (fixtures, and real ones where they are), and the same ones damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use makespan_import::sqlite::{Database, Table, Value};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sqlite");
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/seeds");

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(FIXTURES).join(name)).expect(name)
}

fn is_quiet(database: &Database<'_>) {
    assert_eq!(database.warnings(), []);
    assert_eq!(database.replaced_texts(), 0);
}

/// The rows of a table, each made into one value by `read`.
fn collect<T>(
    database: &Database<'_>,
    table: &str,
    mut read: impl FnMut(i64, &makespan_import::sqlite::Row<'_>) -> T,
) -> Vec<T> {
    let table = database.table(table).expect(table);
    let mut all = Vec::new();
    database
        .rows(table, &mut |rowid, row| {
            all.push(read(rowid, row));
            true
        })
        .unwrap();
    all
}

fn count(database: &Database<'_>, table: &Table) -> usize {
    let mut rows = 0;
    database
        .rows(table, &mut |_, _| {
            rows += 1;
            true
        })
        .unwrap();
    rows
}

/// What the script put into the text of `size` letters.
fn letters(size: usize) -> String {
    (0..size).map(|i| char::from(97 + ((i * 7 + i / 26) % 26) as u8)).collect()
}

fn text(value: Value<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[test]
fn texts_on_overflow_pages() {
    let bytes = fixture("overflow.db");
    let database = Database::open(&bytes, None).unwrap();
    let rows = collect(&database, "notes", |rowid, row| {
        (rowid, row.by_name("ID").as_i64(), text(row.by_name("body")), row.get(2).as_i64())
    });
    let expected = [(-4, 982), (1, 20_000), (2, 3), (3, 1000), (5, 983)];
    let expected =
        expected.map(|(key, size)| (key, Some(key), Some(letters(size)), Some(i64::try_from(size).unwrap())));
    assert_eq!(rows, expected);
    is_quiet(&database);
}

#[test]
fn rows_over_interior_pages_and_an_early_end() {
    let bytes = fixture("many.db");
    let database = Database::open(&bytes, None).unwrap();
    let rows = collect(&database, "STEPS", |rowid, row| (rowid, text(row.by_name("name"))));
    let expected: Vec<_> = (0..3000).map(|i| (i * 3, Some(format!("s{i}")))).collect();
    assert_eq!(rows, expected);
    let mut seen = 0;
    let table = database.table("steps").unwrap();
    database
        .rows(table, &mut |_, _| {
            seen += 1;
            seen < 1234
        })
        .unwrap();
    assert_eq!(seen, 1234);
    is_quiet(&database);
}

#[test]
fn both_orders_of_utf16() {
    for name in ["utf16le.db", "utf16be.db"] {
        let bytes = fixture(name);
        let database = Database::open(&bytes, None).unwrap();
        assert_eq!(database.tables()[0].columns, ["name", "länge"], "{name}");
        let rows = collect(&database, "größe", |_, row| (text(row.get(0)), row.by_name("länge").as_f64()));
        let expected = [("plain", Some(1.5)), ("naïve 😀", Some(2.0)), ("", None)];
        assert_eq!(rows, expected.map(|(text, number)| (Some(text.to_owned()), number)), "{name}");
        is_quiet(&database);
    }
}

#[test]
fn a_table_without_rowid() {
    let bytes = fixture("without_rowid.db");
    let database = Database::open(&bytes, None).unwrap();
    let table = database.table("metrics").unwrap();
    assert!(table.without_rowid && table.rowid_column.is_none());
    assert_eq!(table.columns, ["value", "run", "step", "note"]);
    let rows = collect(&database, "metrics", |rowid, row| {
        let note = text(row.by_name("note")).map(|note| note.len());
        (rowid, row.by_name("step").as_i64(), text(row.by_name("run")), row.by_name("value").as_f64(), note)
    });
    let expected: Vec<_> = (0..400i32)
        .rev()
        .map(|i| {
            let note = (i == 250).then_some(900);
            (0, Some(i64::from(i)), Some(format!("run-{}", i % 7)), Some(f64::from(i) / 4.0), note)
        })
        .collect();
    assert_eq!(rows, expected);
    is_quiet(&database);
}

#[test]
fn added_and_generated_columns() {
    let bytes = fixture("columns.db");
    let database = Database::open(&bytes, None).unwrap();
    let names: Vec<_> = database.tables().iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["runs", "made", "kinds", "sqlite_sequence"]);
    let runs = database.table("runs").unwrap();
    assert_eq!(runs.columns, ["run id", "started at", "cost", "status"]);
    assert_eq!(runs.rowid_column, None);
    let rows = collect(&database, "runs", |_, row| {
        let started = row.by_name("started at").as_f64();
        (
            text(row.by_name("run id")).unwrap(),
            started,
            row.by_name("cost").as_f64(),
            text(row.by_name("status")),
        )
    });
    let expected = [
        ("a".to_owned(), Some(1.0), Some(2.5), None),
        ("b".to_owned(), Some(2.25), Some(3.0), None),
        ("c".to_owned(), None, None, Some("failed".to_owned())),
    ];
    assert_eq!(rows, expected);
    let made = collect(&database, "made", |_, row| {
        assert!(row.by_name("twice").is_null() && row.by_name("absent").is_null() && row.get(99).is_null());
        (row.by_name("a").as_i64(), row.by_name("thrice").as_i64(), text(row.by_name("b")).unwrap())
    });
    assert_eq!(made, [(Some(1), Some(3), "one".to_owned()), (Some(2), Some(6), "two".to_owned())]);
    is_quiet(&database);
}

#[test]
fn values_of_every_kind() {
    let bytes = fixture("columns.db");
    let database = Database::open(&bytes, None).unwrap();
    assert_eq!(database.table("kinds").unwrap().rowid_column, Some(0));
    let shown = collect(&database, "kinds", |_, row| format!("{:?}", row.by_name("value")));
    let integers = [
        0,
        1,
        -1,
        127,
        -128,
        128,
        32_767,
        -32_769,
        8_388_607,
        -8_388_609,
        (1 << 31) - 1,
        -(1 << 31) - 1,
        (1 << 47) - 1,
        -(1 << 47) - 1,
        i64::MAX,
        i64::MIN,
    ];
    let mut expected = vec!["Null".to_owned()];
    expected.extend(integers.map(|value| format!("Int({value})")));
    let others = ["Real(1.5)", "Real(-1e300)", "Text(\"text\")", "Text(\"\")", "Blob([])", "Blob([0, 255])"];
    expected.extend(others.map(str::to_owned));
    expected.push("Text(\"a\u{fffd}b\")".to_owned());
    assert_eq!(shown, expected);
    assert_eq!(database.replaced_texts(), 1);
    assert_eq!(database.warnings(), []);
}

#[test]
fn reserved_bytes_at_the_end_of_pages() {
    let bytes = fixture("reserved.db");
    assert_eq!(bytes[20], 24);
    let database = Database::open(&bytes, None).unwrap();
    let sizes = collect(&database, "t", |_, row| text(row.by_name("body")).map(|body| body.len()));
    assert_eq!(sizes, (0..60).map(|i| Some(i * 37 % 700)).collect::<Vec<_>>());
    is_quiet(&database);
}

/// The states of the tasks, by rowid.
fn states(database: &Database<'_>) -> Vec<(i64, String)> {
    collect(database, "tasks", |rowid, row| (rowid, text(row.by_name("status")).unwrap()))
}

fn expected_states(succeeded: i64, queued: i64, running: i64) -> Vec<(i64, String)> {
    let state = |id| match id {
        _ if id < succeeded => "succeeded",
        _ if id < queued => "queued",
        _ => "running",
    };
    (0..queued.max(running)).map(|id| (id, state(id).to_owned())).collect()
}

#[test]
fn committed_frames_of_a_log_are_applied_and_the_rest_is_not() {
    let bytes = fixture("wal.db");
    for name in ["wal.db-wal", "wal_big_endian.db-wal"] {
        let log = fixture(name);
        let database = Database::open(&bytes, Some(&log)).unwrap();
        assert_eq!(states(&database), expected_states(10, 20, 120), "{name}");
        let warnings = database.warnings();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("9 pages were ignored"), "{name}: {}", warnings[0]);
    }
    for log in [None, Some(&[][..])] {
        let database = Database::open(&bytes, log).unwrap();
        assert_eq!(states(&database), expected_states(0, 20, 0));
        is_quiet(&database);
    }
}

#[test]
fn a_log_is_read_up_to_its_last_valid_commit() {
    const FRAME: usize = 24 + 512;
    let bytes = fixture("wal.db");
    let log = fixture("wal.db-wal");
    // The first frame commits the update, the later ones the insertion.
    assert_ne!(log[36..40], [0; 4]);
    let first = expected_states(10, 20, 0);
    for end in [32 + FRAME, 32 + FRAME + 300, 32 + 2 * FRAME] {
        let database = Database::open(&bytes, Some(&log[..end])).unwrap();
        assert_eq!(states(&database), first, "log cut at {end}");
    }
    let mut flipped = log.clone();
    flipped[32 + 2 * FRAME - 1] ^= 1;
    let database = Database::open(&bytes, Some(&flipped)).unwrap();
    assert_eq!(states(&database), first);
    assert!(database.warnings()[0].message.contains("damaged"), "{:?}", database.warnings());
    // Frames left from an earlier round of the log have other salts: no damage, simply not part of it.
    let mut older = log.clone();
    older[32 + FRAME + 8] ^= 1;
    let database = Database::open(&bytes, Some(&older)).unwrap();
    assert_eq!(states(&database), first);
    is_quiet(&database);
    for (at, why) in [(0, "does not begin"), (6, "version"), (10, "page size"), (17, "checksum")] {
        let mut bad = log.clone();
        bad[at] ^= 1;
        let database = Database::open(&bytes, Some(&bad)).unwrap();
        assert_eq!(states(&database), expected_states(0, 20, 0));
        assert!(database.warnings()[0].message.contains(why), "{:?}", database.warnings());
    }
}

#[test]
fn files_that_are_not_databases_are_refused() {
    let bytes = fixture("many.db");
    assert!(Database::is_sqlite(&bytes[..16]) && !Database::is_sqlite(&bytes[..15]));
    assert!(Database::open(b"", None).is_err());
    assert!(Database::open(b"SQLite format 3\0", None).is_err());
    assert!(Database::open(&bytes[..511], None).is_err());
    let refused = |at: usize, byte: u8| {
        let mut bad = bytes.clone();
        bad[at] = byte;
        Database::open(&bad, None).err().map(|error| error.offset)
    };
    assert_eq!(refused(0, b's'), Some(0));
    assert_eq!(refused(17, 3), Some(16));
    assert_eq!(refused(20, 33), Some(20));
    assert_eq!(refused(100, 0), Some(100));
}

#[test]
fn reading_continues_after_a_damaged_page() {
    let mut bytes = fixture("many.db");
    let lost = 512 * 9;
    assert_eq!(bytes[lost], 0x0d);
    let cells = usize::from(u16::from_be_bytes([bytes[lost + 3], bytes[lost + 4]]));
    bytes[lost..lost + 512].fill(0);
    let database = Database::open(&bytes, None).unwrap();
    assert_eq!(count(&database, database.table("steps").unwrap()), 3000 - cells);
    let warnings = database.warnings();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].offset, lost as u64);
    count(&database, database.table("steps").unwrap());
    assert_eq!(database.warnings().len(), 1);
}

#[test]
fn a_loop_of_pages_ends() {
    let mut bytes = fixture("many.db");
    let root = 512 * (database_root(&bytes) - 1);
    assert_eq!(bytes[root], 0x05);
    // The right-most child of the root is the root.
    let own = u32::try_from(root / 512 + 1).unwrap().to_be_bytes();
    bytes[root + 8..root + 12].copy_from_slice(&own);
    let database = Database::open(&bytes, None).unwrap();
    let rows = count(&database, database.table("steps").unwrap());
    assert!(rows > 0 && rows < 3000);
    assert!(database.warnings()[0].message.contains("two links"));
}

/// The root page of the only table, found in its schema record (the byte before its statement).
fn database_root(bytes: &[u8]) -> usize {
    let at = bytes.windows(12).position(|part| part == b"CREATE TABLE").unwrap();
    usize::from(bytes[at - 1])
}

#[test]
fn one_cell_cannot_be_many_rows() {
    let mut bytes = fixture("many.db");
    let leaf = 512 * 9;
    let cells = u16::from_be_bytes([bytes[leaf + 3], bytes[leaf + 4]]);
    // The last cell is the first in the page.
    let last = leaf + 6 + 2 * usize::from(cells);
    let cell = [bytes[last], bytes[last + 1]];
    // All pointers of the page to one cell made longer: together they would be longer than the page.
    let at = leaf + usize::from(u16::from_be_bytes(cell));
    bytes[at] = 100;
    for index in 0..usize::from(cells) {
        bytes[leaf + 8 + 2 * index..leaf + 10 + 2 * index].copy_from_slice(&cell);
    }
    let database = Database::open(&bytes, None).unwrap();
    count(&database, database.table("steps").unwrap());
    assert!(database.warnings().iter().any(|warning| warning.message.contains("overlap")));
}

#[test]
fn a_broken_overflow_chain_loses_what_is_behind_it() {
    let bytes = fixture("overflow.db");
    // A page in the middle of the long text points to itself.
    let page = (2..bytes.len() / 1024).find(|&page| {
        let next = u32::from_be_bytes(bytes[page * 1024..page * 1024 + 4].try_into().unwrap());
        next as usize == page + 2
    });
    let page = page.unwrap() + 3;
    let mut bad = bytes.clone();
    bad[page * 1024..page * 1024 + 4].copy_from_slice(&u32::try_from(page + 1).unwrap().to_be_bytes());
    let database = Database::open(&bad, None).unwrap();
    let rows = collect(&database, "notes", |rowid, row| (rowid, row.get(1).is_null(), row.get(2).is_null()));
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[1], (1, true, true));
    assert!(rows.iter().filter(|row| row.0 != 1).all(|row| !row.1 && !row.2));
    assert_eq!(database.warnings().len(), 2);
}

#[test]
fn a_cut_file_gives_the_rows_it_still_leads_to() {
    let bytes = fixture("many.db");
    let rows = |end: usize| {
        let database = Database::open(&bytes[..end], None).unwrap();
        let rows = count(&database, database.table("steps").unwrap());
        assert!(database.warnings()[0].message.contains("the file is cut"));
        assert!(database.warnings()[1].message.contains("is missing"));
        rows
    };
    // Pages 67 and 68 lead to all leaves, and 69 is the first leaf lost.
    let some = rows(512 * 68 + 100);
    assert!(some > 2000 && some < 3000, "{some}");
    assert_eq!(rows(512 * 66), 0);
}

/// Reads all there is, and checks that it is not more than the bytes can hold.
fn exhaust(bytes: &[u8], log: Option<&[u8]>) {
    let Ok(database) = Database::open(bytes, log) else { return };
    let size = bytes.len() + log.map_or(0, <[u8]>::len);
    for table in database.tables() {
        let (mut rows, mut volume) = (0, 0);
        // A root page that cannot be read is an error, and as good an end as any.
        let _ = database.rows(table, &mut |_, row| {
            rows += 1;
            for index in 0..table.columns.len() {
                volume += match row.get(index) {
                    Value::Text(text) => text.chars().count(),
                    Value::Blob(blob) => blob.len(),
                    Value::Null | Value::Int(_) | Value::Real(_) => 0,
                };
            }
            true
        });
        assert!(rows <= size / 3 && volume <= size, "{rows} rows of {volume} bytes from {size}");
    }
    assert!(database.warnings().len() <= 65);
}

#[test]
fn damaged_fixtures_end_without_panic() {
    let names = [
        "columns.db",
        "many.db",
        "overflow.db",
        "reserved.db",
        "utf16be.db",
        "utf16le.db",
        "wal.db",
        "without_rowid.db",
    ];
    let log = fixture("wal.db-wal");
    for name in names {
        let bytes = fixture(name);
        let log = (name == "wal.db").then_some(&log[..]);
        for end in (0..bytes.len()).step_by(64) {
            exhaust(&bytes[..end], log);
        }
        let mut bad = bytes.clone();
        for at in (0..bytes.len()).step_by(97).chain(0..512) {
            for mask in [0xff, 0x01, 0x80] {
                bad[at] ^= mask;
                exhaust(&bad, log);
                bad[at] = bytes[at];
            }
        }
    }
    let bytes = fixture("wal.db");
    for name in ["wal.db-wal", "wal_big_endian.db-wal"] {
        let log = fixture(name);
        for end in (0..log.len()).step_by(64) {
            exhaust(&bytes, Some(&log[..end]));
        }
        let mut bad = log.clone();
        for at in (0..log.len()).step_by(97).chain(0..64) {
            bad[at] ^= 0xff;
            exhaust(&bytes, Some(&bad));
            bad[at] = log[at];
        }
    }
}

/// Row counts as SQLite gives them: kailash-2.65.0 and -0.3.2, then the tables of one monitor each.
const KAILASH: [(&str, &[(&str, usize)]); 2] = [
    (
        "kailash-2.65.0",
        &[
            ("schema_version", 1),
            ("workflow_runs", 2),
            ("tasks", 0),
            ("audit_events", 8),
            ("workflow_search_attributes", 0),
        ],
    ),
    ("kailash-0.3.2", &[("workflow_runs", 2), ("tasks", 9), ("metrics", 8), ("task_runs", 9)]),
];
/// Folder, then workflows, steps, alerts, metrics of `workflow_monitor.db`, and memories of `hive_memory.db`.
const MONITORS: [(&str, [usize; 4], usize); 7] = [
    ("01_success", [1, 6, 2, 42], 44),
    ("02_failure_retry", [1, 4, 3, 0], 13),
    ("03_majority_failure_critical", [1, 3, 4, 0], 10),
    ("04_skip_running_pending", [1, 4, 1, 0], 8),
    ("07_nan_metric_alert_threshold", [1, 1, 1, 1], 16),
    ("08_cli", [1, 3, 0, 0], 4),
    ("09_demo", [1, 7, 6, 0], 14),
];

/// Compares the row counts of one real database; false when it is not there.
fn compare(path: &Path, expected: &[(&str, usize)], all: bool) -> bool {
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: no {}", path.display());
        return false;
    };
    let mut log = PathBuf::from(path).into_os_string();
    log.push("-wal");
    let log = std::fs::read(log).ok();
    let database = Database::open(&bytes, log.as_deref()).unwrap();
    for &(name, rows) in expected {
        let table = database.table(name).expect(name);
        assert!(!table.columns.is_empty(), "{name}");
        assert_eq!(count(&database, table), rows, "{name} of {}", path.display());
    }
    if all {
        assert_eq!(database.tables().len(), expected.len(), "{}", path.display());
    }
    is_quiet(&database);
    true
}

#[test]
fn real_databases_have_the_rows_sqlite_finds() {
    let seeds = Path::new(SEEDS);
    let mut compared = 0;
    for (folder, tables) in KAILASH {
        let path = seeds.join(folder).join("07_sqlite_backend/tracking.db");
        compared += usize::from(compare(&path, tables, true));
    }
    for (folder, [workflows, steps, alerts, metrics], memories) in MONITORS {
        let folder = seeds.join("moneyprinter-workflow-monitor").join(folder);
        let tables = [
            ("workflows", workflows),
            ("workflow_steps", steps),
            ("workflow_alerts", alerts),
            ("workflow_metrics", metrics),
        ];
        compared += usize::from(compare(&folder.join("workflow_monitor.db"), &tables, true));
        compared += usize::from(compare(&folder.join("hive_memory.db"), &[("hive_memory", memories)], false));
    }
    println!("{compared} of 16 real databases compared");
}
