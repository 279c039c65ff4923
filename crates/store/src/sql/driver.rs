//! What a database must be able to do. Everything else is written once, in SQL that all of them understand.

use makespan_format::Diagnostic;

use super::tables::Table;
use super::text::{Dialect, Row, Sql, Value};
use crate::{Changes, Error, Location, TextKey};

/// One connection to a database.
pub(crate) trait Driver: Send {
    /// Its SQL.
    fn dialect(&self) -> Dialect;

    /// Runs a statement that answers nothing; how many rows it touched.
    fn run(&mut self, sql: Sql) -> Result<u64, Error>;

    /// Runs a statement that answers rows.
    fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error>;

    /// Begins a transaction that will write.
    fn begin(&mut self) -> Result<(), Error>;

    /// Makes what was done since [`begin`](Driver::begin) durable.
    fn commit(&mut self) -> Result<(), Error>;

    /// Undoes what was done since [`begin`](Driver::begin).
    fn rollback(&mut self) -> Result<(), Error>;

    /// Whether the tables are still of version 1, which have no place for tasks of unknown outcome. Only who writes
    /// brings them up.
    fn is_old(&mut self) -> Result<bool, Error>;

    /// Reports to all who listen that these runs have changed, where the database can. Comes after
    /// [`commit`](Driver::commit) and is no part of the transaction.
    fn announce(&mut self, runs: &[TextKey]) -> Result<(), Error> {
        let _ = runs;
        Ok(())
    }

    /// Writes new rows into a table.
    fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        in_pieces(rows, |piece| self.run(table.insert(self.dialect(), piece)).map(|_| ()))
    }

    /// Writes rows into a table, over those with the same primary key.
    fn upsert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        in_pieces(rows, |piece| self.run(table.upsert(self.dialect(), piece)).map(|_| ()))
    }
}

/// How to come by connections.
pub(crate) trait Connect: Send + Sync + 'static {
    /// A connection.
    type Driver: Driver;

    /// The name of the kind of store.
    const BACKEND: &'static str;

    /// A connection that reads.
    fn reader(&self) -> Result<Self::Driver, Error>;

    /// The connection that writes. Where a store has one writer at a time, this claims it.
    fn writer(&self) -> Result<Self::Driver, Error>;

    /// Where it leads.
    fn location(&self) -> &Location;

    /// What is wrong with the way the server is set up.
    fn findings(_: &mut Self::Driver) -> Result<Vec<Diagnostic>, Error> {
        Ok(Vec::new())
    }

    /// A connection that hears what [`announce`](Driver::announce) reports.
    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        Ok(None)
    }

    /// What is to be done to the tables now and then.
    fn maintain(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Rows go to a server in pieces of these sizes: few, so that it prepares few statements.
const PIECES: [usize; 3] = [64, 8, 1];

/// As many bytes a piece has, or it is a single row: servers take no packet of any size.
const MOST_BYTES: usize = 4 << 20;

/// Hands rows over in pieces, each the values of its rows one after another.
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

/// About as many bytes a row has on its way to a server.
pub(crate) fn bytes_of(row: &Row) -> usize {
    let bytes = |value: &Value| if let Value::Bytes(Some(bytes)) = value { bytes.len() } else { 0 };
    row.iter().map(|value| 9 + bytes(value)).sum()
}

/// Hands values over in pieces of few sizes, the last one filled up with its last value, which changes nothing in a
/// list to look in.
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
    fn few_sizes_and_every_row_once() {
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
