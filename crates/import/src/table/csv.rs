//! Tables as text: cells between commas, semicolons, tabs or bars, quoted or not (RFC 4180).

use std::borrow::Cow;

/// More cells than that are no table.
const MOST_CELLS: usize = 4096;

/// A table on its way.
pub(super) struct Csv<'a> {
    pub(super) header: Vec<String>,
    rest: &'a str,
    delimiter: u8,
    /// Whether the text ended within quotes.
    pub(super) is_cut: bool,
}

impl<'a> Csv<'a> {
    /// The table that a text is; `None` when its first line has but one cell.
    pub(super) fn new(text: &'a str, delimiter: Option<u8>) -> Option<Csv<'a>> {
        let line = text.lines().find(|l| !l.trim().is_empty())?;
        let count = |d: &u8| line.bytes().filter(|b| b == d).count();
        let delimiter =
            delimiter.or_else(|| b"\t,;|".iter().copied().max_by_key(|d| (count(d), *d == b',')))?;
        if count(&delimiter) == 0 || count(&delimiter) > MOST_CELLS {
            return None;
        }
        let mut csv = Csv { header: Vec::new(), rest: text, delimiter, is_cut: false };
        let header = csv.row()?;
        csv.header =
            header.iter().map(|cell| cell.trim().trim_start_matches('#').trim().to_owned()).collect();
        Some(csv)
    }

    /// The cells of the next line that is not empty.
    pub(super) fn row(&mut self) -> Option<Vec<Cow<'a, str>>> {
        self.rest = self.rest.trim_start_matches(['\r', '\n']);
        if self.rest.is_empty() {
            return None;
        }
        let mut cells = Vec::new();
        loop {
            let (cell, is_last) = self.cell();
            if cells.len() < MOST_CELLS {
                cells.push(cell);
            }
            if is_last {
                return Some(cells);
            }
        }
    }

    /// The next cell, and whether it is the last one of its line.
    fn cell(&mut self) -> (Cow<'a, str>, bool) {
        let text = self.rest;
        let bytes = text.as_bytes();
        let blank = bytes.iter().take_while(|b| **b == b' ').count();
        if bytes.get(blank) != Some(&b'"') {
            let end = memchr::memchr3(self.delimiter, b'\n', b'\r', bytes).unwrap_or(bytes.len());
            return (Cow::Borrowed(text[..end].trim()), self.step(end));
        }
        let start = blank + 1;
        let mut at = start;
        let mut doubled = false;
        loop {
            match bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
                Some(n) if bytes.get(at + n + 1) == Some(&b'"') => {
                    doubled = true;
                    at += n + 2;
                }
                Some(n) => {
                    at += n;
                    break;
                }
                None => {
                    self.is_cut = true;
                    at = bytes.len();
                    break;
                }
            }
        }
        let cell = &text[start..at];
        let cell = if doubled { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) };
        let behind = (at + 1).min(bytes.len());
        let end = memchr::memchr3(self.delimiter, b'\n', b'\r', &bytes[behind..])
            .map_or(bytes.len(), |n| behind + n);
        (cell, self.step(end))
    }

    /// Goes behind what ends a cell at `end`.
    fn step(&mut self, end: usize) -> bool {
        let is_delimiter = self.rest.as_bytes().get(end) == Some(&self.delimiter);
        self.rest = self.rest.get(end + usize::from(is_delimiter)..).unwrap_or_default();
        !is_delimiter
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn cells_may_be_quoted_and_hold_lines() {
        let mut csv = Csv::new("a;b;c\r\n1; \"x;\"\"y\"\"\nz\" ;3\r\n\r\n4;;", None).unwrap();
        assert_eq!(csv.header, ["a", "b", "c"]);
        assert_eq!(csv.row().unwrap(), ["1", "x;\"y\"\nz", "3"]);
        assert_eq!(csv.row().unwrap(), ["4", "", ""]);
        assert!(csv.row().is_none() && !csv.is_cut);
    }

    #[test]
    fn a_cut_within_quotes_is_known() {
        let mut csv = Csv::new("a,b\n1,\"x", None).unwrap();
        assert_eq!((csv.row().unwrap(), csv.is_cut), (vec![Cow::Borrowed("1"), Cow::Borrowed("x")], true));
        assert!(Csv::new("no table", None).is_none());
    }
}
