//! The tables, their names and columns, from which all statements are generated.
//!
//! | table | row | key |
//! |---|---|---|
//! | `makespan_runs` | a run: its summary | number, key of the id, time |
//! | `makespan_tasks` | summary of a task of a run | run and key of the task's id |
//! | `makespan_metrics` | summary of a metric of a run | run and key of name and unit |
//! | `makespan_labels` | a label of a run, as keys | keys of name and value |
//! | `makespan_blocks` | some hundred events, compressed | run and number of the first event |
//! | `makespan_ranges` | stored numbers of a producer | run, key of the producer, first number |
//!
//! A run's number begins with the millisecond in which the store received its first event, so rows of the same time are
//! adjacent, and PostgreSQL can partition them by month. Times are nanoseconds since the epoch, statuses are the
//! numbers of [`STATUS_CODES`](super::codes::STATUS_CODES), texts are UTF-8 in binary columns, and keys are those of
//! [`crate::key()`].

use super::text::{Dialect, Sql, Value};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Int,
    MaybeInt,
    Real,
    MaybeReal,
    Key,
    MaybeKey,
    Bytes,
    MaybeBytes,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, ColumnKind)],
    pub(super) primary: &'static [&'static str],
    /// Name and columns of each index, and whether it is unique.
    pub(super) indexes: &'static [(&'static str, &'static [&'static str], bool)],
    /// Whether PostgreSQL partitions it by the number of the run.
    pub(super) by_month: bool,
}

use ColumnKind::{Bytes, Int, Key, MaybeBytes, MaybeInt, MaybeKey, MaybeReal, Real};

/// The column of [`RUNS`] that version 1 does not have.
const ADDED: &str = "unclear";

pub(super) const RUNS: Table = Table {
    name: "makespan_runs",
    columns: &[
        ("run_no", Int),
        ("run_key", Key),
        ("id", Bytes),
        ("name", MaybeBytes),
        ("workflow_key", MaybeKey),
        ("workflow", MaybeBytes),
        ("source", MaybeBytes),
        ("status", MaybeInt),
        ("active", Int),
        ("recorded_status", MaybeInt),
        ("recorded_start", MaybeInt),
        ("recorded_end", MaybeInt),
        ("first_start", MaybeInt),
        ("last_time", MaybeInt),
        ("stands_at", Int),
        ("makespan", MaybeInt),
        ("error", MaybeBytes),
        ("labels", Bytes),
        ("pending", Int),
        ("queued", Int),
        ("running", Int),
        ("retrying", Int),
        ("succeeded", Int),
        ("failed", Int),
        ("skipped", Int),
        ("cancelled", Int),
        ("upstream_failed", Int),
        ("cached", Int),
        ("unclear", Int),
        ("events", Int),
        ("bytes", Int),
        ("unread", Int),
        ("created", Int),
        ("updated", Int),
        ("disordered", Int),
        ("unsettled", Int),
        ("marks", Bytes),
        ("pinned", Int),
        ("trashed", MaybeInt),
        ("stamp_producer", Int),
        ("stamp_seq", Int),
    ],
    primary: &["run_no"],
    indexes: &[
        ("makespan_runs_by_key", &["run_key"], true),
        ("makespan_runs_by_time", &["stands_at", "run_key"], false),
        ("makespan_runs_by_workflow", &["workflow_key", "stands_at", "run_key"], false),
    ],
    by_month: false,
};

pub(super) const TASKS: Table = Table {
    name: "makespan_tasks",
    columns: &[
        ("run_no", Int),
        ("task_key", Key),
        ("id", Bytes),
        ("name", MaybeBytes),
        ("step", MaybeBytes),
        ("status", Int),
        ("declared", MaybeInt),
        ("attempt", Int),
        ("queued", MaybeInt),
        ("started", MaybeInt),
        ("ended", MaybeInt),
        ("said", MaybeInt),
        ("earlier", MaybeInt),
        ("error", MaybeBytes),
        ("stamp_producer", Int),
        ("stamp_seq", Int),
    ],
    primary: &["run_no", "task_key"],
    indexes: &[],
    by_month: true,
};

