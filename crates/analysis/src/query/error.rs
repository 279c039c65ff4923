//! An error in a query, and its place.

use std::fmt;
use std::ops::Range;

/// An error in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Where, in bytes of the text, on boundaries of characters; empty at the end where something is missing.
    pub at: Range<usize>,
    /// The problem, as a sentence without its full stop.
    pub message: String,
    /// Possible replacements, the most probable first; may be empty.
    pub expected: Vec<String>,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> QueryError {
        QueryError { at, message: message.into(), expected: Vec::new() }
    }

    /// Returns the same error with possible replacements.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_sentences() {
        let error = QueryError::new(0..1, "nothing");
        assert_eq!(error.to_string(), "nothing");
        assert_eq!(error.clone().expected(["a"]).to_string(), "nothing; expected a");
        assert_eq!(error.expected(["a", "b", "c"]).to_string(), "nothing; expected a, b or c");
    }
}
