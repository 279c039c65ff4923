//! Tables, bars and paragraphs on a terminal: as wide as it is, in its own colours, plain where nobody would see them.

use std::io::IsTerminal as _;

use makespan_scene::Role;
use makespan_views::{Align, Cell, Table};

use crate::output::clean;

/// The width where nothing says how wide the terminal is.
const WIDTH: usize = 100;
/// A column of text is never made narrower than that.
const NARROWEST: usize = 8;

/// What a text is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// A heading.
    Strong,
    /// What matters less.
    Muted,
    /// What is well.
    Good,
    /// What calls for attention.
    Warning,
    /// What went wrong.
    Bad,
}

impl Ink {
    /// The colour of a status.
    fn of(role: Role) -> Option<Ink> {
        match role {
            Role::Succeeded | Role::Cached => Some(Ink::Good),
            Role::Failed | Role::UpstreamFailed => Some(Ink::Bad),
            Role::Retrying | Role::Cancelled => Some(Ink::Warning),
            Role::Skipped | Role::Pending => Some(Ink::Muted),
            _ => None,
        }
    }

    /// One of the sixteen colours that every terminal has its own shade for (ECMA-48, select graphic rendition).
    fn code(self) -> &'static str {
        match self {
            Ink::Strong => "1",
            Ink::Muted => "2",
            Ink::Good => "32",
            Ink::Warning => "33",
            Ink::Bad => "31",
        }
    }
}

/// What is written on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paper {
    /// In characters.
    width: usize,
    has_colours: bool,
}

impl Paper {
    /// Standard output: colours on a terminal that has some, unless `NO_COLOR` asks for none; as wide as `COLUMNS`
    /// says.
    pub(crate) fn of_stdout() -> Paper {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
        Paper {
            width: columns.unwrap_or(WIDTH).clamp(40, 400),
            has_colours: std::io::stdout().is_terminal() && !set("NO_COLOR") && !dumb,
        }
    }

    /// The text in a colour.
    pub(crate) fn ink(&self, ink: Ink, text: &str) -> String {
        if self.has_colours { format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()) } else { text.to_owned() }
    }

    /// A cell by itself, in the colour of its status.
    pub(crate) fn status(&self, cell: &Cell) -> String {
        self.cell(cell, clean(&cell.text))
    }

    /// The heading of a section, after an empty line.
    pub(crate) fn heading(&self, text: &str) -> String {
        format!("\n{}\n", self.ink(Ink::Strong, text))
    }

    /// A share as a bar of `cells` characters, in eighths of them; a share above 0 shows at least one eighth.
    pub(crate) fn bar(share: f64, cells: usize) -> String {
        const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let eighths = (share * cells as f64 * 8.0).round() as usize;
        let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
        let mut bar: String = std::iter::repeat_n('█', eighths / 8).collect();
        if eighths % 8 > 0 {
            bar.push(PARTS[eighths % 8]);
        }
        let gap = cells.saturating_sub(bar.chars().count());
        bar.extend(std::iter::repeat_n(' ', gap));
        bar
    }

    /// A paragraph indented by `indent`, broken between words.
    pub(crate) fn paragraph(&self, text: &str, indent: usize) -> String {
        let room = self.width.saturating_sub(indent).max(20);
        let mut out = String::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                out.push_str(&format!("{:indent$}{line}\n", ""));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            out.push_str(&format!("{:indent$}{line}\n", ""));
        }
        out
    }

    /// A table, indented by two: numbers to the right, columns of text as narrow as the paper needs.
    pub(crate) fn table(&self, table: &Table) -> String {
        let texts: Vec<Vec<String>> =
            table.rows.iter().map(|row| row.iter().map(|cell| clean(&cell.text)).collect()).collect();
        let widths = self.widths(table, &texts);
        let mut out = String::new();
        let titles: Vec<String> = table.columns.iter().map(|c| c.title.to_string()).collect();
        if titles.iter().any(|t| !t.is_empty()) {
            let line = row(table, &titles, &widths, |_, text| text);
            out.push_str(&format!("  {}\n", self.ink(Ink::Muted, &line)));
        }
        for (cells, texts) in table.rows.iter().zip(&texts) {
            let line = row(table, texts, &widths, |i, text| self.cell(&cells[i], text));
            out.push_str(&format!("  {line}\n"));
        }
        if table.left_out > 0 {
            let more = format!("… {} more", makespan_scene::count(table.left_out as u64));
            out.push_str(&format!("  {}\n", self.ink(Ink::Muted, &more)));
        }
        out
    }

    fn cell(&self, cell: &Cell, text: String) -> String {
        match cell.status.and_then(Ink::of) {
            Some(ink) => self.ink(ink, &text),
            None => text,
        }
    }

    /// How wide each column is: as its widest cell, and where that is too much in all, columns of text give way, the
    /// widest first.
    fn widths(&self, table: &Table, texts: &[Vec<String>]) -> Vec<usize> {
        let mut widths: Vec<usize> = table.columns.iter().map(|c| c.title.chars().count()).collect();
        for row in texts {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = (*width).max(text.chars().count());
            }
        }
        let gaps = 2 * widths.len();
        let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(self.width);
        while over > 0 {
            let text = |i: &usize| table.columns[*i].align == Align::Left && widths[*i] > NARROWEST;
            let Some(widest) = (0..widths.len()).filter(text).max_by_key(|i| widths[*i]) else { break };
            // Down to the next one, so that equal ones shrink together.
            let next = (0..widths.len()).filter(text).filter(|i| *i != widest).map(|i| widths[i]).max();
            let step = widths[widest].saturating_sub(next.unwrap_or(NARROWEST)).clamp(1, over);
            widths[widest] -= step;
            over -= step;
        }
        widths
    }
}

