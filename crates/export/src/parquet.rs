//! Tables as Parquet files (parquet.apache.org): the tables of the CSV export with types, for pandas, DuckDB, Spark and
//! the like. Times are UTC timestamps in ns, durations are in seconds, and what is unknown is null. A file names the
//! program that wrote it but no time, so the same runs give the same bytes.

use std::fmt::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_format::time::SECOND;
use makespan_model::UNKNOWN;
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::error::ExportError;
use crate::options::Table;
use crate::rows::{Column, Kind, Rows};
use crate::tables::{columns, fill};

/// Number of rows that are kept until they are written together.
const GROUP: usize = 1 << 17;
const WRITTEN_BY: &str = concat!("makespan version ", env!("CARGO_PKG_VERSION"));

/// Writes a table of all runs as a Parquet file. O(n) in the rows, apart from the facts they contain.
///
/// # Errors
///
/// [`ExportError::NoRun`] if there are no runs, [`ExportError::NotWritten`] if a table is beyond what a file can contain.
pub fn parquet(runs: &[&Facts], table: Table) -> Result<Vec<u8>, ExportError> {
    if runs.is_empty() {
        return Err(ExportError::NoRun);
    }
    let written = File::new(columns(table)).and_then(|mut file| {
        fill(runs, table, &mut file);
        file.finish()
    });
    written.map_err(|error| ExportError::NotWritten(error.to_string()))
}

/// Returns the columns as a schema. All but lists can be null.
fn schema(columns: &[Column]) -> String {
    let mut out = String::from("message table {\n");
    for (name, kind) in columns {
        let _ = match kind {
            Kind::Text => writeln!(out, "  optional binary {name} (STRING);"),
            Kind::Texts => writeln!(
                out,
                "  required group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}"
            ),
            Kind::Count => writeln!(out, "  optional int64 {name};"),
            Kind::Value | Kind::Seconds => writeln!(out, "  optional double {name};"),
            Kind::Time => writeln!(out, "  optional int64 {name} (TIMESTAMP(NANOS,true));"),
            Kind::Flag => writeln!(out, "  optional boolean {name};"),
        };
    }
    out.push('}');
    out
}

/// The values of a column that are not null.
enum Values {
    Texts(Vec<ByteArray>),
    Whole(Vec<i64>),
    Numbers(Vec<f64>),
    Flags(Vec<bool>),
}

/// The cells of a column that are not written yet.
struct Cells {
    values: Values,
    /// For each cell, or element of a list: 1 if it has a value.
    levels: Vec<i16>,
    /// For each element of a list: 0 if it is the first of its row.
    repeats: Vec<i16>,
    is_list: bool,
}

impl Cells {
    fn of(kind: Kind) -> Cells {
        let values = match kind {
            Kind::Text | Kind::Texts => Values::Texts(Vec::new()),
            Kind::Count | Kind::Time => Values::Whole(Vec::new()),
            Kind::Value | Kind::Seconds => Values::Numbers(Vec::new()),
            Kind::Flag => Values::Flags(Vec::new()),
        };
        Cells { values, levels: Vec::new(), repeats: Vec::new(), is_list: kind == Kind::Texts }
    }

    fn write(&self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let (levels, repeats) = (Some(&*self.levels), self.is_list.then_some(&*self.repeats));
        match (column.untyped(), &self.values) {
            (ColumnWriter::ByteArrayColumnWriter(writer), Values::Texts(values)) => {
                writer.write_batch(values, levels, repeats)
            }
            (ColumnWriter::Int64ColumnWriter(writer), Values::Whole(values)) => {
                writer.write_batch(values, levels, repeats)
            }
            (ColumnWriter::DoubleColumnWriter(writer), Values::Numbers(values)) => {
                writer.write_batch(values, levels, repeats)
            }
            (ColumnWriter::BoolColumnWriter(writer), Values::Flags(values)) => {
                writer.write_batch(values, levels, repeats)
            }
            _ => Err(ParquetError::General("a column has another type than its cells".to_owned())),
        }
        .map(drop)
    }

