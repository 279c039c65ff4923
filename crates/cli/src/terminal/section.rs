//! Sections as text.

use makespan_scene::{Role, counted, glyph_char};
use makespan_views::{Block, Cell, Column, Figure, Found, Section, Table};

use super::{Ink, Terminal, columns, shown};
use crate::output::clean;

/// How many lines of a text are shown: the last ones, which of a traceback say most.
const LINES: usize = 8;
/// The widest names of pairs, in columns.
const NAMES: usize = 28;

impl Terminal {
    /// A section under its heading, after an empty line; nothing for one that holds pictures only.
    pub(crate) fn section(&self, section: &Section) -> String {
        let mut text = String::new();
        let several = section.blocks.iter().filter(|b| matches!(b, Block::Table(_))).count() > 1;
        for block in &section.blocks {
            self.block(block, several.then_some(section.title.as_str()), &mut text);
        }
        if text.is_empty() { text } else { self.heading(&clean(&section.title)) + &text }
    }

    /// Sections one after the other.
    pub(crate) fn sections<'s>(&self, all: impl IntoIterator<Item = &'s Section>) -> String {
        all.into_iter().map(|s| self.section(s)).collect()
    }

    /// Blocks without a heading.
    pub(crate) fn blocks(&self, all: &[Block]) -> String {
        let mut out = String::new();
        all.iter().for_each(|block| self.block(block, None, &mut out));
        out
    }

    /// A heading, after an empty line.
    pub(crate) fn heading(&self, text: &str) -> String {
        format!("\n{}\n", self.ink(Ink::Strong, &self.clip(text, self.width)))
    }

    /// One block. Where tables of a section have titles of their own, those that are not `within` are printed.
    fn block(&self, block: &Block, within: Option<&str>, out: &mut String) {
        match block {
            Block::Figures(all) => out.push_str(&self.table(&figures(all))),
            Block::Pairs(all) => out.push_str(&self.pairs(all)),
            Block::Table(table) => {
                if within.is_some_and(|title| title != table.title) && !table.is_empty() {
                    let between = if out.is_empty() { "" } else { "\n" };
                    let title = self.ink(Ink::Muted, &self.clip(&clean(&table.title), self.width - 2));
                    out.push_str(&format!("{between}  {title}\n"));
                }
                out.push_str(&self.table(table));
            }
            Block::Text(text) => out.push_str(&self.lines(text)),
            // Never wrapped or cut: it is there to be copied.
            Block::Command(text) => out.push_str(&format!("    {}\n", clean(text))),
            Block::Answer(cell) => out.push_str(&self.answer(cell)),
            Block::Note(text) => out.push_str(&self.hanging("  ", &clean(text), 2)),
            Block::Caution(text) => out.push_str(&self.hanging("  ! ", &clean(text), 4)),
            Block::Found(all) => all.iter().for_each(|found| out.push_str(&self.found(found))),
            Block::Picture(_) | Block::Chart(_) => {}
        }
    }

    /// The sentence that answers, in its colour.
    fn answer(&self, cell: &Cell) -> String {
        let lines = self.paragraph(&clean(&cell.text()), 0);
        let role = cell.status.filter(|role| *role != Role::Neutral);
        let coloured = |line: &str| match role.and_then(Ink::of) {
            Some(ink) => self.ink(ink, line),
            None => self.ink(Ink::Strong, line),
        };
        lines.lines().map(|line| coloured(line) + "\n").collect()
    }

    fn pairs(&self, all: &[(String, Cell)]) -> String {
        let names: Vec<String> = all.iter().map(|(name, _)| self.clip(&clean(name), NAMES)).collect();
        let widest = names.iter().map(|name| columns(name)).max().unwrap_or(0);
        let line = |(name, (_, cell)): (&String, &(String, Cell))| {
            let head = format!("  {name}{}  ", " ".repeat(widest - columns(name)));
            let text = shown(cell);
            if columns(&text) + widest + 4 <= self.width {
                format!("{}{}\n", head, self.cell(cell)).trim_end().to_owned() + "\n"
            } else {
                self.hanging(&head, &text, widest + 4)
            }
        };
        names.iter().zip(all).map(line).collect()
    }

    fn lines(&self, text: &str) -> String {
        let all: Vec<&str> = text.lines().map(str::trim_end).filter(|l| !l.is_empty()).collect();
        let before = all.len().saturating_sub(LINES);
        let mut out = String::new();
        if before > 0 {
            let more = format!("    … {} before\n", counted(before, "line"));
            out.push_str(&self.ink(Ink::Muted, more.trim_end()));
            out.push('\n');
        }
        for line in &all[before..] {
            // Tabs have no width of their own.
            let line = clean(&line.replace('\t', "    "));
            out.push_str(&format!("    {}\n", self.clip(&line, self.width.saturating_sub(4))));
        }
        out
    }

    fn found(&self, found: &Found) -> String {
        let (ink, sign) = match found.role {
            Role::Failed => (Ink::Bad, glyph_char(Role::Failed)),
            Role::Retrying => (Ink::Warning, "!"),
            _ => (Ink::Muted, "·"),
        };
        let code = format!("[{}]", found.code);
        let title = self.clip(&found.title, self.width.saturating_sub(columns(&code) + 6));
        format!("  {} {title}  {}\n", self.ink(ink, sign), self.ink(Ink::Muted, &code))
            + &self.paragraph(&format!("{} {}", found.text, found.action), 4)
    }
}

fn figures(all: &[Figure]) -> Table {
    let columns = vec![Column::text("label", ""), Column::number("value", ""), Column::text("note", "")];
    let mut table = Table::new("", columns);
    for f in all {
        table.push(vec![Cell::new(f.label.clone()), f.value.clone(), Cell::new(&f.note)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_read_as_text_and_pictures_are_left_out() {
        let mut table = Table::new("Steps", vec![Column::text("step", "Step"), Column::number("n", "Tasks")]);
        table.push(vec![Cell::new("align"), Cell::new(1_200u32)]);
        let blocks = vec![
            Block::Picture(makespan_scene::Scene::new(1.0, 1.0, "")),
            Block::Table(table),
            Block::Pairs(vec![
                ("Idle".to_owned(), Cell::new("none")),
                ("Slots in use".to_owned(), Cell::new("x ".repeat(30))),
            ]),
            Block::Caution("Only a guess.".to_owned()),
        ];
        let text = Terminal::plain(40).section(&Section::new("steps", "Steps", blocks));
        assert_eq!(
            text,
            "\nSteps\n  Step   Tasks\n  align  1,200\n  Idle          none\n  Slots in use  x x x x x x x x x x x x\n                x x x x x x x x x x x x\n                x x x x x x\n  ! Only a guess.\n"
        );
        let empty = Section::new(
            "concurrency",
            "Concurrency",
            vec![Block::Picture(makespan_scene::Scene::default())],
        );
        assert_eq!(Terminal::plain(40).section(&empty), "");
    }

    #[test]
    fn long_texts_show_their_end() {
        let text: String = (0..40).map(|i| format!("line\t{i}\n")).collect();
        let shown = Terminal::plain(40).lines(&text);
        assert!(
            shown.starts_with("    … 32 lines before\n") && shown.ends_with("    line    39\n"),
            "{shown}"
        );
    }
}
