//! The requirements for a database. Everything else is written once, in SQL that all of them support.

use makespan_format::Diagnostic;

use super::tables::Table;
use super::text::{Dialect, Row, Sql, Value};
use crate::{Changes, Error, Location, TextKey};

/// One connection to a database.
pub(crate) trait Driver: Send {
    /// Returns its SQL dialect.
    fn dialect(&self) -> Dialect;

    /// Executes a statement without a result. Returns the number of affected rows.
    fn run(&mut self, sql: Sql) -> Result<u64, Error>;

    /// Executes a statement that returns rows.
    fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error>;

    /// Begins a transaction that will write.
    fn begin(&mut self) -> Result<(), Error>;

    /// Commits the transaction, so that all changes since [`begin`](Driver::begin) are durable.
    fn commit(&mut self) -> Result<(), Error>;

    /// Undoes all changes since [`begin`](Driver::begin).
    fn rollback(&mut self) -> Result<(), Error>;

    /// Returns whether the tables still have version 1, which has no column for tasks of unknown outcome. Only writers
    /// upgrade them.
    fn is_old(&mut self) -> Result<bool, Error>;

    /// Announces to all listeners that these runs have changed, if the database can. Called after
    /// [`commit`](Driver::commit), outside the transaction.
    fn announce(&mut self, runs: &[TextKey]) -> Result<(), Error> {
        let _ = runs;
        Ok(())
    }

    /// Inserts new rows into a table.
    fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        in_pieces(rows, |piece| self.run(table.insert(self.dialect(), piece)).map(|_| ()))
    }

    /// Writes rows into a table; replaces rows with the same primary key.
    fn upsert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        in_pieces(rows, |piece| self.run(table.upsert(self.dialect(), piece)).map(|_| ()))
    }
}

/// Creates connections.
pub(crate) trait Connect: Send + Sync + 'static {
    /// The type of its connections.
    type Driver: Driver;

    /// Name of the kind of store.
    const BACKEND: &'static str;

    /// Opens a connection for reading.
    fn reader(&self) -> Result<Self::Driver, Error>;

    /// Opens the connection for writing. If a store allows one writer at a time, this takes the lock.
    fn writer(&self) -> Result<Self::Driver, Error>;

    /// Returns the location of the store.
    fn location(&self) -> &Location;

    /// Returns problems with the configuration of the server.
    fn findings(_: &mut Self::Driver) -> Result<Vec<Diagnostic>, Error> {
        Ok(Vec::new())
    }

    /// Opens a connection that receives what [`announce`](Driver::announce) reports.
    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        Ok(None)
    }

    /// Does deferred work on the tables.
    fn maintain(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Numbers of rows per statement: few different ones, so that a server prepares few statements.
const PIECES: [usize; 3] = [64, 8, 1];

/// Maximum size of a statement's rows in bytes, unless it is a single row: servers limit the size of packets.
const MOST_BYTES: usize = 4 << 20;

/// Passes rows on in pieces; each piece contains the values of its rows one after another.
pub(crate) fn in_pieces(
    rows: Vec<Row>,
    mut send: impl FnMut(Vec<Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rows = rows.into_iter();
    for size in PIECES {
        let fits = |rows: &[Row]| size == 1 || rows.iter().map(bytes_of).sum::<usize>() <= MOST_BYTES;
        while rows.as_slice().get(..size).is_some_and(fits) {
            send(rows.by_ref().take(size).flatten().collect())?;
        }
    }
    Ok(())
}

/// Returns the approximate size of a row in bytes on its way to a server.
pub(crate) fn bytes_of(row: &Row) -> usize {
    let bytes = |value: &Value| if let Value::Bytes(Some(bytes)) = value { bytes.len() } else { 0 };
    row.iter().map(|value| 9 + bytes(value)).sum()
}

/// Passes values on in pieces of few different sizes. The last piece is padded with its last value, which does not
/// change a list to search in.
pub(super) fn look_up<T: Clone>(
    values: &[T],
    mut ask: impl FnMut(&[T]) -> Result<(), Error>,
) -> Result<(), Error> {
    for piece in values.chunks(PIECES[0]) {
        let Some(last) = piece.last() else { continue };
        let size = PIECES.into_iter().rev().find(|size| *size >= piece.len()).unwrap_or(piece.len());
        let mut filled = piece.to_vec();
        filled.resize(size, last.clone());
        ask(&filled)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_are_passed_in_few_sizes_and_each_once() {
        let rows: Vec<Row> = (0..150i64).map(|i| vec![i.into()]).collect();
        let (mut sizes, mut all) = (Vec::new(), Vec::new());
        in_pieces(rows.clone(), |piece| {
            sizes.push(piece.len());
            all.extend(piece);
            Ok(())
        })
        .unwrap();
        assert_eq!(sizes, [64, 64, 8, 8, 1, 1, 1, 1, 1, 1]);
        assert_eq!(all, rows.concat());
        let large: Vec<Row> = (0..20).map(|_| vec![vec![0u8; 1 << 20].into()]).collect();
        let mut sizes = Vec::new();
        in_pieces(large, |piece| {
            sizes.push(piece.len());
            Ok(())
        })
        .unwrap();
        assert_eq!(sizes, [1; 20], "no packet is larger than servers take");
        let mut asked = Vec::new();
        look_up(&[1, 2, 3], |piece| {
            asked.push(piece.to_vec());
            Ok(())
        })
        .unwrap();
        assert_eq!(asked, [[1, 2, 3, 3, 3, 3, 3, 3]]);
    }
}