    fn clear(&mut self) {
        match &mut self.values {
            Values::Texts(values) => values.clear(),
            Values::Whole(values) => values.clear(),
            Values::Numbers(values) => values.clear(),
            Values::Flags(values) => values.clear(),
        }
        self.levels.clear();
        self.repeats.clear();
    }
}

/// A file while it is written.
struct File {
    writer: SerializedFileWriter<Vec<u8>>,
    cells: Vec<Cells>,
    /// Column of the next cell.
    column: usize,
    /// Number of rows in `cells`.
    rows: usize,
    /// The first error; nothing is written after it.
    failed: Option<ParquetError>,
}

impl File {
    fn new(columns: &[Column]) -> Result<File, ParquetError> {
        let schema = Arc::new(parse_message_type(&schema(columns))?);
        let properties = WriterProperties::builder()
            .set_created_by(WRITTEN_BY.to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        let writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
        let cells = columns.iter().map(|(_, kind)| Cells::of(*kind)).collect();
        Ok(File { writer, cells, column: 0, rows: 0, failed: None })
    }

    /// Adds a cell: its value is pushed by `push`, which refuses a column of another kind.
    fn cell(&mut self, push: impl FnOnce(&mut Values) -> bool) {
        if let Some(cells) = self.cells.get_mut(self.column) {
            let has_value = push(&mut cells.values);
            cells.levels.push(i16::from(has_value));
        }
        self.column += 1;
    }

    fn whole(&mut self, value: Option<i64>) {
        self.cell(|values| match (values, value) {
            (Values::Whole(values), Some(value)) => {
                values.push(value);
                true
            }
            _ => false,
        });
    }

    /// Writes the rows that were kept.
    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for cells in &mut self.cells {
            if let Some(mut column) = group.next_column()? {
                cells.write(&mut column)?;
                column.close()?;
            }
            cells.clear();
        }
        self.rows = 0;
        group.close().map(drop)
    }

    fn finish(mut self) -> Result<Vec<u8>, ParquetError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.rows > 0 {
            self.flush()?;
        }
        self.writer.into_inner()
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}

impl Rows for File {
    fn text(&mut self, text: &str) {
        self.cell(|values| match values {
            Values::Texts(values) if !text.is_empty() => {
                values.push(bytes(text));
                true
            }
            _ => false,
        });
    }

    fn texts(&mut self, texts: &[&str]) {
        if let Some(Cells { values: Values::Texts(values), levels, repeats, .. }) =
            self.cells.get_mut(self.column)
        {
            values.extend(texts.iter().map(|text| bytes(text)));
            // An empty list is one place without a value.
            let places = texts.len().max(1);
            levels.extend(std::iter::repeat_n(i16::from(!texts.is_empty()), places));
            repeats.extend((0..places).map(|place| i16::from(place > 0)));
        }
        self.column += 1;
    }

    fn word(&mut self, word: &str) {
        self.text(word);
    }

    fn count(&mut self, n: Option<usize>) {
        self.whole(n.and_then(|n| i64::try_from(n).ok()));
    }

    fn value(&mut self, value: f64) {
        self.cell(|values| match values {
            Values::Numbers(values) if value.is_finite() => {
                values.push(value);
                true
            }
            _ => false,
        });
    }

    fn seconds(&mut self, ns: i64) {
        self.value(if ns == UNKNOWN { f64::NAN } else { ns as f64 / SECOND as f64 });
    }

    fn time(&mut self, t: i64) {
        self.whole((t != UNKNOWN).then_some(t));
    }

    fn flag(&mut self, is: bool) {
        self.cell(|values| match values {
            Values::Flags(values) => {
                values.push(is);
                true
            }
            _ => false,
        });
    }

    fn end(&mut self) {
        self.column = 0;
        self.rows += 1;
        if self.rows >= GROUP && self.failed.is_none() {
            self.failed = self.flush().err();
        }
        if self.failed.is_some() {
            self.rows = 0;
            self.cells.iter_mut().for_each(Cells::clear);
        }
    }
}
