//! Tables that fit the terminal: columns of text give way to numbers, and columns for which there is no room are printed
//! below.

use makespan_scene::counted;
use makespan_views::{Align, Cell, Table, Value};

use super::measure::{filled, right};
use super::{Ink, Terminal, clipped, columns, fitted, plot, shown};

/// A column of text is never made narrower than that.
const NARROWEST: usize = 8;
/// The width of drawings, and the least of it, in columns.
const PLOT: (usize, usize) = (24, 10);
/// Minimum width of a last column that may contain sentences, and the maximum number of lines they take.
const SENTENCE: usize = 24;
const MOST_LINES: usize = 12;
/// Columns that sentences take where nothing is cut, if they would make the table wider than a paragraph.
const WHOLE_SENTENCE: usize = 60;
const GAP: usize = 2;
const INDENT: usize = 2;

impl Terminal {
    /// A table, indented: numbers to the right, columns without content left out.
    pub(crate) fn table(&self, table: &Table) -> String {
        let texts: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        let mut widths: Vec<usize> =
            (0..table.columns.len()).map(|i| self.natural(table, &texts, i)).collect();
        let mut open: Vec<usize> = (0..widths.len()).filter(|i| widths[*i] > 0).collect();
        // Drawings go where that keeps the columns beside each other.
        let words: Vec<usize> =
            open.iter().copied().filter(|i| table.columns[*i].align != Align::Plot).collect();
        if least(table, &widths, &open) > self.room() && least(table, &widths, &words) <= self.room() {
            open = words;
        }
        if !self.is_narrow {
            self.wrap_sentences(table, &mut widths, &open);
        }
        let mut out = String::new();
        // The first column names the rows: it stands in every part.
        let Some(&first) = open.first() else { return out };
        while !open.is_empty() {
            let fitting = self.fitting(table, &mut widths, &open);
            if !out.is_empty() {
                out.push('\n');
            }
            self.part(table, &texts, &widths, &open[..fitting], &mut out);
            open.drain(..fitting);
            if !open.is_empty() {
                open.insert(0, first);
            }
        }
        if table.left_out > 0 {
            let more = format!("… {}", counted(table.left_out, "more row"));
            out.push_str(&format!("{}{}\n", " ".repeat(INDENT), self.ink(Ink::Muted, &more)));
        }
        out
    }

    /// How wide a column would be with all the room there is; 0 for one without content.
    fn natural(&self, table: &Table, texts: &[Vec<String>], column: usize) -> usize {
        if table.columns[column].align == Align::Plot {
            return (self.width / 5).clamp(PLOT.1, PLOT.0);
        }
        match texts.iter().filter_map(|row| row.get(column)).map(|t| columns(t)).max().unwrap_or(0) {
            0 => 0,
            most => most.max(columns(&table.columns[column].title)),
        }
    }

    /// Makes a last column of sentences as narrow as paragraphs are.
    fn wrap_sentences(&self, table: &Table, widths: &mut [usize], open: &[usize]) {
        let Some((&last, others)) = open.split_last() else { return };
        let has_sentences = table.columns[last].align == Align::Left
            && table.rows.iter().all(|row| row.get(last).is_none_or(|cell| cell.task.is_none()));
        let taken = INDENT + others.iter().map(|&i| widths[i] + GAP).sum::<usize>();
        if has_sentences {
            widths[last] = widths[last].min(self.width.saturating_sub(taken).max(WHOLE_SENTENCE));
        }
    }

