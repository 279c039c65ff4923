//! From tokens to a query: a shunting yard (Dijkstra 1961), so that nothing recurses however deep the text nests.
//!
//! ```text
//! expression = term { ["and" | "&&"] term | ("or" | "||") term }     and binds tighter than or
//! term       = ("not" | "!") term | "(" expression ")" | call | test | flag | word
//! call       = name "(" tasks ["," (number | tasks)] ")"
//! tasks      = word | expression
//! test       = field relation value | field ["not"] "in" "(" values ")" | field ":" "{" values "}"
//! relation   = ":" | "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
//! values     = value {"," value}
//! value      = word | statistic ["(" "step" ")"]
//! word       = characters without space and brackets | '"' text '"'
//! ```

use std::ops::Range;

use super::error::QueryError;
use super::lexer::{Mode, TokenKind};
use super::reached::Slot;
use super::reader::{Reader, value_of};
use super::syntax::*;
use super::vocabulary::*;
use crate::nearest::nearest;

/// The longest text that is read, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;
/// The most parentheses and operators that wait for their operands at once.
const DEEPEST: usize = 100;

/// The possible beginnings of a term, for messages.
const OPERAND: [&str; 3] = ["a word", "a field such as status:failed", "`(`"];

/// An operator or a bracket whose operand has not been read.
enum Pending {
    Not,
    And,
    Or,
    Open(Range<usize>),
    /// A function, and whether its first argument is complete.
    Call(Function, Range<usize>, bool),
}

impl Pending {
    fn binds(&self) -> u8 {
        match self {
            Pending::Open(_) | Pending::Call(..) => 0,
            Pending::Or => 1,
            Pending::And => 2,
            Pending::Not => 3,
        }
    }
}

