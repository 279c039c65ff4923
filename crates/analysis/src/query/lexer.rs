//! Splits text into tokens. The meaning of a character depends on the context, so the parser sets the [`Mode`]; to look
//! ahead, copy the lexer.

use std::ops::Range;

use super::error::QueryError;
use super::syntax::Relation;

/// The context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A word, a field, or what joins them: operators end a word.
    Term,
    /// The name of a metric, a label or a parameter: a word may hold `:`.
    Name,
    /// A value after an operator: a word may contain `:`, `<`, `=` and `>`.
    Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word(String),
    Quoted(String),
    /// `:` is an operator only directly after a word.
    Relation(Relation),
    And,
    Or,
    Not,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Comma,
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: Range<usize>,
}

impl Token {
    /// Whether it is that word, unquoted, in any case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(&self.kind, TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    /// Position of the next token, bytes.
    pub(super) position: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, position: 0 }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or("")
    }

    /// The text of a range of it.
    pub(super) fn text(&self, at: Range<usize>) -> &'t str {
        self.text.get(at).unwrap_or("")
    }

    pub(super) fn skip_space(&mut self) {
        self.position = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes `sign` if it comes next, with no space before it.
    pub(super) fn take(&mut self, sign: &str) -> bool {
        let comes = self.rest().starts_with(sign);
        if comes {
            self.position += sign.len();
        }
        comes
    }

    /// The next token after white space. At the end it is [`TokenKind::End`], again and again.
    ///
    /// # Errors
    ///
    /// A quotation mark that nothing closes.
    pub(super) fn next(&mut self, mode: Mode) -> Result<Token, QueryError> {
        self.skip_space();
        let start = self.position;
        let Some(first) = self.rest().chars().next() else {
            return Ok(Token { kind: TokenKind::End, at: start..start });
        };
        let kind = match first {
            '"' => self.quoted()?,
            _ => match sign(self.rest(), mode) {
                Some((kind, length)) => {
                    self.position += length;
                    kind
                }
                None => {
                    let word = word(self.rest(), mode);
                    self.position += word.len();
                    TokenKind::Word(word.to_owned())
                }
            },
        };
        Ok(Token { kind, at: start..self.position })
    }

    /// The next token, if it comes without white space before it.
    pub(super) fn adjacent(&mut self, mode: Mode) -> Result<Option<Token>, QueryError> {
        if self.rest().starts_with(char::is_whitespace) {
            return Ok(None);
        }
        self.next(mode).map(|token| Some(token).filter(|t| t.kind != TokenKind::End))
    }

    /// Reads quoted text. `\"` and `\\` are one character; any other `\` is literal.
    fn quoted(&mut self) -> Result<TokenKind, QueryError> {
        let start = self.position;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek()) {
                ('"', _) => {
                    self.position = start + at + 1;
                    return Ok(TokenKind::Quoted(out));
                }
                ('\\', Some((_, next @ ('"' | '\\')))) => {
                    out.push(*next);
                    chars.next();
                }
                _ => out.push(c),
            }
        }
        self.position = self.text.len();
        Err(QueryError::new(start..start + 1, "missing closing quotation mark").expected(["`\"`"]))
    }
}

/// The sign at the beginning of `rest`, and its length.
fn sign(rest: &str, mode: Mode) -> Option<(TokenKind, usize)> {
    let both =
        [("&&", TokenKind::And), ("||", TokenKind::Or), ("(", TokenKind::Open), (")", TokenKind::Close)];
    let more = [("{", TokenKind::OpenBrace), ("}", TokenKind::CloseBrace), (",", TokenKind::Comma)];
    if let Some((sign, kind)) = both.into_iter().chain(more).find(|(sign, _)| rest.starts_with(sign)) {
        return Some((kind, sign.len()));
    }
    if mode == Mode::Value {
        return None;
    }
    if rest.starts_with("==") {
        return Some((TokenKind::Relation(Relation::Equal), 2));
    }
    // `<` is the beginning of `<=`: the longest sign counts.
    let signs = Relation::ALL.into_iter().filter(|r| *r != Relation::Holds && rest.starts_with(r.sign()));
    if let Some(relation) = signs.max_by_key(|r| r.sign().len()) {
        return Some((TokenKind::Relation(relation), relation.sign().len()));
    }
    rest.starts_with('!').then_some((TokenKind::Not, 1))
}