pub(super) const METRICS: Table = Table {
    name: "makespan_metrics",
    columns: &[
        ("run_no", Int),
        ("metric_key", Key),
        ("name", Bytes),
        ("unit", MaybeBytes),
        ("samples", Int),
        ("mean", Real),
        ("squares", MaybeReal),
        ("minimum", Real),
        ("maximum", Real),
        ("latest", Real),
        ("latest_at", MaybeInt),
    ],
    primary: &["run_no", "metric_key"],
    indexes: &[],
    by_month: false,
};

pub(super) const LABELS: Table = Table {
    name: "makespan_labels",
    columns: &[("name_key", Key), ("value_key", Key), ("run_no", Int)],
    primary: &["name_key", "value_key", "run_no"],
    indexes: &[("makespan_labels_by_run", &["run_no"], false)],
    by_month: false,
};

pub(super) const BLOCKS: Table = Table {
    name: "makespan_blocks",
    columns: &[
        ("run_no", Int),
        ("first_event", Int),
        ("events", Int),
        ("bytes", Int),
        ("spans", Bytes),
        ("body", Bytes),
    ],
    primary: &["run_no", "first_event"],
    indexes: &[],
    by_month: true,
};

pub(super) const RANGES: Table = Table {
    name: "makespan_ranges",
    columns: &[("run_no", Int), ("producer_key", Key), ("first_seq", Int), ("last_seq", Int)],
    primary: &["run_no", "producer_key", "first_seq"],
    indexes: &[],
    by_month: false,
};

/// All tables; those with parts of runs come after the runs.
pub(super) const TABLES: [&Table; 6] = [&RUNS, &TASKS, &METRICS, &LABELS, &BLOCKS, &RANGES];

