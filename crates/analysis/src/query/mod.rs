//! The query: an expression that selects tasks, in the filter box of the app, in links, in reports, and on the command
//! line. `docs/query.md` describes it for users; this module implements it.
//!
//! A text is read into tests and what joins them ([`Query::parse`]), then asked of the facts of a run
//! ([`Query::mask`]). Words side by side must all hold; `not` binds tightest, then `and`, then `or`. A test holds only
//! where its field is known, `!=` and `not in` included; `not` is the rest of the tasks, so that `not dur>1s` holds
//! where the duration is not known and `dur<=1s` does not.
//!
//! Text, queries and runs are hostile: a text has at most 64 KiB, a query at most 1,000 values and 100 levels, nothing
//! recurses, and a pattern costs at most its length times that of the text.
//!
//! ```
//! use makespan_analysis::{Facts, query::{Query, QueryContext}};
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..6 w2 fetch").unwrap();
//! let facts = Facts::new(std::sync::Arc::new(run));
//! let query = Query::parse("down(fetch) and dur>=2s !worker:w2").unwrap();
//! assert_eq!(query.mask(&facts, QueryContext::default()).unwrap(), [true, true, false]);
//! assert_eq!(query.to_string(), "down(fetch) and duration>=2s and not worker:w2");
//!
//! let error = Query::parse("stauts:failed").unwrap().mask(&facts, QueryContext::default()).unwrap_err();
//! assert_eq!((error.at, &error.expected[..]), (0..6, &["`status`".to_owned()][..]));
//! ```

mod amount;
mod canonical;
mod check;
mod columns;
mod complete;
mod context;
mod error;
mod evaluate;
mod instant;
mod lexer;
mod parser;
mod reach;
mod reached;
mod reader;
mod statistic;
mod syntax;
mod term;
mod text;
mod vocabulary;

use std::fmt;
use std::str::FromStr;

pub use complete::{Completion, complete};
pub use context::QueryContext;
pub use error::QueryError;
pub use vocabulary::{Term, TermKind, terms};

use crate::Facts;
use parser::{LONGEST, Parser};
use syntax::Node;

/// An expression that selects tasks. Two queries are equal if they have the same conditions in the same order, however
/// they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    nodes: Vec<Node>,
}

impl Query {
    /// Reads an expression; one without words means every task. O(length).
    ///
    /// # Errors
    ///
    /// An error if the text cannot be parsed, or no run can answer it, such as `name>5`. Names that depend on the run
    /// are checked by [`Query::mask`].
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        let too_long = |length: usize| {
            let message = format!("a query has at most {} KiB", LONGEST >> 10);
            let end =
                (LONGEST..length.max(LONGEST)).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            QueryError::new(end.min(text.len())..text.len(), message)
        };
        if text.len() > LONGEST {
            return Err(too_long(text.len()));
        }
        let query = Query { nodes: Parser::new(text).parse()? };
        // The canonical form spells out what may be short in the text, and has to be read again.
        if text.len() > LONGEST / 8 && query.to_string().len() > LONGEST {
            return Err(too_long(text.len()));
        }
        Ok(query)
    }

    /// Whether it means every task because it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns for each task of a run whether it matches. O(n + e) for each word and function, O(n log n) for each
    /// statistic, plus the cost of the facts that are used.
    ///
    /// # Errors
    ///
    /// A field or metric that the run does not know, with the nearest that it does, and a value that cannot be compared
    /// with a metric. The places are those of the text that was read.
    pub fn mask(&self, facts: &Facts, context: QueryContext) -> Result<Vec<bool>, QueryError> {
        evaluate::mask(&self.nodes, facts, context)
    }

    /// The errors of [`Query::mask`], without its work. O(fields × metrics).
    pub fn check(&self, facts: &Facts) -> Result<(), QueryError> {
        check::against(&self.nodes, facts)
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Query, QueryError> {
        Query::parse(text)
    }
}

/// The canonical form: reading it gives an equal query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&canonical::write(&self.nodes))
    }
}
