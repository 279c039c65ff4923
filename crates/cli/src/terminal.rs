//! What the terminal can show: how wide it is, whether it has colours, how broad a text is in it.

use std::io::IsTerminal as _;

use makespan_scene::Role;

/// Where text for people goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Columns.
    pub(crate) width: usize,
    colour: bool,
}

impl Terminal {
    /// Standard output: as wide as `COLUMNS` says, 100 where it says nothing. Colours on a terminal, unless `NO_COLOR`
    /// is set (<https://no-color.org>) or `TERM` is `dumb`; with `CLICOLOR_FORCE` set everywhere.
    pub(crate) fn of_stdout() -> Terminal {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let columns = set("COLUMNS").and_then(|c| c.to_str()?.parse::<usize>().ok());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let colour = forced || (std::io::stdout().is_terminal() && !dumb);
        Terminal { width: columns.unwrap_or(100).clamp(60, 200), colour: colour && set("NO_COLOR").is_none() }
    }

    /// A text in the colour of a role; as it is for roles that have none here.
    pub(crate) fn paint(self, role: Role, text: &str) -> String {
        // Blue and orange of the 256 colours that every terminal with colours knows.
        let code = match role {
            Role::Less => "38;5;33",
            Role::More => "38;5;208",
            Role::TextMuted => "2",
            Role::Text => "1",
            _ => "",
        };
        if self.colour && !code.is_empty() && !text.trim().is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// How many columns a text takes: two for the scripts and signs that terminals draw wide, none for combining marks.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(breadth).sum()
}

fn breadth(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text in exactly that many columns: filled with spaces, or cut in its middle.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    let broad = columns(text);
    if broad <= width {
        return format!("{text}{}", " ".repeat(width - broad));
    }
    let room = width.saturating_sub(1);
    let take = |chars: &mut dyn Iterator<Item = char>, room: usize| {
        let mut left = room;
        let mut out: Vec<char> = Vec::new();
        for c in chars {
            let Some(rest) = left.checked_sub(breadth(c)) else { break };
            left = rest;
            out.push(c);
        }
        out
    };
    let head: String = take(&mut text.chars(), room.div_ceil(2)).into_iter().collect();
    let tail: String = take(&mut text.chars().rev(), room / 2).into_iter().rev().collect();
    let out = format!("{head}…{tail}");
    format!("{out}{}", " ".repeat(width.saturating_sub(columns(&out))))
}

/// The text in no more than that many columns: cut at its end.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(breadth(*c));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let head: String = text.chars().take_while(fits).collect();
    format!("{}…", head.trim_end())
}

/// The text at the right end of that many columns.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_their_columns() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdefgh", 5), "ab…gh");
        assert_eq!(fitted("清洗数据步骤", 6), "清…骤 ");
        assert_eq!(columns("e\u{301} 🚀"), 4);
        assert_eq!(right("abc", 5), "  abc");
        assert_eq!((clipped("ab cd", 4), clipped("ab cd", 5)), ("ab…".to_owned(), "ab cd".to_owned()));
        for width in 1..12 {
            assert_eq!(columns(&fitted("clean_α 🚀 数据 and more", width)), width);
            assert!(columns(&clipped("数据 🚀 and more", width)) <= width);
        }
    }
}
