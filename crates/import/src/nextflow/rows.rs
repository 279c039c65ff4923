//! Rows of traces, reports and timelines, in a common form.

use makespan_model::Order as _;
use std::borrow::Cow;

use super::page::Page;
use super::script::Script;
use crate::json::tape::Value;

/// The tasks of one file.
pub(super) struct RowSet<'a> {
    pub(super) file: &'a str,
    pub(super) run: Option<String>,
    pub(super) version: Option<String>,
    pub(super) page: Option<&'a Page>,
    kind: Kind,
    columns: Vec<Cow<'a, str>>,
    pub(super) rows: Vec<Row<'a>>,
    /// How many rows of a table have another number of cells than its header.
    pub(super) uneven: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Timeline,
    Trace,
    Report,
}

/// Cells, in the order of the columns.
pub(super) struct Row<'a>(Vec<Cow<'a, str>>);

/// The character between the cells: `trace.sep` may change it.
pub(super) fn separator(header: &str) -> char {
    if header.contains('\t') {
        '\t'
    } else if header.contains(';') {
        ';'
    } else {
        ','
    }
}

pub(super) fn split(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|cell| cell.trim().trim_matches('"'))
}

impl<'a> RowSet<'a> {
    /// A trace file.
    pub(super) fn table(text: &'a str, file: &'a str) -> RowSet<'a> {
        let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|l| !l.trim().is_empty());
        let header = lines.next().unwrap_or_default();
        let sep = separator(header);
        let columns: Vec<Cow<'a, str>> = split(header, sep).map(Cow::Borrowed).collect();
        let mut set = RowSet::new(file, Kind::Trace, columns);
        for line in lines {
            let cells: Vec<Cow<'a, str>> = split(line, sep).map(Cow::Borrowed).collect();
            set.uneven += u64::from(cells.len() != set.columns.len());
            set.rows.push(Row(cells));
        }
        set
    }

    /// The data of a report (`trace`) or of a timeline (`processes`, or the bare list of older ones).
    pub(super) fn data(root: Value<'_, 'a>, file: &'a str, script: Option<&'a Script>) -> RowSet<'a> {
        let mut set = if let Some(trace) = root.at("trace").filter(|t| t.is_array()) {
            let mut columns: Vec<Cow<'a, str>> = Vec::new();
            for (key, _) in trace.elements().flat_map(Value::members) {
                if !columns.contains(&key) && columns.len() < 100 {
                    columns.push(key);
                }
            }
            let mut set = RowSet::new(file, Kind::Report, columns);
            for row in trace.elements() {
                let cell = |column: &Cow<'a, str>| row.text_at(column).unwrap_or(Cow::Borrowed("-"));
                set.rows.push(Row(set.columns.iter().map(cell).collect()));
            }
            set
        } else {
            let names = ["name", "status", "submit", "start", "complete"].map(Cow::Borrowed).to_vec();
            let mut set = RowSet::new(file, Kind::Timeline, names);
            let bars = if root.is_array() { Some(root) } else { root.at("processes") };
            for bar in bars.into_iter().flat_map(Value::elements) {
                // Three stretches: in the queue, at work, staging out; the one at work has the label.
                let times: Vec<Value<'_, 'a>> = bar.list("times").collect();
                let text = |at: Option<&Value<'_, 'a>>, key: &str| {
                    at.and_then(|t| t.text_at(key)).unwrap_or(Cow::Borrowed("-"))
                };
                let work = times.iter().find(|t| t.at("label").is_some()).or(times.get(1)).or(times.first());
                let is_cached = bar.at("cached").is_some_and(|c| c.get() == "true");
                let status = if is_cached { "CACHED" } else { "COMPLETED" };
                set.rows.push(Row(vec![
                    bar.text_at("label").unwrap_or(Cow::Borrowed("-")),
                    Cow::Borrowed(status),
                    text(times.first(), "starting_time"),
                    text(work, "starting_time"),
                    text(times.last(), "ending_time"),
                ]));
            }
            set
        };
        set.run = script.and_then(|s| s.run.clone());
        set.version = script.and_then(|s| s.version.clone());
        set.page = script.map(|s| &s.page);
        set
    }

    fn new(file: &'a str, kind: Kind, columns: Vec<Cow<'a, str>>) -> RowSet<'a> {
        RowSet { file, run: None, version: None, page: None, kind, columns, rows: Vec::new(), uneven: 0 }
    }

    /// A cell that says something.
    pub(super) fn get<'s>(&'s self, row: &'s Row<'a>, column: &str) -> Option<&'s str> {
        let at = self.columns.iter().position(|c| c == column)?;
        row.0.get(at).map(|cell| &**cell).filter(|cell| !cell.is_empty() && *cell != "-" && *cell != "null")
    }

    /// The first of these columns that says something.
    pub(super) fn any<'s>(&'s self, row: &'s Row<'a>, columns: &[&str]) -> Option<&'s str> {
        columns.iter().find_map(|column| self.get(row, column))
    }

    /// Columns by name, with their cells.
    pub(super) fn cells<'s>(&'s self, row: &'s Row<'a>) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.columns.iter().filter_map(|c| Some((&**c, self.get(row, c)?)))
    }

    pub(super) fn is_timeline(&self) -> bool {
        self.kind == Kind::Timeline
    }

    /// How much files of this kind record.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        self.kind
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = &str> + Clone {
        self.rows.iter().filter_map(|row| self.get(row, "hash"))
    }

    /// Names of the tasks, sorted.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rows.iter().filter_map(|row| self.get(row, "name")).collect();
        names.order_by(Ord::cmp);
        names
    }
}
