//! Command lines for a POSIX shell, made from constants and from texts of files. Nothing from a file becomes shell
//! syntax or an option of the program.

use makespan_scene::visible;

/// Maximum length of a command, bytes, so that a person can check it before running it.
const LONGEST: usize = 4 * 1024;

/// A command under construction. A text that no command may contain invalidates the whole command, because a part of it
/// would do something else.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    is_spoilt: bool,
}

impl Line {
    /// Starts a command with constant words.
    pub(super) fn new(words: &'static str) -> Line {
        Line { text: words.to_owned(), is_spoilt: false }
    }

    /// Appends constant words.
    pub(super) fn words(mut self, words: &'static str) -> Line {
        self.text.push(' ');
        self.text.push_str(words);
        self
    }

    /// Appends a text from a file as one argument.
    pub(super) fn arg(mut self, text: &str) -> Line {
        match quoted(text) {
            Some(word) => {
                self.text.push(' ');
                self.text.push_str(&word);
            }
            None => self.is_spoilt = true,
        }
        self
    }

    /// Appends each text as one argument.
    pub(super) fn args<'a>(self, all: impl IntoIterator<Item = &'a str>) -> Line {
        all.into_iter().fold(self, Line::arg)
    }

    /// Returns the command; `None` if it contains an invalid text or is too long to be checked.
    pub(super) fn finish(self) -> Option<String> {
        (!self.is_spoilt && self.text.len() <= LONGEST).then_some(self.text)
    }
}

/// Quotes a text as one word of the shell, in single quotes if any of its characters may have a meaning (POSIX.1-2024,
/// Shell Command Language, 2.2.2). `None` for texts that must not be part of a command: an empty text, a text that a
/// program would take for an option, and invisible characters, which a terminal may act on and a reader cannot check.
fn quoted(text: &str) -> Option<String> {
    if text.is_empty() || text.starts_with('-') || visible(text) != text {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@+,".contains(c);
    if text.chars().all(is_plain) {
        return Some(text.to_owned());
    }
    Some(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What a POSIX shell makes of a line that consists of plain words and single quotes.
    pub(in super::super) fn split(line: &str) -> Vec<String> {
        let (mut words, mut word, mut inside) = (Vec::new(), None::<String>, false);
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\'' => {
                    inside = !inside;
                    word.get_or_insert_default();
                }
                _ if inside => word.get_or_insert_default().push(c),
                '\\' => word.get_or_insert_default().extend(chars.next()),
                ' ' => words.extend(word.take()),
                _ => {
                    assert!(!"$`;&|<>()*?[]#~=%!{}\"\n\t".contains(c), "{c:?} is syntax in {line}");
                    word.get_or_insert_default().push(c);
                }
            }
        }
        assert!(!inside, "an open quote in {line}");
        words.extend(word);
        words
    }

    #[test]
    fn any_text_of_a_file_is_one_shell_word() {
        for text in [
            "align",
            "a b",
            "a'; rm -rf ~; '",
            "'",
            "''''",
            "\\'",
            "$(reboot)",
            "`reboot`",
            "a\"b",
            "x|y>z&",
            "~root",
            "*",
            "!!",
            "# not a comment",
            "=ls",
            "A=1",
            "é ü 漢字",
        ] {
            let line = Line::new("run").arg(text).words("--now").finish();
            let words = line.as_deref().map(split);
            let expected = Some(vec!["run".to_owned(), text.to_owned(), "--now".to_owned()]);
            assert_eq!(words, expected, "{text}");
        }
    }

    #[test]
    fn text_that_cannot_be_checked_by_eye_gives_no_command() {
        for text in
            ["", "-rf", "--help", "a\nb", "a\rb", "\u{1b}[2J", "a\0", "a\u{202e}b", "\u{7f}", "\u{200b}"]
        {
            assert_eq!(Line::new("run").arg("fine").arg(text).arg("fine").finish(), None, "{text:?}");
        }
        assert_eq!(Line::new("run").args(["long"; 1_000]).finish(), None);
    }
}
