//! Tables as Parquet, read back: every cell is that of the CSV table, with a type.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::process::Command;

use makespan_analysis::Facts;
use makespan_export::{ExportError, Format, Options, Table, parquet};
use makespan_format::time::format_rfc3339;
use parquet_reader::basic::{LogicalType, TimeUnit};
use parquet_reader::file::reader::{FileReader as _, SerializedFileReader};
use parquet_reader::record::{Field, ListAccessor as _};
use support::{UNKIND, events, facts, write};

use ::parquet as parquet_reader;

const TABLES: [Table; 4] = [Table::Tasks, Table::Attempts, Table::Metrics, Table::Runs];

/// A column of a file that was read.
struct Column {
    name: String,
    is_time: bool,
    cells: Vec<Field>,
}

fn columns(bytes: Vec<u8>) -> Vec<Column> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let mut columns: Vec<Column> = schema
        .root_schema()
        .get_fields()
        .iter()
        .map(|field| {
            let utc = LogicalType::timestamp(true, TimeUnit::NANOS);
            let is_time = field.get_basic_info().logical_type_ref() == Some(&utc);
            Column { name: field.name().to_owned(), is_time, cells: Vec::new() }
        })
        .collect();
    for row in reader.get_row_iter(None).unwrap() {
        for (column, (name, field)) in columns.iter_mut().zip(row.unwrap().into_columns()) {
            assert_eq!(column.name, name);
            column.cells.push(field);
        }
    }
    columns
}

/// Rows of a CSV text with quoted cells.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && rest.peek() == Some(&'\n') => {
                rest.next();
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

fn is_same(column: &Column, field: &Field, cell: &str) -> bool {
    match field {
        Field::Null => cell.is_empty(),
        Field::Str(text) => text == cell,
        Field::Long(t) if column.is_time => format_rfc3339(*t) == cell,
        Field::Long(n) => n.to_string() == cell,
        Field::Double(value) => cell.parse::<f64>() == Ok(*value),
        Field::Bool(is) => is.to_string() == cell,
        Field::ListInternal(list) => {
            let texts: Vec<&str> = (0..list.len()).map(|i| list.get_string(i).unwrap().as_str()).collect();
            texts.join(";") == cell
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_cell_is_that_of_the_csv_table() {
    let two = [facts(&events(UNKIND)), facts(&events(&["a", "b"]))];
    let runs: Vec<&Facts> = two.iter().collect();
    for table in TABLES {
        let bytes = parquet(&runs, table).unwrap();
        assert!(bytes == parquet(&runs, table).unwrap(), "same runs, same bytes");
        let columns = columns(bytes);
        let text = write(&runs, Format::Csv, &Options { table, csv_raw: true, ..Options::default() }).text;
        let mut rows = cells(&text).into_iter();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(rows.next().unwrap(), names);
        let rows: Vec<Vec<String>> = rows.collect();
        for (i, column) in columns.iter().enumerate() {
            assert_eq!(column.cells.len(), rows.len(), "{table:?} {}", column.name);
            for (field, row) in column.cells.iter().zip(&rows) {
                assert!(is_same(column, field, &row[i]), "{table:?} {}: {field:?} {:?}", column.name, row[i]);
            }
            let is_named_as_time = ["queued", "started", "ended", "time"].contains(&column.name.as_str());
            assert_eq!(column.is_time, is_named_as_time, "{}", column.name);
        }
    }
}

#[test]
fn what_is_unknown_is_null_and_ids_stay_apart() {
    let run = facts(
        "{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"task\",\"task\":\"a;b\"}\n\
         {\"event\":\"task\",\"task\":\"c\"}\n{\"event\":\"task\",\"task\":\"d\",\"after\":[\"a;b\",\"c\"]}\n",
    );
    let columns = columns(parquet(&[&run], Table::Tasks).unwrap());
    let cells = |name: &str| &columns.iter().find(|column| column.name == name).unwrap().cells;
    for unknown in ["started", "ended", "duration_s", "worker", "error", "parent"] {
        assert!(cells(unknown).iter().all(|field| *field == Field::Null), "{unknown}");
    }
    assert!(cells("status").iter().all(|field| matches!(field, Field::Str(_))));
    let lengths: Vec<usize> = cells("depends_on")
        .iter()
        .map(|field| if let Field::ListInternal(list) = field { list.len() } else { panic!("{field:?}") })
        .collect();
    assert_eq!(lengths, [0, 0, 2]);
}

#[test]
fn a_table_of_many_rows_is_written_in_groups() {
    let mut lines = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
    for i in 0..140_000 {
        lines.push_str(&format!("{{\"event\":\"sample\",\"name\":\"load\",\"value\":{i},\"t\":{i}}}\n"));
    }
    let columns = columns(parquet(&[&facts(&lines)], Table::Metrics).unwrap());
    let values = &columns.iter().find(|column| column.name == "value").unwrap().cells;
    assert!(values.iter().enumerate().all(|(i, field)| *field == Field::Double(i as f64)));
    assert_eq!(values.len(), 140_000);
}

#[test]
fn a_table_without_rows_is_a_file_and_no_run_is_refused() {
    let empty = facts("{\"event\":\"run\",\"run\":\"r\"}\n");
    let read = columns(parquet(&[&empty], Table::Tasks).unwrap());
    assert!(read.len() == 20 && read.iter().all(|column| column.cells.is_empty()));
    assert_eq!(parquet(&[], Table::Tasks), Err(ExportError::NoRun));
}

const READ: &str = "import json, sys, pandas\n\
    table = pandas.read_parquet(sys.argv[1])\n\
    first = table.iloc[0]\n\
    print(json.dumps({'rows': len(table), 'started': str(table.started.dtype), 'ns': int(first.started.value),\n\
    'duration': first.duration_s, 'status': list(table.status), 'worker': [w if isinstance(w, str) else None for w in table.worker],\n\
    'after': [list(a) for a in table.depends_on], 'critical': [bool(c) for c in table.critical]}))";

#[test]
fn pandas_reads_a_table_with_its_types() {
    let python = std::env::var("MAKESPAN_PANDAS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let can_read = Command::new(&python).args(["-c", "import pandas, pyarrow"]).output();
    if !can_read.is_ok_and(|output| output.status.success()) {
        println!(
            "SKIPPED: {python} has no pandas and pyarrow; install them with pip, or name another interpreter in \
             MAKESPAN_PANDAS_PYTHON"
        );
        return;
    }
    let run = facts(
        "{\"event\":\"run\",\"run\":\"r\"}\n\
        {\"event\":\"attempt\",\"task\":\"a\",\"started\":1700000000000000001,\"ended\":1700000002500000001,\"worker\":\"w\",\"status\":\"succeeded\"}\n\
        {\"event\":\"task\",\"task\":\"b\",\"after\":[\"a\"],\"status\":\"pending\"}\n",
    );
    let path = std::env::temp_dir().join(format!("makespan-{}.parquet", std::process::id()));
    std::fs::write(&path, parquet(&[&run], Table::Tasks).unwrap()).unwrap();
    let output = Command::new(&python).args(["-c", READ]).arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let known = serde_json::json!({
        "rows": 2, "started": "datetime64[ns, UTC]", "ns": 1_700_000_000_000_000_001_i64, "duration": 2.5,
        "status": ["succeeded", "pending"], "worker": ["w", null], "after": [[], ["a"]], "critical": [true, false],
    });
    assert_eq!(read, known);
}
