//! What is wrong with a query, and where.

use std::fmt;
use std::ops::Range;

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Where, in bytes of the text, on boundaries of characters; empty at the end where something is missing.
    pub at: Range<usize>,
    /// What is wrong, a sentence without its full stop.
    pub message: String,
    /// What could stand there instead, the likeliest first; may be empty.
    pub expected: Vec<String>,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> QueryError {
        QueryError { at, message: message.into(), expected: Vec::new() }
    }

    /// The same, with what could stand there.
    pub(super) fn expected<S: Into<String>>(mut self, what: impl IntoIterator<Item = S>) -> QueryError {
        self.expected = what.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.expected.split_last() {
            None => Ok(()),
            Some((only, [])) => write!(f, "; expected {only}"),
            Some((last, rest)) => write!(f, "; expected {} or {last}", rest.join(", ")),
        }
    }
}

impl std::error::Error for QueryError {}

/// Longest name that is compared with others, in characters.
const LONGEST: usize = 64;

/// The name that is most like `wanted`, at most a third of its letters away: by the least number of letters put in,
/// left out, replaced or swapped (optimal string alignment), then in the order given. O(names × 64²).
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    let most = (wanted.len() / 3).clamp(1, 4);
    if wanted.len() > LONGEST {
        return None;
    }
    names
        .map(|name| (distance(&wanted, name), name))
        .filter(|(d, name)| *d <= most && *d < name.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, name)| name)
}

fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(x != y));
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let names = || ["status", "step", "start", "slack"].into_iter();
        assert_eq!(nearest("stauts", names()), Some("status"));
        assert_eq!(nearest("STEP", names()), Some("step"));
        assert_eq!(nearest("slak", names()), Some("slack"));
        assert_eq!(nearest("zebra", names()), None);
        assert_eq!(nearest("x", ["y", "xy"].into_iter()), Some("xy"));
        assert_eq!(nearest(&"s".repeat(1000), names()), None);
    }

    #[test]
    fn errors_read_as_sentences() {
        let error = QueryError::new(0..1, "nothing");
        assert_eq!(error.to_string(), "nothing");
        assert_eq!(error.clone().expected(["a"]).to_string(), "nothing; expected a");
        assert_eq!(error.expected(["a", "b", "c"]).to_string(), "nothing; expected a, b or c");
    }
}