    /// How many of the columns fit beside each other; makes drawings and texts as narrow as that needs, the widest text
    /// first.
    fn fitting(&self, table: &Table, widths: &mut [usize], open: &[usize]) -> usize {
        let align = |i: usize| table.columns[i].align;
        let fits = (1..=open.len()).rev().find(|n| least(table, widths, &open[..*n]) <= self.room());
        // A part holds at least one column beside that which names the rows.
        let n = fits.unwrap_or(1).max(open.len().min(2));
        let taken = INDENT + open[..n].iter().map(|&i| widths[i] + GAP).sum::<usize>() - GAP;
        let mut over = taken.saturating_sub(self.room());
        for &i in open[..n].iter().filter(|i| align(**i) == Align::Plot) {
            let less = over.min(widths[i].saturating_sub(PLOT.1));
            (widths[i], over) = (widths[i] - less, over - less);
        }
        while over > 0 {
            let is_open = |i: &&usize| align(**i) == Align::Left && widths[**i] > NARROWEST;
            let Some(&widest) = open[..n].iter().filter(is_open).max_by_key(|i| widths[**i]) else { break };
            // Down to the next one, so that equal ones shrink together.
            let next = open[..n].iter().filter(is_open).filter(|i| **i != widest).map(|i| widths[*i]).max();
            let step = widths[widest].saturating_sub(next.unwrap_or(NARROWEST)).max(1).min(over);
            let step = step.min(widths[widest] - NARROWEST);
            (widths[widest], over) = (widths[widest] - step, over - step);
        }
        n
    }

    fn part(
        &self,
        table: &Table,
        texts: &[Vec<String>],
        widths: &[usize],
        shown: &[usize],
        out: &mut String,
    ) {
        let mut put = |line: Vec<String>| {
            let line = line.join(&" ".repeat(GAP));
            out.push_str(&format!("{}{}\n", " ".repeat(INDENT), line.trim_end()));
        };
        let title = |i: usize| {
            let title = &table.columns[i].title;
            let set = if table.columns[i].align == Align::Right { right } else { filled };
            self.ink(Ink::Muted, &set(&clipped(title, widths[i]), widths[i]))
        };
        if shown.iter().any(|&i| !table.columns[i].title.is_empty()) {
            let mut titles: Vec<String> = shown.iter().map(|&i| title(i)).collect();
            // Blanks at the end of a line within a colour would stay.
            if let (Some(last), Some(&i)) = (titles.last_mut(), shown.last()) {
                let text = clipped(&table.columns[i].title, widths[i]);
                let text =
                    if table.columns[i].align == Align::Right { right(&text, widths[i]) } else { text };
                *last = self.ink(Ink::Muted, &text);
            }
            put(titles);
        }
        for (cells, texts) in table.rows.iter().zip(texts) {
            // Sentences in the last column are wrapped; names are cut.
            let last = shown.last().copied().filter(|&i| {
                table.columns[i].align == Align::Left && cells[i].task.is_none() && widths[i] >= SENTENCE
            });
            let mut lines: Vec<String> = match last {
                Some(i) if columns(&texts[i]) > widths[i] => {
                    let narrow = Terminal { width: widths[i], ..*self };
                    narrow.paragraph(&texts[i], 0).lines().map(str::to_owned).collect()
                }
                _ => Vec::new(),
            };
            if lines.len() > MOST_LINES && self.is_narrow {
                lines.truncate(MOST_LINES);
                let cut = lines.pop().map(|line| format!("{line} …"));
                lines.extend(cut);
            }
            let text = |i: usize| match lines.first() {
                Some(line) if last == Some(i) => line.as_str(),
                _ => texts[i].as_str(),
            };
            let set = |i: usize, text: &str| self.set(table.columns[i].align, &cells[i], text, widths[i]);
            put(shown.iter().map(|&i| set(i, text(i))).collect());
            for line in lines.iter().skip(1) {
                let before = shown.iter().filter(|i| last != Some(**i)).map(|&i| " ".repeat(widths[i]));
                put(before.chain(last.map(|i| set(i, line))).collect());
            }
        }
    }

    /// A cell in exactly its columns.
    fn set(&self, align: Align, cell: &Cell, text: &str, width: usize) -> String {
        let text = match (align, &cell.value) {
            (Align::Plot, Value::Plot(drawing)) => plot::draw(drawing, width),
            // Of names both ends matter, of words the beginning.
            (Align::Left, _) if cell.task.is_some() => fitted(text, width).trim_end().to_owned(),
            _ => self.clip(text, width),
        };
        let gap = " ".repeat(width.saturating_sub(columns(&text)));
        let text = self.coloured(cell, &text);
        if align == Align::Right { format!("{gap}{text}") } else { format!("{text}{gap}") }
    }
}

