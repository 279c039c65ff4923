//! The specifics of PostgreSQL: its errors, its types, its arrays.

use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow};
use sqlx::{Arguments as _, Column as _, Row as _, TypeInfo as _};

use super::changes;
use crate::sql::{Dialect, Meaning, Row, Server, Session, Sql, Table, Value, bytes_of};
use crate::{Error, TextKey};

/// Maximum size of the rows of a statement, in bytes; a single row may be larger.
const MOST_BYTES: usize = 16 << 20;

impl Server for sqlx::Postgres {
    const DIALECT: Dialect = Dialect::Postgres;
    const BEGIN: &'static str = "BEGIN";

    fn meaning(error: &dyn DatabaseError) -> Meaning {
        meaning(&error.code().unwrap_or_default())
    }

    fn bind(arguments: &mut PgArguments, value: Value) -> Result<(), BoxDynError> {
        match value {
            Value::Int(v) => arguments.add(v),
            Value::Real(v) => arguments.add(v),
            Value::Bytes(v) => arguments.add(v),
        }
    }

    fn row(row: &PgRow) -> Result<Row, sqlx::Error> {
        let cell = |(i, column): (usize, &sqlx::postgres::PgColumn)| {
            Ok(match column.type_info().name() {
                "FLOAT8" => Value::Real(row.try_get(i)?),
                "BYTEA" => Value::Bytes(row.try_get(i)?),
                _ => Value::Int(row.try_get(i)?),
            })
        };
        row.columns().iter().enumerate().map(cell).collect()
    }

    fn touched(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }

    fn write(session: &mut Session<Self>, table: &Table, rows: Vec<Row>, over: bool) -> Result<(), Error> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let (mut columns, mut bytes) = (Columns::of(rows.peek()), 0);
            while let Some(row) = rows.next_if(|row| bytes == 0 || bytes + bytes_of(row) <= MOST_BYTES) {
                bytes += bytes_of(&row);
                columns.push(row);
            }
            let arguments = columns.arguments().map_err(|e| Error::Backend { reason: e.to_string() })?;
            session.run_with(table.write_arrays(over), arguments)?;
        }
        Ok(())
    }

    fn announce(session: &mut Session<Self>, runs: &[TextKey]) -> Result<(), Error> {
        // Commits that notify wait for each other, in all databases of the server. So this is a transaction of its own, which
        // waits for no disk: it changes nothing that could be lost.
        let sql = "SELECT set_config('synchronous_commit', 'off', true), pg_notify('makespan_runs', run)
                   FROM unnest($1::TEXT[]) AS run";
        let mut arguments = PgArguments::default();
        let names: Vec<String> = runs.iter().map(changes::name).collect();
        arguments.add(names).map_err(|e| Error::Backend { reason: e.to_string() })?;
        session.run_with(Sql::of(Dialect::Postgres, sql), arguments).map(|_| ())
    }
}

/// A column of rows.
enum Column {
    Int(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// Rows as columns.
struct Columns(Vec<Column>);

impl Columns {
    /// Creates empty columns with the types of this row, because an empty array has a type, too.
    fn of(row: Option<&Row>) -> Columns {
        let column = |value: &Value| match value {
            Value::Int(_) => Column::Int(Vec::new()),
            Value::Real(_) => Column::Real(Vec::new()),
            Value::Bytes(_) => Column::Bytes(Vec::new()),
        };
        Columns(row.into_iter().flatten().map(column).collect())
    }

    fn push(&mut self, row: Row) {
        for (column, value) in self.0.iter_mut().zip(row) {
            match (column, value) {
                (Column::Int(all), Value::Int(v)) => all.push(v),
                (Column::Real(all), Value::Real(v)) => all.push(v),
                (Column::Bytes(all), Value::Bytes(v)) => all.push(v),
                // No table has such rows; the server would reject arrays of different lengths.
                _ => {}
            }
        }
    }

    fn arguments(self) -> Result<PgArguments, BoxDynError> {
        let mut arguments = PgArguments::default();
        for column in self.0 {
            match column {
                Column::Int(all) => arguments.add(all)?,
                Column::Real(all) => arguments.add(all)?,
                Column::Bytes(all) => arguments.add(all)?,
            }
        }
        Ok(arguments)
    }
}

/// Returns the meaning of an error code (appendix A of the manual; the first two characters are the class).
fn meaning(code: &str) -> Meaning {
    match code {
        // Too many connections; several kinds of shutdown; a restart in progress.
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" => Meaning::Gone,
        // Serialization failure, deadlock, a lock that could not be acquired.
        "40001" | "40P01" | "55P03" => Meaning::Conflict,
        "53100" => Meaning::Full,
        "25006" | "42501" => Meaning::ReadOnly,
        "3D000" => Meaning::Refused,
        _ => match code.get(..2) {
            Some("08") => Meaning::Gone,
            Some("28") => Meaning::Refused,
            Some("XX") => Meaning::Damaged,
            _ => Meaning::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_errors_are_distinguished_from_permanent_ones() {
        let all = ["40P01", "57P01", "53100", "25006", "28P01", "XX001", "42601", ""].map(meaning);
        use Meaning::*;
        assert_eq!(all, [Conflict, Gone, Full, ReadOnly, Refused, Damaged, Other, Other]);
    }
}
