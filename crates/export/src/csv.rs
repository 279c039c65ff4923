//! Comma-separated values (RFC 4180), with cells that no spreadsheet executes as formulas.

use makespan_analysis::Facts;
use makespan_format::time::{SECOND, format_rfc3339};
use makespan_model::UNKNOWN;

use crate::options::Options;
use crate::rows::{Column, Rows};
use crate::tables::{columns, fill};

/// Writes the table that the options choose, of all runs.
pub(crate) fn csv(runs: &[&Facts], options: &Options) -> String {
    let mut csv = Csv::new(columns(options.table), options.csv_raw);
    fill(runs, options.table, &mut csv);
    csv.finish()
}

/// Rows of a table while they are written.
pub(crate) struct Csv {
    text: String,
    separator: char,
    /// Whether cells that look like formulas are left unchanged.
    raw: bool,
    is_first: bool,
}

impl Csv {
    /// Makes a table with these columns and no rows.
    fn new(columns: &[Column], raw: bool) -> Csv {
        let mut csv = Csv { raw, ..Csv::separated(',') };
        columns.iter().for_each(|(column, _)| csv.word(column));
        csv.end();
        csv
    }

    /// Makes an empty text whose cells are separated by a character.
    pub(crate) fn separated(separator: char) -> Csv {
        Csv { text: String::new(), separator, raw: false, is_first: true }
    }

    /// Returns whether nothing has been written.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn part(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.text.push(self.separator);
        }
    }
}

impl Rows for Csv {
    fn text(&mut self, cell: &str) {
        self.part();
        let prefix = if !self.raw && is_formula(cell) { "'" } else { "" };
        let edge = |c: char| c == ' ' || c == '\t';
        if cell.contains([self.separator, '"', '\n', '\r']) || cell.starts_with(edge) || cell.ends_with(edge)
        {
            self.text.push('"');
            self.text.push_str(prefix);
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(prefix);
            self.text.push_str(cell);
        }
    }

    fn texts(&mut self, texts: &[&str]) {
        self.text(&texts.join(";"));
    }

    /// Words of ours need no quotes.
    fn word(&mut self, word: &str) {
        self.part();
        self.text.push_str(word);
    }

    fn count(&mut self, n: Option<usize>) {
        self.word(&n.map_or_else(String::new, |n| n.to_string()));
    }

    fn value(&mut self, value: f64) {
        let text = if value.is_finite() { value.to_string() } else { String::new() };
        self.word(&text);
    }

    fn seconds(&mut self, ns: i64) {
        self.word(&if ns == UNKNOWN { String::new() } else { seconds(ns) });
    }

    fn time(&mut self, t: i64) {
        self.word(&if t == UNKNOWN { String::new() } else { format_rfc3339(t) });
    }

    fn flag(&mut self, is: bool) {
        self.word(if is { "true" } else { "false" });
    }

    fn end(&mut self) {
        self.text.push_str("\r\n");
        self.is_first = true;
    }
}

/// Returns ns as seconds, with all digits up to the last one that is not zero.
fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let (whole, rest) = (ns.unsigned_abs() / SECOND as u64, ns.unsigned_abs() % SECOND as u64);
    let text = format!("{sign}{whole}.{rest:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns whether a spreadsheet may execute a cell as a formula: it begins like one (`=`, `+`, `-`, `@`, their full-width
/// forms, a tab or a line break) and is not a number. See OWASP, *CSV Injection*.
pub fn is_formula(cell: &str) -> bool {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && !cell.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_distinguished_from_numbers() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "-inf"] {
            assert!(is_formula(cell), "{cell:?}");
        }
        for cell in ["-1", "+2.5e3", "-0.5", "a=b", "", "1+1", "'=1"] {
            assert!(!is_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn seconds_keep_every_nanosecond() {
        assert_eq!(seconds(1_500_000_001), "1.500000001");
        assert_eq!(seconds(-20 * SECOND), "-20");
        assert_eq!(seconds(0), "0");
        assert_eq!(seconds(i64::MIN + 1), "-9223372036.854775807");
    }
}
