//! The terminal: how wide it is, whether it has colours, and the painter of everything that people read in it.

mod measure;
mod plot;
mod section;
mod table;

pub(crate) use measure::{clipped, columns, fitted};
pub(crate) use plot::bar;

use std::io::IsTerminal as _;

use makespan_scene::{Role, glyph_char};
use makespan_views::{Cell, Value};

use crate::output::clean;

/// The columns at which paragraphs are broken if nothing states how wide the terminal is.
const WIDTH: usize = 80;

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
    /// A difference: less.
    Less,
    /// A difference: more.
    More,
}

impl Ink {
    /// The colour of a role.
    pub(crate) fn of(role: Role) -> Option<Ink> {
        match role {
            Role::Succeeded | Role::Cached => Some(Ink::Good),
            Role::Failed | Role::UpstreamFailed => Some(Ink::Bad),
            Role::Retrying | Role::Cancelled => Some(Ink::Warning),
            Role::Skipped | Role::Pending | Role::Queued | Role::Neutral => Some(Ink::Muted),
            Role::Less => Some(Ink::Less),
            Role::More => Some(Ink::More),
            _ => None,
        }
    }

    /// One of the sixteen colours that every terminal has its own shade for (ECMA-48, select graphic rendition), and
    /// blue and orange of the 256.
    fn code(self) -> &'static str {
        match self {
            Ink::Strong => "1",
            Ink::Muted => "2",
            Ink::Good => "32",
            Ink::Warning => "33",
            Ink::Bad => "31",
            Ink::Less => "38;5;33",
            Ink::More => "38;5;208",
        }
    }
}

/// Where text for people goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Columns at which paragraphs are broken.
    pub(crate) width: usize,
    /// Whether texts are cut and tables divided so that they fit `width`. What goes to a file or to another program is
    /// printed whole.
    is_narrow: bool,
    has_colours: bool,
}

impl Terminal {
    /// Standard output. It is as wide as `COLUMNS` says, else as the terminal reports. If it is neither, paragraphs are
    /// broken at 80 columns, and nothing is cut. It has colours if it is a terminal that knows any; `NO_COLOR`
    /// (<https://no-color.org>) switches them off and `CLICOLOR_FORCE` on (<https://bixense.com/clicolors>).
    pub(crate) fn of_stdout() -> Terminal {
        let stated = std::env::var("COLUMNS").ok().and_then(|c| c.trim().parse::<usize>().ok());
        let reported = || terminal_size::terminal_size_of(std::io::stdout()).map(|(w, _)| usize::from(w.0));
        let known = stated.filter(|w| *w > 0).or_else(reported);
        let width = known.unwrap_or(WIDTH).clamp(40, 400);
        let knows = std::io::stdout().is_terminal() && anstyle_query::term_supports_color();
        let has_colours = !anstyle_query::no_color() && (anstyle_query::clicolor_force() || knows);
        Terminal { width, is_narrow: known.is_some(), has_colours }
    }

    /// Whether it has colours.
    pub(crate) fn has_colours(&self) -> bool {
        self.has_colours
    }

    /// A file: of a usual width, without colours.
    pub(crate) fn of_file() -> Terminal {
        Terminal { width: 120, is_narrow: false, has_colours: false }
    }

    /// The beginning of a text that does not fit `width` columns.
    pub(crate) fn clip(&self, text: &str, width: usize) -> String {
        if self.is_narrow { clipped(text, width) } else { text.to_owned() }
    }

    /// How many columns a table may take.
    fn room(&self) -> usize {
        if self.is_narrow { self.width } else { usize::MAX }
    }

    /// The text in a colour.
    pub(crate) fn ink(&self, ink: Ink, text: &str) -> String {
        if self.has_colours && !text.trim().is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// A cell by itself, in its colour.
    pub(crate) fn cell(&self, cell: &Cell) -> String {
        self.coloured(cell, &shown(cell))
    }

    /// A text in the colour of its cell.
    fn coloured(&self, cell: &Cell, text: &str) -> String {
        match cell.status.and_then(Ink::of) {
            Some(ink) => self.ink(ink, text),
            None => text.to_owned(),
        }
    }

    /// A paragraph indented by `indent`, broken between words.
    pub(crate) fn paragraph(&self, text: &str, indent: usize) -> String {
        self.hanging(&" ".repeat(indent), text, indent)
    }

    /// A paragraph that begins with `head`; its other lines are indented by `indent`.
    fn hanging(&self, head: &str, text: &str, indent: usize) -> String {
        let mut out = String::new();
        let mut line = head.to_owned();
        let mut is_empty = true;
        for word in text.split_whitespace() {
            let word = if columns(word) + indent > self.width {
                self.clip(word, self.width.saturating_sub(indent).max(8))
            } else {
                word.to_owned()
            };
            if !is_empty && columns(&line) + 1 + columns(&word) > self.width {
                out.push_str(&line);
                out.push('\n');
                line = " ".repeat(indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&word);
            is_empty = false;
        }
        if !line.trim().is_empty() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// What a cell shows; a status with its sign.
fn shown(cell: &Cell) -> String {
    match (&cell.value, cell.status) {
        (Value::Status(status), Some(role)) => format!("{} {}", glyph_char(role), status.name()),
        _ => clean(&cell.text()),
    }
}

#[cfg(test)]
impl Terminal {
    /// One of that many columns, without colours.
    pub(crate) const fn plain(width: usize) -> Terminal {
        Terminal { width, is_narrow: true, has_colours: false }
    }

    /// A pipe, where paragraphs are broken at that many columns.
    pub(crate) const fn pipe(width: usize) -> Terminal {
        Terminal { width, is_narrow: false, has_colours: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_break_between_words() {
        let narrow = Terminal::plain(40);
        let text = narrow.paragraph("one two three four five six seven eight nine ten eleven", 4);
        assert_eq!(text, "    one two three four five six seven\n    eight nine ten eleven\n");
        assert!(narrow.paragraph(&"x".repeat(100), 2).lines().all(|l| columns(l) <= 40));
        assert_eq!(Terminal::pipe(40).paragraph(&"x".repeat(100), 2), format!("  {}\n", "x".repeat(100)));
    }

    #[test]
    fn colours_are_used_only_when_wanted() {
        let cell = Cell::new("b").status(Role::Failed);
        let coloured = Terminal { has_colours: true, ..Terminal::plain(40) };
        assert_eq!(coloured.cell(&cell), "\u{1b}[31mb\u{1b}[0m");
        assert_eq!(Terminal::plain(40).cell(&Cell::new("\u{1b}[2J")), "\\u{1b}[2J");
    }
}
