//! Matches texts with words: as a part, as a pattern, or as a whole.

use super::syntax::{Relation, Test};

/// The longest pattern with `*` or `?`, in characters: a match costs that many times the length of the text.
pub(super) const LONGEST_PATTERN: usize = 500;

/// One way to match.
#[derive(Clone, Debug)]
enum Way {
    /// The text holds it, whatever the case; in lower case.
    Part(String),
    /// The whole text is of that pattern, whatever the case; in lower case.
    Pattern(Vec<char>),
    /// The text is that, letter for letter.
    Whole(String),
}

/// The values of a test on texts.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    ways: Vec<Way>,
    /// The text in lower case, kept for its room.
    lower: String,
    letters: Vec<char>,
}

impl Matcher {
    /// For a test that does not order. With `whole`, a value without `*` and `?` must be the whole text.
    pub(super) fn new(test: &Test, whole: bool) -> Matcher {
        let way = |value: &super::syntax::Value| {
            if test.relation != Relation::Holds {
                Way::Whole(value.text.clone())
            } else if value.is_pattern() {
                Way::Pattern(lower(&value.text).collect())
            } else if whole {
                Way::Whole(value.text.clone())
            } else {
                Way::Part(lower(&value.text).collect())
            }
        };
        Matcher { ways: test.values.iter().map(way).collect(), lower: String::new(), letters: Vec::new() }
    }

    /// Whether a text fits any of the values. O(values × length), for patterns O(length × pattern).
    pub(super) fn fits(&mut self, text: &str) -> bool {
        self.lower.clear();
        self.letters.clear();
        if self.ways.iter().any(|w| !matches!(w, Way::Whole(_))) {
            // Most names are ASCII, and those need no memory of their own.
            if text.is_ascii() {
                self.lower.push_str(text);
                self.lower.make_ascii_lowercase();
            } else {
                self.lower.extend(lower(text));
            }
        }
        if self.ways.iter().any(|w| matches!(w, Way::Pattern(_))) {
            self.letters.extend(self.lower.chars());
        }
        self.ways.iter().any(|way| match way {
            Way::Part(part) => self.lower.contains(part.as_str()),
            Way::Pattern(pattern) => is_of(&self.letters, pattern),
            Way::Whole(whole) => text == whole,
        })
    }
}

/// Whether the whole text is of a pattern, both in lower case.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    is_of(&letters(text), &letters(pattern))
}

/// Letter by letter: that of a part is a part of that of the whole, as it is not where a letter depends on the next.
fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Returns whether the whole text matches a pattern, in which `*` is any text and `?` one character. If the rest does
/// not match, the last `*` takes one more character: O(text × pattern), no memory.
fn is_of(text: &[char], pattern: &[char]) -> bool {
    let (mut t, mut p) = (0, 0);
    // Position of the last `*`, and the end of the text that it matches.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (t, p) = (t + 1, p + 1),
            _ => {
                let Some((at, reach)) = star else { return false };
                star = Some((at, reach + 1));
                (t, p) = (reach + 1, at + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (text, pattern) in
            [("", ""), ("", "**"), ("abc", "a*c"), ("abc", "?b?"), ("aab", "*ab"), ("é", "?"), ("a", "*a*")]
        {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("", "?"), ("abc", "a"), ("abc", "*b"), ("ab", "a?b"), ("abcb", "a*c")] {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
        // A pattern for which a matcher that backtracks at every `*` would never finish.
        let (text, pattern) = ("a".repeat(20_000), "*a".repeat(200) + "b");
        assert!(!is_like(&text, &pattern));
    }
}
