//! Statements. Their text consists only of constants of this program: [`Sql::push`] takes text from the source code,
//! [`Sql::bind`] takes data and adds a placeholder to the text. Data can therefore never become SQL.

use makespan_format::Status;

use super::codes::STATUS_CODES;
use crate::Error;

/// An SQL dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    Postgres,
    /// MySQL and MariaDB.
    #[cfg_attr(not(feature = "mysql"), allow(dead_code))]
    Mysql,
}

impl Dialect {
    /// Returns what follows a `SELECT` whose rows must stay locked until the transaction ends. SQLite has one writer
    /// anyway.
    pub(super) fn for_update(self) -> &'static str {
        if self == Dialect::Sqlite { "" } else { " FOR UPDATE" }
    }

    /// Makes an `INSERT` into the runs skip a row that already exists.
    pub(super) fn or_pass_over(self, sql: &mut Sql) {
        sql.push(match self {
            Dialect::Sqlite | Dialect::Postgres => " ON CONFLICT DO NOTHING",
            Dialect::Mysql => " ON DUPLICATE KEY UPDATE run_no = makespan_runs.run_no",
        });
    }

    /// Returns the workflow of a group of runs that all have the same one. PostgreSQL has no minimum of bytes before
    /// release 18.
    pub(super) fn any_workflow(self) -> &'static str {
        match self {
            Dialect::Sqlite | Dialect::Mysql => ", MIN(r.workflow)",
            Dialect::Postgres => ", (ARRAY_AGG(r.workflow))[1]",
        }
    }

    /// Returns the operator for integer division.
    pub(super) fn div(self) -> &'static str {
        if self == Dialect::Mysql { " DIV " } else { " / " }
    }

    /// Returns the name of the integer type, to cast a sum to.
    pub(super) fn integer(self) -> &'static str {
        match self {
            Dialect::Sqlite => "INTEGER",
            Dialect::Postgres => "BIGINT",
            Dialect::Mysql => "SIGNED",
        }
    }
}

/// The value of a column. Texts are bytes, because databases differ in what a text may contain (PostgreSQL: no NUL) and
/// in which texts are equal (MySQL: `A` equals `a`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// An integer, or null.
    Int(Option<i64>),
    /// A number, or null.
    Real(Option<f64>),
    /// Bytes, or null.
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $value:expr,)*) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Value { $value } })*
    };
}

value_from! {
    i64 => |v| Value::Int(Some(v)),
    Option<i64> => |v| Value::Int(v),
    // Counts stay far below this limit; one that exceeds it must not wrap around.
    u64 => |v| Value::Int(Some(i64::try_from(v).unwrap_or(i64::MAX))),
    u32 => |v| Value::Int(Some(i64::from(v))),
    bool => |v| Value::Int(Some(i64::from(v))),
    f64 => |v| Value::Real(Some(v)),
    Option<f64> => |v| Value::Real(v),
    &str => |v| Value::Bytes(Some(v.as_bytes().to_vec())),
    Option<&str> => |v| Value::Bytes(v.map(|v| v.as_bytes().to_vec())),
    &[u8] => |v| Value::Bytes(Some(v.to_vec())),
    Vec<u8> => |v| Value::Bytes(Some(v)),
    crate::TextKey => |v| Value::Bytes(Some(v.to_vec())),
    Option<crate::TextKey> => |v| Value::Bytes(v.map(|v| v.to_vec())),
}

/// A statement with its data.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    dialect: Dialect,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Creates an empty statement.
    pub(crate) fn new(dialect: Dialect) -> Sql {
        Sql { dialect, text: String::new(), values: Vec::new() }
    }

    /// Creates a statement that begins with this text.
    pub(crate) fn of(dialect: Dialect, text: &'static str) -> Sql {
        let mut sql = Sql::new(dialect);
        sql.push(text);
        sql
    }

    /// Appends text of this program.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Appends words, separated by commas.
    pub(crate) fn list(&mut self, words: impl IntoIterator<Item = &'static str>) -> &mut Sql {
        for (i, word) in words.into_iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).push(word);
        }
        self
    }

    /// Appends a number that this program computed, where SQL does not allow a placeholder.
    pub(crate) fn number(&mut self, number: i64) -> &mut Sql {
        self.text.push_str(&number.to_string());
        self
    }

    /// Appends a placeholder with its value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Sql {
        self.values.push(value.into());
        match self.dialect {
            Dialect::Sqlite | Dialect::Mysql => self.text.push('?'),
            Dialect::Postgres => {
                self.text.push('$');
                self.text.push_str(&self.values.len().to_string());
            }
        }
        self
    }

    /// Appends placeholders with their values, separated by commas.
    pub(crate) fn bind_all(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Sql {
        for (i, value) in values.into_iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).bind(value);
        }
        self
    }

    /// Returns its dialect.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the text, with placeholders.
    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the values, in the order of the placeholders.
    #[cfg(any(test, feature = "sqlite"))]
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Returns text and values.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }
}

/// A row of a result.
pub(crate) type Row = Vec<Value>;

/// Reads the columns of a row one after another.
#[derive(Debug)]
pub(crate) struct Cells {
    row: std::vec::IntoIter<Value>,
}

fn unexpected() -> Error {
    Error::corrupt("a column holds what it never should")
}

impl Cells {
    /// Starts at the first column of a row.
    pub(crate) fn of(row: Row) -> Cells {
        Cells { row: row.into_iter() }
    }

    /// Reads an integer or null.
    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, Error> {
        match self.row.next() {
            Some(Value::Int(v)) => Ok(v),
            Some(Value::Real(None) | Value::Bytes(None)) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    /// Reads an integer.
    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        self.maybe_int()?.ok_or_else(unexpected)
    }

    /// Reads a count.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        u64::try_from(self.int()?).map_err(|_| unexpected())
    }

    /// Reads a boolean.
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        Ok(self.int()? != 0)
    }

    /// Reads a number or null.
    pub(crate) fn maybe_real(&mut self) -> Result<Option<f64>, Error> {
        match self.row.next() {
            Some(Value::Real(v)) => Ok(v),
            Some(Value::Int(None) | Value::Bytes(None)) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    /// Reads a number.
    pub(crate) fn real(&mut self) -> Result<f64, Error> {
        self.maybe_real()?.ok_or_else(unexpected)
    }

    /// Reads bytes or null.
    pub(crate) fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match self.row.next() {
            Some(Value::Bytes(v)) => Ok(v),
            Some(Value::Int(None) | Value::Real(None)) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    /// Reads bytes.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        self.maybe_bytes()?.ok_or_else(unexpected)
    }

    /// Reads a text or null.
    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, Error> {
        self.maybe_bytes()?.map(|b| String::from_utf8(b).map_err(|_| unexpected())).transpose()
    }

    /// Reads a text.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        self.maybe_text()?.ok_or_else(unexpected)
    }

    /// Reads a key.
    pub(crate) fn key(&mut self) -> Result<crate::TextKey, Error> {
        self.bytes()?.try_into().map_err(|_| unexpected())
    }

    /// Reads a status or null.
    pub(crate) fn maybe_status(&mut self) -> Result<Option<Status>, Error> {
        let status = |i: i64| {
            usize::try_from(i).ok().and_then(|i| STATUS_CODES.get(i)).copied().ok_or_else(unexpected)
        };
        self.maybe_int()?.map(status).transpose()
    }
}