impl Table {
    /// Returns the names of the columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// Returns the names of the columns outside the primary key.
    fn rest(&self) -> impl Iterator<Item = &'static str> {
        self.names().filter(|name| !self.primary.contains(name))
    }

    /// Returns the statement that creates the table.
    pub(super) fn create(&self, dialect: Dialect) -> Sql {
        let mut sql = Sql::of(dialect, "CREATE TABLE IF NOT EXISTS ");
        sql.push(self.name).push(" (");
        for (name, kind) in self.columns {
            sql.push(name).push(" ").push(kind.name(dialect)).push(", ");
        }
        sql.push("PRIMARY KEY (").list(self.primary.iter().copied()).push(")");
        if dialect == Dialect::Mysql {
            // MySQL cannot create an index only if it does not exist.
            for (name, columns, unique) in self.indexes {
                sql.push(if *unique { ", UNIQUE KEY " } else { ", KEY " }).push(name);
                sql.push(" (").list(columns.iter().copied()).push(")");
            }
        }
        sql.push(")");
        match dialect {
            // A row of events is large: it is better stored in a separate tree than within the index.
            Dialect::Sqlite if self.name == BLOCKS.name => sql.push(" STRICT"),
            Dialect::Sqlite => sql.push(" STRICT, WITHOUT ROWID"),
            Dialect::Postgres if self.by_month => sql.push(" PARTITION BY RANGE (run_no)"),
            Dialect::Postgres => &mut sql,
            Dialect::Mysql => sql.push(" ENGINE = InnoDB"),
        };
        sql
    }

    /// Returns the statements that create its indexes, if [`create`](Table::create) does not.
    pub(super) fn create_indexes(&self, dialect: Dialect) -> Vec<Sql> {
        if dialect == Dialect::Mysql {
            return Vec::new();
        }
        let create = |&(name, columns, unique): &(&'static str, &[&'static str], bool)| {
            let mut sql = Sql::of(dialect, if unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
            sql.push("IF NOT EXISTS ").push(name).push(" ON ").push(self.name).push(" (");
            sql.list(columns.iter().copied()).push(")");
            sql
        };
        self.indexes.iter().map(create).collect()
    }

    /// Returns the statement that writes rows and replaces those with the same primary key. `rows` contains the values
    /// of one or several rows, one after another.
    pub(crate) fn upsert(&self, dialect: Dialect, rows: Vec<Value>) -> Sql {
        let mut sql = self.insert(dialect, rows);
        self.over(&mut sql);
        sql
    }

    /// Makes an `INSERT` replace rows with the same primary key.
    fn over(&self, sql: &mut Sql) {
        let dialect = sql.dialect();
        let mut rest = self.rest().peekable();
        match dialect {
            Dialect::Sqlite | Dialect::Postgres => {
                sql.push(" ON CONFLICT (").list(self.primary.iter().copied()).push(") DO ");
                sql.push(if rest.peek().is_some() { "UPDATE SET " } else { "NOTHING" });
            }
            Dialect::Mysql => {
                sql.push(" ON DUPLICATE KEY UPDATE ");
                if rest.peek().is_none() {
                    // MySQL has no "do nothing" that does not also hide other errors.
                    sql.push(self.primary[0]).push(" = ").push(self.name).push(".").push(self.primary[0]);
                }
            }
        }
        for (i, name) in rest.enumerate() {
            sql.push(if i == 0 { "" } else { ", " }).push(name);
            match dialect {
                Dialect::Sqlite | Dialect::Postgres => sql.push(" = excluded.").push(name),
                Dialect::Mysql => sql.push(" = VALUES(").push(name).push(")"),
            };
        }
    }

    /// Returns the statement of PostgreSQL that writes any number of rows, with one array per column: replaces rows
    /// with the same primary key (`over`), or inserts new ones.
    #[cfg(feature = "postgres")]
    pub(crate) fn write_arrays(&self, over: bool) -> Sql {
        let mut sql = Sql::of(Dialect::Postgres, "INSERT INTO ");
        sql.push(self.name).push(" (").list(self.names()).push(") SELECT * FROM UNNEST(");
        for (number, (_, kind)) in (1..).zip(self.columns) {
            sql.push(if number == 1 { "$" } else { ", $" }).number(number).push(match kind {
                Int | MaybeInt => "::BIGINT[]",
                Real | MaybeReal => "::DOUBLE PRECISION[]",
                Key | MaybeKey | Bytes | MaybeBytes => "::BYTEA[]",
            });
        }
        sql.push(")");
        if over {
            self.over(&mut sql);
        }
        sql
    }

    /// Returns the names of the tables that PostgreSQL partitions.
    #[cfg(feature = "postgres")]
    pub(crate) fn by_month() -> impl Iterator<Item = &'static str> {
        TABLES.into_iter().filter(|table| table.by_month).map(|table| table.name)
    }

    /// Returns the statement that inserts new rows.
    pub(crate) fn insert(&self, dialect: Dialect, rows: Vec<Value>) -> Sql {
        let mut sql = Sql::of(dialect, "INSERT INTO ");
        sql.push(self.name).push(" (").list(self.names()).push(") VALUES ");
        let width = self.columns.len();
        for (i, value) in rows.into_iter().enumerate() {
            sql.push(match i % width {
                0 if i == 0 => "(",
                0 => "), (",
                _ => ", ",
            });
            sql.bind(value);
        }
        sql.push(")");
        sql
    }

    /// Returns the `SELECT` of a run's rows with one of these keys, which are the rest of the primary key.
    pub(super) fn find(&self, dialect: Dialect, run: i64, keys: &[crate::TextKey]) -> Sql {
        let key = self.primary[self.primary.len() - 1];
        if dialect != Dialect::Postgres {
            let mut sql = self.select(dialect);
            sql.push("WHERE run_no = ").bind(run).push(" AND ").push(key).push(" IN (");
            sql.bind_all(keys.iter().map(|key| Value::from(*key))).push(")");
            return sql;
        }
        // One index lookup per key. With the query above, PostgreSQL reads all rows of the run while it has no
        // statistics about them, that is, while the run grows.
        let mut sql = Sql::of(dialect, "SELECT found.* FROM (VALUES (");
        for (i, key) in keys.iter().enumerate() {
            sql.push(if i == 0 { "" } else { "), (" }).bind(*key).push("::BYTEA");
        }
        sql.push(")) AS wanted (wanted_key) CROSS JOIN LATERAL (SELECT ").list(self.names());
        sql.push(" FROM ").push(self.name).push(" WHERE run_no = ").bind(run);
        sql.push(" AND ").push(key).push(" = wanted_key LIMIT 1) AS found");
        sql
    }

    /// Returns the `SELECT` of all columns, up to but excluding `WHERE`.
    pub(super) fn select(&self, dialect: Dialect) -> Sql {
        let mut sql = Sql::of(dialect, "SELECT ");
        sql.list(self.names()).push(" FROM ").push(self.name).push(" ");
        sql
    }

    /// Returns the columns to read if the tables may have version 1: the missing column is 0.
    pub(super) fn columns(
        &self,
        dialect: Dialect,
        is_old: bool,
    ) -> impl Iterator<Item = &'static str> + use<> {
        let zero = match dialect {
            Dialect::Sqlite => "0",
            Dialect::Postgres => "CAST(0 AS BIGINT)",
            Dialect::Mysql => "CAST(0 AS SIGNED)",
        };
        self.names().map(move |name| if is_old && name == ADDED { zero } else { name })
    }
}

