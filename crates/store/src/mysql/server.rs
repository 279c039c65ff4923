//! The specifics of MySQL: its errors and its types.

use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::mysql::{MySqlArguments, MySqlDatabaseError, MySqlQueryResult, MySqlRow};
use sqlx::{Arguments as _, Column as _, Row as _, TypeInfo as _};

use crate::Error;
use crate::sql::{Dialect, Driver as _, Meaning, Row, Server, Session, Table, Value, in_pieces};

impl Server for sqlx::MySql {
    const DIALECT: Dialect = Dialect::Mysql;
    const BEGIN: &'static str = "START TRANSACTION";

    fn meaning(error: &dyn DatabaseError) -> Meaning {
        meaning(error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number))
    }

    fn bind(arguments: &mut MySqlArguments, value: Value) -> Result<(), BoxDynError> {
        match value {
            Value::Int(v) => arguments.add(v),
            Value::Real(v) => arguments.add(v),
            Value::Bytes(v) => arguments.add(v),
        }
    }

    fn row(row: &MySqlRow) -> Result<Row, sqlx::Error> {
        let cell = |(i, column): (usize, &sqlx::mysql::MySqlColumn)| {
            Ok(match column.type_info().name() {
                "DOUBLE" => Value::Real(row.try_get(i)?),
                "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => {
                    Value::Bytes(row.try_get(i)?)
                }
                _ => Value::Int(row.try_get(i)?),
            })
        };
        row.columns().iter().enumerate().map(cell).collect()
    }

    fn touched(result: &MySqlQueryResult) -> u64 {
        result.rows_affected()
    }

    fn write(session: &mut Session<Self>, table: &Table, rows: Vec<Row>, over: bool) -> Result<(), Error> {
        let statement = if over { Table::upsert } else { Table::insert };
        in_pieces(rows, |piece| session.run(statement(table, Dialect::Mysql, piece)).map(|_| ()))
    }
}

/// Returns the meaning of an error number (from the server error reference of the manual).
fn meaning(number: u16) -> Meaning {
    match number {
        // Too many connections, shutdown, truncated packets, a killed connection.
        1040 | 1053 | 1152 | 1158..=1161 | 1317 | 1927 | 3169 | 4031 => Meaning::Gone,
        // A lock that could not be acquired, a deadlock, a row that changed under a snapshot.
        1205 | 1213 | 1020 => Meaning::Conflict,
        1021 | 1114 => Meaning::Full,
        1142 | 1143 | 1227 | 1290 | 1792 | 1836 => Meaning::ReadOnly,
        1044 | 1045 | 1046 | 1049 | 1130 | 1698 => Meaning::Refused,
        1034 | 1194 | 1195 | 1712 => Meaning::Damaged,
        _ => Meaning::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_errors_are_distinguished_from_permanent_ones() {
        use Meaning::*;
        let all = [1213, 1053, 1114, 1290, 1045, 1712, 1064, 0].map(meaning);
        assert_eq!(all, [Conflict, Gone, Full, ReadOnly, Refused, Damaged, Other, Other]);
    }
}
