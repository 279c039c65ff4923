//! Shared by parser and terms: reads tokens, makes nodes.

use std::ops::Range;

use super::check;
use super::error::QueryError;
use super::lexer::{Lexer, Mode, Token, TokenKind};
use super::reached::{Reached, Slot};
use super::syntax::*;

/// The most values, flags and functions of a query: each costs at least a look at every task.
const MOST: usize = 1_000;
/// Reads tokens and collects the resulting nodes.
pub(super) struct Reader<'t> {
    pub(super) lexer: Lexer<'t>,
    /// In postfix order.
    pub(super) nodes: Vec<Node>,
    /// Values, flags and functions so far.
    asked: usize,
    pub(super) reached: Reached,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Reader<'t> {
        Reader { lexer: Lexer::new(text), nodes: Vec::new(), asked: 0, reached: Reached::new(text.len()) }
    }

    /// Returns the next token, and records its kind for completion.
    pub(super) fn read(&mut self, mode: Mode, slot: Slot) -> Result<Token, QueryError> {
        let read = self.lexer.next(mode);
        match &read {
            Ok(token) => self.reached.note(slot, token.at.clone(), &token.kind),
            Err(error) => self.reached.note_open(slot, error.at.start),
        }
        read
    }

    /// Adds a test.
    pub(super) fn test(&mut self, test: Test, relation: Range<usize>) -> Result<(), QueryError> {
        check::test(&test, relation)?;
        let (at, values) = (test.at.0.clone(), test.values.len());
        self.add(Node::Test(test), at, values)
    }

    /// Adds what costs as much as that many looks at every task.
    pub(super) fn add(&mut self, node: Node, at: Range<usize>, cost: usize) -> Result<(), QueryError> {
        self.asked += cost;
        if self.asked > MOST {
            return Err(QueryError::new(
                at,
                format!("a query has at most {MOST} values, flags and functions"),
            ));
        }
        self.nodes.push(node);
        Ok(())
    }
}

/// The value that a word or a quoted text is.
pub(super) fn value_of(token: Token, relation: Relation) -> Value {
    let (text, quoted) = match token.kind {
        TokenKind::Quoted(text) => (text, true),
        TokenKind::Word(text) => (text, false),
        _ => (String::new(), false),
    };
    let literal = quoted && relation == Relation::Holds && has_wildcard(&text);
    Value { text, literal, by_step: false, at: TextPlace(token.at) }
}