impl ColumnKind {
    fn name(self, dialect: Dialect) -> &'static str {
        match (dialect, self) {
            (Dialect::Sqlite, Int) => "INTEGER NOT NULL",
            (Dialect::Sqlite, MaybeInt) => "INTEGER",
            (Dialect::Sqlite, Real) => "REAL NOT NULL",
            (Dialect::Sqlite, MaybeReal) => "REAL",
            (Dialect::Sqlite, Key | Bytes) => "BLOB NOT NULL",
            (Dialect::Sqlite, MaybeKey | MaybeBytes) => "BLOB",
            (Dialect::Postgres, Int) => "BIGINT NOT NULL",
            (Dialect::Postgres, MaybeInt) => "BIGINT",
            (Dialect::Postgres, Real) => "DOUBLE PRECISION NOT NULL",
            (Dialect::Postgres, MaybeReal) => "DOUBLE PRECISION",
            (Dialect::Postgres, Key | Bytes) => "BYTEA NOT NULL",
            (Dialect::Postgres, MaybeKey | MaybeBytes) => "BYTEA",
            (Dialect::Mysql, Int) => "BIGINT NOT NULL",
            (Dialect::Mysql, MaybeInt) => "BIGINT",
            (Dialect::Mysql, Real) => "DOUBLE NOT NULL",
            (Dialect::Mysql, MaybeReal) => "DOUBLE",
            (Dialect::Mysql, Key) => "BINARY(16) NOT NULL",
            (Dialect::Mysql, MaybeKey) => "BINARY(16)",
            (Dialect::Mysql, Bytes) => "LONGBLOB NOT NULL",
            (Dialect::Mysql, MaybeBytes) => "LONGBLOB",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_never_in_the_text_of_a_statement() {
        let hostile = "'; DROP TABLE makespan_runs; --";
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
            let row = || vec![Value::from(1i64), Value::from(hostile), 1i64.into(), 2i64.into()];
            let sql = RANGES.upsert(dialect, [row(), row()].concat());
            assert!(!sql.text().contains("DROP"), "{}", sql.text());
            assert_eq!(sql.values().len(), 8);
            assert_eq!(sql.text().matches(['?', '$']).count(), 8, "{}", sql.text());
        }
        let sql = LABELS.upsert(Dialect::Postgres, vec![1i64.into(); 3]);
        assert_eq!(
            sql.text(),
            "INSERT INTO makespan_labels (name_key, value_key, run_no) VALUES ($1, $2, $3) \
             ON CONFLICT (name_key, value_key, run_no) DO NOTHING"
        );
    }
}
