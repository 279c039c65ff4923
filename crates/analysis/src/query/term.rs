//! The terms of a query: words, flags, and fields held against values.

use std::ops::Range;

use super::check;
use super::error::QueryError;
use super::lexer::{Mode, Token, TokenKind};
use super::reached::Slot;
use super::reader::{Reader, value_of};
use super::statistic::Statistic;
use super::syntax::*;
use super::vocabulary::*;

impl Reader<'_> {
    /// A term that begins with a word.
    pub(super) fn term(&mut self, word: String, at: Range<usize>) -> Result<(), QueryError> {
        let means = find(FIELDS, &word).map(|e| e.means);
        if self.lexer.rest().starts_with(':') {
            match means {
                Some(Means::Has) => {
                    self.lexer.take(":");
                    let token = self.read(Mode::Term, Slot::Has)?;
                    return self.has(token);
                }
                Some(Means::Is) => {
                    self.lexer.take(":");
                    return self.flag();
                }
                _ => {}
            }
        }
        let named = self.named(&word, &at)?;
        let end = self.lexer.position;
        if let Some(field) = named.clone()
            && self.comparison(field, at.start..end)?
        {
            return Ok(());
        }
        match (means, named) {
            // `label:team`, with nothing to hold it against.
            (Some(Means::Label | Means::Param | Means::Metric), Some(field)) => {
                self.add(Node::Has(field, TextPlace(at.start..end)), at, 1)
            }
            _ => match find(FLAGS, &word) {
                Some(flag) => self.add(Node::Is(flag.means), at, 1),
                None => self.bare(Token { kind: TokenKind::Word(word), at }),
            },
        }
    }

    /// A term that begins with a quoted text: a metric if it is held against something, else a text to look for.
    pub(super) fn quoted(&mut self, text: String, at: Range<usize>) -> Result<(), QueryError> {
        if self.comparison(Field::Measure(text.clone()), at.clone())? {
            return Ok(());
        }
        self.bare(Token { kind: TokenKind::Quoted(text), at })
    }

    fn bare(&mut self, token: Token) -> Result<(), QueryError> {
        let value = value_of(token, Relation::Holds);
        let place = value.at.clone();
        let (field, relation) = (Field::Words(Words::Any), Relation::Holds);
        self.test(Test { field, at: place.clone(), relation, values: vec![value] }, place.0)
    }

    fn flag(&mut self) -> Result<(), QueryError> {
        let token = self.read(Mode::Value, Slot::Is)?;
        let found = match &token.kind {
            TokenKind::Word(word) => find(FLAGS, word),
            _ => None,
        };
        let all = FLAGS.iter().map(|f| format!("`{}`", f.name));
        let at = token.at.clone();
        let flag = found.ok_or_else(|| QueryError::new(at, "unknown flag").expected(all))?;
        self.add(Node::Is(flag.means), token.at, 1)
    }

    /// The field that `has:` asks for.
    fn has(&mut self, token: Token) -> Result<(), QueryError> {
        let start = token.at.start;
        let field = match token.kind {
            TokenKind::Quoted(text) => Some(Field::Measure(text)),
            TokenKind::Word(word) => self.named(&word, &token.at)?,
            _ => None,
        };
        let at = start..self.lexer.position.max(start);
        let field = field.ok_or_else(|| {
            QueryError::new(at.clone(), "the name of a field is missing")
                .expected(["`error`", "`worker`", "`mem`"])
        })?;
        self.add(Node::Has(field, TextPlace(at.clone())), at, 1)
    }

    /// Returns the field that a word names, with the name of its member; `None` if the word is not a field.
    fn named(&mut self, word: &str, at: &Range<usize>) -> Result<Option<Field>, QueryError> {
        let (first, rest) = word.split_once('.').map_or((word, None), |(first, rest)| (first, Some(rest)));
        let Some(means) = find(FIELDS, first).map(|e| e.means) else { return Ok(plain(word)) };
        let member: fn(String) -> Field = match means {
            Means::Label => Field::Label,
            Means::Param => Field::Param,
            Means::Metric => Field::Metric,
            _ => return Ok(plain(word)),
        };
        let slot = Slot::Member(means);
        match rest {
            Some("") if self.lexer.rest().starts_with('"') => match self.read(Mode::Name, slot)?.kind {
                TokenKind::Quoted(name) => Ok(Some(member(name))),
                _ => Ok(None),
            },
            Some(name) if !name.is_empty() => {
                self.reached.note(slot, at.start + first.len() + 1..at.end, &TokenKind::Word(String::new()));
                Ok(Some(member(name.to_owned())))
            }
            None if self.lexer.take(":") => {
                let token = self.read(Mode::Name, slot)?;
                match token.kind {
                    TokenKind::Word(name) | TokenKind::Quoted(name) => Ok(Some(member(name))),
                    _ => Err(QueryError::new(token.at, format!("`{first}` needs a name behind it"))),
                }
            }
            // The name is still to be written.
            Some(_) => {
                self.reached.note(slot, at.end..at.end, &TokenKind::Word(String::new()));
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Reads a relation and its values, if one comes next; whether it did.
    fn comparison(&mut self, field: Field, at: Range<usize>) -> Result<bool, QueryError> {
        if self.lexer.rest().starts_with(':') {
            let sign = self.lexer.position..self.lexer.position + 1;
            self.lexer.take(":");
            let values = self.held(&field)?;
            return self
                .test(Test { field, at: TextPlace(at), relation: Relation::Holds, values }, sign)
                .map(|()| true);
        }
        let before = self.lexer;
        // An error here is reported again by the code that reads on.
        let Ok(mut token) = self.lexer.next(Mode::Term) else {
            self.lexer = before;
            return Ok(false);
        };
        if let TokenKind::Relation(relation) = token.kind {
            let values = vec![self.value(&field, relation)?];
            return self.test(Test { field, at: TextPlace(at), relation, values }, token.at).map(|()| true);
        }
        let start = token.at.start;
        let relation = if token.is("not") { Relation::Unequal } else { Relation::Equal };
        if relation == Relation::Unequal {
            token = self.lexer.next(Mode::Term).unwrap_or(token);
        }
        let open = self.lexer.next(Mode::Term).map_or(TokenKind::End, |t| t.kind);
        let end = match open {
            TokenKind::Open => TokenKind::Close,
            TokenKind::OpenBrace => TokenKind::CloseBrace,
            _ => TokenKind::End,
        };
        if !token.is("in") || end == TokenKind::End {
            self.lexer = before;
            return Ok(false);
        }
        let values = self.values(&field, relation, &end)?;
        self.test(Test { field, at: TextPlace(at), relation, values }, start..token.at.end).map(|()| true)
    }

    /// Reads the value after `:`. A missing value is an empty text, which every text contains.
    fn held(&mut self, field: &Field) -> Result<Vec<Value>, QueryError> {
        let next = self.lexer;
        let kind = self.lexer.adjacent(Mode::Value);
        let here = next.position..next.position;
        if matches!(kind, Ok(Some(Token { kind: TokenKind::OpenBrace, .. }))) {
            return self.values(field, Relation::Holds, &TokenKind::CloseBrace);
        }
        self.lexer = next;
        if matches!(kind, Err(_) | Ok(Some(Token { kind: TokenKind::Word(_) | TokenKind::Quoted(_), .. }))) {
            return self.value(field, Relation::Holds).map(|v| vec![v]);
        }
        self.reached.note(Slot::Value(field.clone()), here.clone(), &TokenKind::End);
        Ok(vec![Value { text: String::new(), literal: false, by_step: false, at: TextPlace(here) }])
    }

    /// Values up to a closing bracket.
    fn values(
        &mut self,
        field: &Field,
        relation: Relation,
        end: &TokenKind,
    ) -> Result<Vec<Value>, QueryError> {
        let mut values = Vec::new();
        loop {
            values.push(self.value(field, relation)?);
            let token = self.read(Mode::Value, Slot::Nothing)?;
            match token.kind {
                kind if kind == *end => return Ok(values),
                TokenKind::Comma => {}
                _ => {
                    let close = if *end == TokenKind::Close { "`)`" } else { "`}`" };
                    return Err(
                        QueryError::new(token.at, "the list goes on or ends").expected(["`,`", close])
                    );
                }
            }
        }
    }

    fn value(&mut self, field: &Field, relation: Relation) -> Result<Value, QueryError> {
        let token = self.read(Mode::Value, Slot::Value(field.clone()))?;
        if !matches!(token.kind, TokenKind::Word(_) | TokenKind::Quoted(_)) {
            return Err(QueryError::new(token.at, "a value is missing").expected(check::wanted(field)));
        }
        let is_word = matches!(token.kind, TokenKind::Word(_));
        let mut value = value_of(token, relation);
        if is_word && field.is_number() && Statistic::read(&value.text).is_some() && self.lexer.take("(") {
            let step = self.read(Mode::Value, Slot::Nothing)?;
            let close = self.read(Mode::Value, Slot::Nothing)?;
            if !step.is("step") || close.kind != TokenKind::Close {
                let at = if step.is("step") { close.at } else { step.at };
                return Err(
                    QueryError::new(at, "a statistic is one of the run or of a step").expected(["`(step)`"])
                );
            }
            (value.by_step, value.at) = (true, TextPlace(value.at.0.start..close.at.end));
        }
        Ok(value)
    }
}

impl Field {
    /// Whether it is a number of a measure, which statistics are made of.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Field::Measure(_) | Field::Metric(_))
    }
}

/// The field of a name without a point; `None` where the name needs more.
pub(super) fn plain(name: &str) -> Option<Field> {
    Some(match find(FIELDS, name) {
        None => Field::Measure(name.to_owned()),
        Some(e) => match e.means {
            Means::Words(words) => Field::Words(words),
            Means::Status => Field::Status,
            Means::Moment(moment) => Field::Moment(moment),
            Means::Duration | Means::Count | Means::Standard => Field::Measure(e.name.to_owned()),
            Means::Label | Means::Param | Means::Metric | Means::Has | Means::Is => return None,
        },
    })
}
