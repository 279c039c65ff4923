//! The same lines in one plain table of the same database: the floor that a store stands on.

use std::path::Path;

/// A table of run, producer, number and line.
pub(crate) trait Table {
    /// Inserts lines in one transaction.
    fn insert(&mut self, run: &str, first: u64, lines: &[String]);
}

/// A file of lines.
pub(crate) struct Lines(std::fs::File);

impl Lines {
    pub(crate) fn new(path: &Path) -> Lines {
        Lines(std::fs::File::create(path).unwrap())
    }
}

impl Table for Lines {
    fn insert(&mut self, _: &str, _: u64, lines: &[String]) {
        use std::io::Write as _;
        self.0.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
        self.0.sync_data().unwrap();
    }
}

/// SQLite with the settings of the store.
pub(crate) struct Sqlite(rusqlite::Connection);

impl Sqlite {
    pub(crate) fn new(path: &Path) -> Sqlite {
        let file = rusqlite::Connection::open(path).unwrap();
        file.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE events (run BLOB, producer BLOB, seq INTEGER, line BLOB, PRIMARY KEY (run, producer, seq));",
        )
        .unwrap();
        Sqlite(file)
    }
}

impl Table for Sqlite {
    fn insert(&mut self, run: &str, first: u64, lines: &[String]) {
        let all = self.0.transaction().unwrap();
        {
            let mut insert = all.prepare_cached("INSERT INTO events VALUES (?, ?, ?, ?)").unwrap();
            for (seq, line) in (first..).zip(lines) {
                insert.execute((run.as_bytes(), b"bench", seq as i64, line.as_bytes())).unwrap();
            }
        }
        all.commit().unwrap();
    }
}
