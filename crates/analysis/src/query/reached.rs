//! The state of the parser at the end of the text, which decides what can be completed.

use std::ops::Range;

use super::lexer::TokenKind;
use super::syntax::Field;
use super::vocabulary::Means;

/// The kind of text at a place.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// The beginning of a term.
    Operand,
    /// An operator between two terms, or the beginning of the next term.
    Operator,
    /// A value after an operator.
    Value(Field),
    /// A field that `has:` asks for.
    Has,
    /// A flag.
    Is,
    /// The name of a label, a parameter or a metric.
    Member(Means),
    /// A task given to a function.
    Task,
    /// A number of dependencies.
    Hops,
    /// Text that cannot be completed.
    Nothing,
}

/// The kind of text at the end.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    /// Position of the end of the text.
    end: usize,
    pub(super) slot: Option<Slot>,
    /// The word that touches the end; empty if none does.
    pub(super) at: Range<usize>,
    /// Whether that word is quoted, perhaps still open.
    pub(super) quoted: bool,
}

impl Reached {
    pub(super) fn new(end: usize) -> Reached {
        Reached { end, slot: None, at: end..end, quoted: false }
    }

    /// Notes what a token was read as. At one place the first reading counts; that of a part of a word comes after that
    /// of the word, and counts.
    pub(super) fn note(&mut self, slot: Slot, at: Range<usize>, kind: &TokenKind) {
        let is_word = matches!(kind, TokenKind::Word(_) | TokenKind::Quoted(_));
        if at.end != self.end || !(is_word || *kind == TokenKind::End) {
            return;
        }
        if self.slot.is_none() || (is_word && at.start > self.at.start) {
            (self.slot, self.at, self.quoted) = (Some(slot), at, matches!(kind, TokenKind::Quoted(_)));
        }
    }

    /// Notes a quoted text that nothing closes.
    pub(super) fn note_open(&mut self, slot: Slot, start: usize) {
        let text = TokenKind::Quoted(String::new());
        self.note(slot, start..self.end, &text);
    }
}