pub(super) struct Parser<'t> {
    pub(super) reader: Reader<'t>,
    pending: Vec<Pending>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Parser<'t> {
        Parser { reader: Reader::new(text), pending: Vec::new() }
    }

    /// The nodes in postfix order; none for a text without words. O(length).
    pub(super) fn parse(&mut self) -> Result<Vec<Node>, QueryError> {
        if self.reader.lexer.rest().trim().is_empty() {
            self.reader.read(Mode::Term, Slot::Operand)?;
            return Ok(Vec::new());
        }
        let mut complete = false;
        loop {
            if !complete {
                complete = self.operand()?;
            } else if let Some(next) = self.operator()? {
                complete = next;
            } else {
                return Ok(std::mem::take(&mut self.reader.nodes));
            }
        }
    }

    fn push(&mut self, pending: Pending, at: &Range<usize>) -> Result<(), QueryError> {
        if self.pending.len() >= DEEPEST {
            return Err(QueryError::new(at.clone(), format!("more than {DEEPEST} levels of nesting")));
        }
        self.pending.push(pending);
        Ok(())
    }

    /// Completes what binds at least as tight as `binds` and waits since the last open bracket.
    fn reduce(&mut self, binds: u8) {
        while let Some(pending) = self.pending.pop_if(|p| p.binds() >= binds.max(1)) {
            self.reader.nodes.push(match pending {
                Pending::Or => Node::Or,
                Pending::And => Node::And,
                _ => Node::Not,
            });
        }
    }

    /// Reads up to the end of an operand, or a prefix of one; whether it is complete.
    fn operand(&mut self) -> Result<bool, QueryError> {
        let token = self.reader.read(Mode::Term, Slot::Operand)?;
        match token.kind {
            TokenKind::Open => self.push(Pending::Open(token.at.clone()), &token.at).map(|()| false),
            TokenKind::Not => self.push(Pending::Not, &token.at).map(|()| false),
            TokenKind::Word(_) if token.is("not") => self.push(Pending::Not, &token.at).map(|()| false),
            TokenKind::Word(_) if token.is("and") || token.is("or") => Err(self.no_operand(token.at)),
            TokenKind::Word(word) if self.reader.lexer.rest().starts_with('(') => self.call(&word, token.at),
            TokenKind::Word(word) => self.reader.term(word, token.at).map(|()| true),
            TokenKind::Quoted(text) => self.reader.quoted(text, token.at).map(|()| true),
            _ => Err(self.no_operand(token.at)),
        }
    }

    fn no_operand(&self, at: Range<usize>) -> QueryError {
        let what = match self.reader.lexer.text(at.clone()) {
            "" => "something is missing at the end".to_owned(),
            found => format!("unexpected `{found}`"),
        };
        QueryError::new(at, what).expected(OPERAND)
    }

    /// Reads what follows a complete operand: whether another is complete, or nothing at the end.
    fn operator(&mut self) -> Result<Option<bool>, QueryError> {
        let before = self.reader.lexer;
        let token = self.reader.read(Mode::Term, Slot::Operator)?;
        let (pending, binds) = match &token.kind {
            TokenKind::End => return self.finish().map(|()| None),
            TokenKind::Close => return self.close(token.at).map(Some),
            TokenKind::Comma => return self.comma(token.at).map(Some),
            TokenKind::Or => (Pending::Or, 1),
            TokenKind::Word(_) if token.is("or") => (Pending::Or, 1),
            TokenKind::And => (Pending::And, 2),
            TokenKind::Word(_) if token.is("and") => (Pending::And, 2),
            TokenKind::Relation(_) | TokenKind::OpenBrace | TokenKind::CloseBrace => {
                let what = format!("unexpected `{}`", self.reader.lexer.text(token.at.clone()));
                return Err(QueryError::new(token.at, what).expected(["`and`", "`or`", "a word"]));
            }
            // Two terms side by side must both hold.
            _ => {
                self.reader.lexer = before;
                (Pending::And, 2)
            }
        };
        self.reduce(binds);
        self.push(pending, &token.at).map(|()| Some(false))
    }

    fn finish(&mut self) -> Result<(), QueryError> {
        self.reduce(1);
        match self.pending.pop() {
            Some(Pending::Open(at) | Pending::Call(_, at, _)) => {
                Err(QueryError::new(at, "missing closing parenthesis").expected(["`)`"]))
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self, at: Range<usize>) -> Result<bool, QueryError> {
        self.reduce(1);
        match self.pending.pop() {
            Some(Pending::Call(Function::Reach(direction), from, _)) => {
                self.reader.add(Node::Reach(direction, None), from, 1)?;
            }
            Some(Pending::Call(Function::Between, from, true)) => self.reader.add(Node::Between, from, 2)?,
            Some(Pending::Call(..)) => {
                return Err(QueryError::new(at, "`between` takes two arguments").expected(["`,`"]));
            }
            Some(_) => {}
            None => return Err(QueryError::new(at, "unmatched closing parenthesis")),
        }
        Ok(true)
    }

    /// Begins the second argument of a function; whether it is complete.
    fn comma(&mut self, at: Range<usize>) -> Result<bool, QueryError> {
        self.reduce(1);
        match self.pending.last_mut() {
            Some(Pending::Call(Function::Between, _, second @ false)) => {
                *second = true;
                self.argument()
            }
            Some(Pending::Call(Function::Reach(direction), _, false)) => {
                let direction = *direction;
                let token = self.reader.read(Mode::Value, Slot::Hops)?;
                let hops = match &token.kind {
                    TokenKind::Word(word) => word.parse().ok().filter(|_| !word.starts_with('+')),
                    _ => None,
                };
                let hops = hops.ok_or_else(|| {
                    QueryError::new(token.at, "the number of dependencies must be a whole number")
                })?;
                let token = self.reader.read(Mode::Term, Slot::Hops)?;
                if token.kind != TokenKind::Close {
                    return Err(
                        QueryError::new(token.at, "a number of dependencies stands alone").expected(["`)`"])
                    );
                }
                self.pending.pop();
                self.reader.add(Node::Reach(direction, Some(hops)), at, 1).map(|()| true)
            }
            _ => Err(QueryError::new(
                at,
                "commas separate only arguments and values; quote a word that contains one",
            )),
        }
    }

    /// Begins a function; whether its first argument is complete.
    fn call(&mut self, name: &str, at: Range<usize>) -> Result<bool, QueryError> {
        let Some(entry) = find(FUNCTIONS, name) else {
            let message = format!("unknown function `{name}`; quote text that contains parentheses");
            return Err(QueryError::new(at, message)
                .expected(nearest(name, names(FUNCTIONS)).map(|n| format!("`{n}`"))));
        };
        self.reader.lexer.take("(");
        let at = at.start..self.reader.lexer.position;
        self.push(Pending::Call(entry.means, at.clone(), false), &at)?;
        self.argument()
    }

    /// Reads an argument that is one word: the task of that id or name. Anything else is an expression, to be read as
    /// one; whether the argument is complete.
    fn argument(&mut self) -> Result<bool, QueryError> {
        let mut ahead = self.reader.lexer;
        let (Ok(word), Ok(after)) = (ahead.next(Mode::Term), ahead.next(Mode::Term)) else {
            return Ok(false);
        };
        let is_keyword = ["and", "or", "not"].iter().any(|k| word.is(k));
        let open = after.kind == TokenKind::End && after.at.start == word.at.end;
        if matches!(word.kind, TokenKind::Word(_) | TokenKind::Quoted(_) | TokenKind::End) && !is_keyword {
            if matches!(after.kind, TokenKind::Comma | TokenKind::Close) {
                let token = self.reader.read(Mode::Term, Slot::Task)?;
                let value = value_of(token, Relation::Holds);
                let place = value.at.clone();
                self.reader.test(
                    Test {
                        field: Field::Words(Words::Task),
                        at: place.clone(),
                        relation: Relation::Holds,
                        values: vec![value],
                    },
                    place.0,
                )?;
                return Ok(true);
            }
            if open {
                // The final form of a word that is being typed is unknown, but its possible forms are not.
                self.reader.reached.note(Slot::Task, word.at, &word.kind);
            }
        }
        Ok(false)
    }
}