/// One line of a table; `ink` colours a cell that has its width already.
fn row(table: &Table, texts: &[String], widths: &[usize], ink: impl Fn(usize, String) -> String) -> String {
    let cells = texts.iter().zip(widths).enumerate().map(|(i, (text, &width))| {
        let length = text.chars().count();
        let text: String = if length > width {
            text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
        } else {
            text.clone()
        };
        let gap = " ".repeat(width.saturating_sub(length));
        match table.columns[i].align {
            Align::Left => format!("{}{gap}", ink(i, text)),
            Align::Right => format!("{gap}{}", ink(i, text)),
        }
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use makespan_views::Column;

    use super::*;

    const PLAIN: Paper = Paper { width: 40, has_colours: false };

    fn table(name: &str) -> Table {
        let mut table = Table::new(
            "",
            vec![Column::text("a", "Task"), Column::number("b", "Took"), Column::text("c", "")],
        );
        table.push(vec![Cell::new(name), Cell::new("4 s"), Cell::new("w1")]);
        table.push(vec![Cell::new("b").status(Role::Failed), Cell::new("12 min 04 s"), Cell::new("w2")]);
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_cells_and_the_last_line_has_no_blanks() {
        let text = PLAIN.table(&table("fetch"));
        assert_eq!(text, "  Task          Took\n  fetch          4 s  w1\n  b      12 min 04 s  w2\n");
    }

    #[test]
    fn long_names_give_way_so_that_numbers_stay() {
        let text = PLAIN.table(&Table { left_out: 1200, ..table(&"x".repeat(90)) });
        assert!(text.lines().all(|l| l.chars().count() <= 40), "{text}");
        assert!(
            text.contains("12 min 04 s") && text.contains('…') && text.ends_with("… 1,200 more\n"),
            "{text}"
        );
    }

    #[test]
    fn colours_are_only_where_they_are_seen() {
        let colour = Paper { has_colours: true, ..PLAIN };
        assert!(colour.table(&table("a")).contains("\u{1b}[31mb\u{1b}[0m"));
        assert!(!PLAIN.table(&table("\u{1b}[2J")).contains('\u{1b}'));
    }

    #[test]
    fn bars_are_drawn_in_eighths() {
        assert_eq!(Paper::bar(0.5, 4), "██  ");
        assert_eq!(Paper::bar(0.6, 2), "█▎");
        assert_eq!(Paper::bar(1e-9, 2), "▏ ");
        assert_eq!((Paper::bar(0.0, 2).as_str(), Paper::bar(9.0, 2).as_str()), ("  ", "██"));
        assert_eq!(Paper::bar(f64::NAN, 1), " ");
    }

    #[test]
    fn paragraphs_break_between_words() {
        let text = PLAIN.paragraph("one two three four five six seven eight nine ten eleven", 4);
        assert_eq!(text, "    one two three four five six seven\n    eight nine ten eleven\n");
    }
}