/// How wide columns are beside each other when they are as narrow as they may be.
fn least(table: &Table, widths: &[usize], open: &[usize]) -> usize {
    let narrowest = |i: usize| match table.columns[i].align {
        Align::Left => widths[i].min(NARROWEST),
        Align::Plot => widths[i].min(PLOT.1),
        Align::Right | Align::Whole => widths[i],
    };
    (INDENT + open.iter().map(|&i| narrowest(i) + GAP).sum::<usize>()).saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use makespan_scene::Role;
    use makespan_views::{Column, Plot};

    use super::*;

    fn table(name: &str) -> Table {
        let mut table = Table::new(
            "",
            vec![
                Column::text("a", "Task"),
                Column::number("b", "Took"),
                Column::text("none", "None"),
                Column::text("c", ""),
            ],
        );
        let took = |s: i64| Cell::new(Value::Duration(s * 1_000_000_000));
        table.push(vec![Cell::new(name).task(0), took(4), Cell::default(), Cell::new("w1")]);
        table.push(vec![Cell::new("b").status(Role::Failed), took(724), Cell::default(), Cell::new("w2")]);
        table
    }

    #[test]
    fn columns_fit_their_cells_and_lines_have_no_trailing_spaces() {
        let text = Terminal::plain(40).table(&table("fetch"));
        assert_eq!(text, "  Task          Took\n  fetch          4 s  w1\n  b      12 min 04 s  w2\n");
    }

    #[test]
    fn long_names_are_shortened_before_numbers() {
        let text = Terminal::plain(40).table(&Table { left_out: 1200, ..table(&"数".repeat(90)) });
        assert!(text.lines().all(|l| columns(l) <= 40), "{text}");
        assert!(text.contains("12 min 04 s") && text.contains('…'), "{text}");
        assert!(text.ends_with("… 1,200 more rows\n"), "{text}");
    }

    #[test]
    fn a_pipe_receives_every_name_and_column_whole() {
        let name = "数".repeat(90);
        let text = Terminal::pipe(40).table(&table(&name));
        assert!(text.contains(&name) && text.contains("12 min 04 s") && !text.contains('…'), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        let mut sentences = Table::new("", vec![Column::number("n", "Count"), Column::text("m", "Message")]);
        let message = "word ".repeat(40) + &"x".repeat(90);
        sentences.push(vec![Cell::new(3u64), Cell::new(&message)]);
        let text = Terminal::pipe(40).table(&sentences);
        let words: Vec<&str> = text.split_whitespace().skip(3).collect();
        assert_eq!(words.join(" "), message, "sentences are wrapped and complete");
        assert!(text.lines().all(|line| columns(line) <= 69 || line.contains("xxx")), "{text}");
    }

    #[test]
    fn sentences_in_the_last_column_go_on_below() {
        let mut table = Table::new("", vec![Column::number("n", "Count"), Column::text("m", "Message")]);
        table.push(vec![
            Cell::new(3u64),
            Cell::new("times without a zone were read as UTC; --zone changes that"),
        ]);
        let text = Terminal::plain(44).table(&table);
        let expected = "  Count  Message\n      3  times without a zone were read as\n         UTC; --zone changes that\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn columns_without_room_are_printed_below() {
        let titles = ["One", "Two", "Three", "Four", "Five", "Six"];
        let mut columns = vec![Column::text("name", "Step"), Column::plot("bar")];
        columns.extend(titles.map(|t| Column::number("n", t)));
        let mut wide = Table::new("", columns);
        let bar = Cell::new(Value::Plot(Plot::Bar { from: 0.0, to: 0.5 }));
        let mut row = vec![Cell::new("align"), bar];
        row.extend(titles.map(|_| Cell::new("12 min 04 s")));
        wide.push(row);
        let text = Terminal::plain(60).table(&wide);
        assert!(text.lines().all(|l| super::columns(l) <= 60), "{text}");
        assert!(titles.iter().all(|t| text.contains(t)), "{text}");
        assert_eq!(text.matches("align").count(), 2, "{text}");
    }
}
