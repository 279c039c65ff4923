//! A reader of SQLite 3 databases: from bytes in memory, read-only, with the write-ahead log applied.
//!
//! Written from the description at <https://sqlite.org/fileformat2.html>. It reads tables, with and without
//! rowids, and no indices. It does not roll back a hot rollback journal: a database copied in the middle of a
//! transaction in that mode shows what the file holds. Damage costs the pages it is in and no more: reading
//! goes on after it, and [`Database::warnings`] reports what was left out.

mod btree;
mod bytes;
mod ddl;
mod error;
mod pager;
mod record;
mod schema;
mod text;
mod wal;

use std::cell::Cell;
use std::collections::BTreeSet;

use btree::Kind;
use error::Warnings;
use pager::{MAGIC, Pager};

pub use error::Error;
pub use record::{Row, Value};
pub use schema::Table;

/// The statement the table of tables would have; its root is always page 1.
const SCHEMA: &str = "CREATE TABLE sqlite_schema(type, name, tbl_name, rootpage, sql)";

/// A database in memory.
#[derive(Debug)]
pub struct Database<'a> {
    pager: Pager<'a>,
    tables: Vec<Table>,
    warnings: Warnings,
    replaced: Cell<u64>,
}

impl<'a> Database<'a> {
    /// Whether the first bytes of a file (16 or more) are those of a SQLite 3 database.
    pub fn is_sqlite(head: &[u8]) -> bool {
        head.starts_with(MAGIC)
    }

    /// Opens the bytes of a database file and, when there is one, of the `-wal` file beside it. Of the log
    /// the committed transactions are applied; a log that is not usable is left out with a warning.
    ///
    /// # Errors
    /// When the bytes are no database, its header makes no sense, or its first page is not whole.
    pub fn open(db: &'a [u8], wal: Option<&'a [u8]>) -> Result<Database<'a>, Error> {
        let warnings = Warnings::default();
        let pager = Pager::open(db, wal, &warnings)?;
        let mut database = Database { pager, tables: Vec::new(), warnings, replaced: Cell::new(0) };
        database.tables = database.read_schema()?;
        Ok(database)
    }

    /// The schema as text, behind what a database begins with: what its first bytes would be if its schema lay there, as
    /// that of a database that has grown does not. `None` where it cannot be read.
    pub fn outline(db: &'a [u8], wal: Option<&'a [u8]>) -> Option<Vec<u8>> {
        let database = Database::open(db, wal).ok()?;
        let mut out = MAGIC.to_vec();
        for table in database.tables() {
            out.extend_from_slice(
                format!("CREATE TABLE {}({})\n", table.name, table.columns.join(", ")).as_bytes(),
            );
        }
        Some(out)
    }

    /// The tables in the order created, those SQLite keeps for itself (`sqlite_sequence`) among them; no
    /// views, and no virtual tables, which hold no rows of their own.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of this name (ASCII case ignored).
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Calls `visit` with the rowid (0 in a table WITHOUT ROWID) and the row, for each row in key order,
    /// until it returns false. Values borrow from the row. Time and memory stay linear in the size of the
    /// file.
    ///
    /// # Errors
    /// When the root page of the table cannot be read. Damage further in is reported by [`Database::warnings`].
    pub fn rows(&self, table: &Table, visit: &mut dyn FnMut(i64, &Row<'_>) -> bool) -> Result<(), Error> {
        let kind = if table.without_rowid { Kind::Index } else { Kind::Table };
        let mut fields = Vec::new();
        btree::walk(&self.pager, &self.warnings, kind, table.root, &mut |cell| {
            let damage = match record::parse(cell.payload, cell.length, &mut fields) {
                Ok(damage) => damage,
                Err(message) => {
                    self.warnings.push(cell.page.error(cell.at, message));
                    return true;
                }
            };
            if let Some(message) = damage {
                self.warnings.push(cell.page.error(cell.at, message));
            }
            let row = Row {
                table,
                rowid: cell.rowid,
                payload: cell.payload,
                fields: &fields,
                encoding: self.pager.encoding,
                replaced: &self.replaced,
            };
            visit(cell.rowid, &row)
        })
    }

    /// What was wrong in all that was read so far, each damage once, at most 65 entries: the last then counts
    /// the rest.
    pub fn warnings(&self) -> Vec<Error> {
        self.warnings.list()
    }

    /// How many of the texts read so far were not valid in the encoding of the database, and had U+FFFD put
    /// in.
    pub fn replaced_texts(&self) -> u64 {
        self.replaced.get()
    }

    fn read_schema(&self) -> Result<Vec<Table>, Error> {
        let parsed = ddl::parse(SCHEMA).map_err(|message| Error::new(0, message))?;
        let schema = Table::new("sqlite_schema".to_owned(), 1, parsed);
        let mut tables = Vec::new();
        let mut roots = BTreeSet::from([1]);
        self.rows(&schema, &mut |_, row| {
            let root = row.get(3).as_i64().unwrap_or(0);
            if row.get(0).as_str() != Some("table") || root == 0 {
                return true;
            }
            let name = row.get(1).as_str().unwrap_or_default().to_owned();
            // Two tables with one root would each read all of it.
            let Some(root) = u32::try_from(root).ok().filter(|&root| roots.insert(root)) else {
                self.warnings
                    .push(Error::new(0, format!("table {name:?} has no root page of its own: left out")));
                return true;
            };
            let parsed = ddl::parse(row.get(4).as_str().unwrap_or_default()).unwrap_or_else(|message| {
                self.warnings.push(Error::new(0, format!("table {name:?}: {message}")));
                ddl::Parsed::default()
            });
            tables.push(Table::new(name, root, parsed));
            true
        })?;
        Ok(tables)
    }
}