/// The word at the beginning of `rest`, which begins with no sign.
///
/// In [`Mode::Term`] the first `:` ends the word if the text before it can be a field. `std::fs`, `s3://bucket` and
/// `//lib/core:test` have no such colon.
fn word(rest: &str, mode: Mode) -> &str {
    let mut colons = mode != Mode::Term;
    for (at, c) in rest.char_indices() {
        let behind = &rest[at..];
        let ends = match c {
            '"' | '(' | ')' | '{' | '}' | ',' => true,
            '&' | '|' => behind.starts_with("&&") || behind.starts_with("||"),
            '<' | '>' | '=' => mode != Mode::Value,
            '!' => mode != Mode::Value && behind.starts_with("!="),
            ':' if !colons => {
                colons = !is_name(&rest[..at]) || behind.starts_with("::") || behind.starts_with("://");
                !colons
            }
            _ => c.is_whitespace(),
        };
        if ends {
            return &rest[..at];
        }
    }
    rest
}

/// Whether a word may be a field in front of a `:`.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// Returns whether a text is a single word without quotes.
pub(super) fn is_plain(text: &str, mode: Mode) -> bool {
    let first = text.chars().next();
    let begins = first.is_some_and(|c| c != '"' && !c.is_whitespace()) && sign(text, mode).is_none();
    begins && word(text, mode).len() == text.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tokens(text: &str, mode: Mode) -> Vec<TokenKind> {
        let mut lexer = Lexer::new(text);
        let next = || lexer.next(mode).unwrap().kind;
        std::iter::repeat_with(next).take_while(|k| *k != TokenKind::End).collect()
    }

    fn word(text: &str) -> TokenKind {
        TokenKind::Word(text.to_owned())
    }

    #[test]
    fn operators_end_a_word_of_a_term_and_are_part_of_a_value() {
        let less = TokenKind::Relation(Relation::LessEqual);
        assert_eq!(tokens("a<=b", Mode::Term), [word("a"), less, word("b")]);
        assert_eq!(tokens("a<=b !c", Mode::Value), [word("a<=b"), word("!c")]);
        assert_eq!(tokens("!a", Mode::Term), [TokenKind::Not, word("a")]);
        assert_eq!(tokens("a!b&c|d", Mode::Term), [word("a!b&c|d")]);
        assert_eq!(
            tokens("a&&b||c", Mode::Value),
            [word("a"), TokenKind::And, word("b"), TokenKind::Or, word("c")]
        );
        assert_eq!(tokens(r#""a \"b\" \c\\""#, Mode::Term), [TokenKind::Quoted(r#"a "b" \c\"#.to_owned())]);
    }

    #[test]
    fn paths_are_words_and_fields_end_at_their_colon() {
        for path in ["std::fs:x", "s3://bucket:8/a", "//lib/core:test", "src/a.rs:7:1", ":x"] {
            assert_eq!(tokens(path, Mode::Term), [word(path)]);
            assert!(is_plain(path, Mode::Term));
        }
        let mut lexer = Lexer::new("step:a:b");
        assert_eq!(lexer.next(Mode::Term).unwrap().kind, word("step"));
        assert!(lexer.take(":"));
        assert_eq!(lexer.next(Mode::Value).unwrap().kind, word("a:b"));
        assert!(!is_plain("step:a", Mode::Term) && is_plain("step:a", Mode::Value));
        assert!(!is_plain("", Mode::Value) && !is_plain("a b", Mode::Value) && !is_plain("!a", Mode::Term));
    }
}
