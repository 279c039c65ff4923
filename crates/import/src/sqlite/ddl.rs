//! The part of `CREATE TABLE` that defines the columns: names, keys, generated columns, WITHOUT ROWID.
//!
//! SQLite keeps the statement as the user wrote it, comments and all, so this is a tokenizer and a splitter
//! rather than a search for commas. Expressions are skipped by their parentheses.

/// Longer statements are not read: no table of 32,767 columns needs it, and tokens take more room than text.
const LONGEST: usize = 1 << 20;

/// A column as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type is exactly INTEGER.
    pub(super) integer: bool,
    /// Its own PRIMARY KEY says DESC.
    pub(super) descending: bool,
    /// Generated and not STORED.
    pub(super) computed: bool,
}

/// What a statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) columns: Vec<Column>,
    /// The names of the key's columns, in its order.
    pub(super) primary_key: Vec<String>,
    /// The key is declared at its column and not as a constraint of the table.
    pub(super) inline_key: bool,
    pub(super) without_rowid: bool,
}

/// Reads a statement. A cut one gives the columns that are there.
///
/// # Errors
/// With a sentence about it when it is too long or has no column list.
pub(super) fn parse(sql: &str) -> Result<Parsed, &'static str> {
    if sql.len() > LONGEST {
        return Err("the CREATE TABLE statement is longer than 1 MiB");
    }
    let tokens = tokenize(sql);
    let open = tokens.iter().position(|token| *token == Token::Open);
    let list = tokens.get(open.ok_or("the CREATE TABLE statement has no columns")? + 1..).unwrap_or_default();
    let mut parsed = Parsed::default();
    let mut depth = 0usize;
    let mut from = 0;
    let mut end = list.len();
    for (index, token) in list.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => {
                end = index;
                break;
            }
            Token::Close => depth -= 1,
            Token::Comma if depth == 0 => {
                item(&list[from..index], &mut parsed);
                from = index + 1;
            }
            _ => {}
        }
    }
    item(&list[from..end], &mut parsed);
    let options = list.get(end..).unwrap_or_default();
    parsed.without_rowid = options.windows(2).any(|pair| pair[0].is("WITHOUT") && pair[1].is("ROWID"));
    Ok(parsed)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'s> {
    /// A keyword, a name or a number.
    Word(&'s str),
    /// A quoted name or a string, unquoted: SQLite takes either for a name.
    Quoted(String),
    Open,
    Close,
    Comma,
    /// Any other character.
    Other,
}

impl Token<'_> {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            Token::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

fn tokenize(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let used = match first {
            '(' | ')' | ',' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
                1
            }
            '"' | '`' | '\'' | '[' => {
                let (name, used) = quoted(rest, if first == '[' { ']' } else { first });
                tokens.push(Token::Quoted(name));
                used
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => {
                rest.get(2..).and_then(|inner| inner.find("*/")).map_or(rest.len(), |end| end + 4)
            }
            _ if first.is_ascii_whitespace() => 1,
            _ if in_word(first) => {
                let used = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..used]));
                used
            }
            _ => {
                tokens.push(Token::Other);
                first.len_utf8()
            }
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    tokens
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The text within the quotes `text` begins with, doubled ones made single, and how many bytes it took.
fn quoted(text: &str, close: char) -> (String, usize) {
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == close && (close == ']' || chars.next_if(|&(_, next)| next == close).is_none()) {
            return (name, at + 1);
        }
        name.push(c);
    }
    (name, text.len())
}

/// One entry of the column list: a column, or constraints of the table.
fn item(tokens: &[Token<'_>], parsed: &mut Parsed) {
    let Some(first) = tokens.first() else { return };
    if first.any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]) {
        if let Some(key) = key_of(tokens) {
            parsed.primary_key = key;
            parsed.inline_key = false;
        }
        return;
    }
    let Some(name) = first.name() else { return };
    let mut column = Column { name: name.to_owned(), ..Column::default() };
    let rest = &tokens[1..];
    let starts =
        ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES"];
    let starts = |token: &Token<'_>| token.any(&starts) || token.any(&["GENERATED", "AS"]);
    let types = rest.iter().position(starts).unwrap_or(rest.len());
    let (declared, constraints) = rest.split_at(types);
    column.integer =
        matches!(declared, [only] if only.name().is_some_and(|t| t.eq_ignore_ascii_case("INTEGER")));
    let constraints = outside_parentheses(constraints);
    if let Some(at) = constraints.windows(2).position(|pair| pair[0].is("PRIMARY") && pair[1].is("KEY")) {
        column.descending = constraints.get(at + 2).is_some_and(|token| token.is("DESC"));
        parsed.primary_key = vec![column.name.clone()];
        parsed.inline_key = true;
    }
    let has = |keyword: &str| constraints.iter().any(|token| token.is(keyword));
    column.computed = has("AS") && !has("STORED");
    parsed.columns.push(column);
}

fn outside_parentheses<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t Token<'s>> {
    let mut depth = 0usize;
    let mut outside = Vec::new();
    for token in tokens {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(token),
            _ => {}
        }
    }
    outside
}

/// The names in `PRIMARY KEY ( … )` among the constraints of a table.
fn key_of(tokens: &[Token<'_>]) -> Option<Vec<String>> {
    let is_key =
        |three: &[Token<'_>]| three[0].is("PRIMARY") && three[1].is("KEY") && three[2] == Token::Open;
    let at = tokens.windows(3).position(is_key)?;
    let mut names = Vec::new();
    let mut expected = true;
    for token in &tokens[at + 3..] {
        match token {
            Token::Close => break,
            Token::Comma => expected = true,
            _ if expected => {
                names.extend(token.name().map(str::to_owned));
                expected = false;
            }
            _ => {}
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        parse(sql).unwrap().columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn names_quoted_in_every_way() {
        let sql = "CREATE TABLE \"a(b\" (\"x \"\"y\"\"\" TEXT, `tick` INT, [brack et] REAL, 'str', plain, \
                   größe, \"check\" TEXT)";
        assert_eq!(names(sql), ["x \"y\"", "tick", "brack et", "str", "plain", "größe", "check"]);
    }

    #[test]
    fn constraints_expressions_and_comments_are_skipped() {
        let sql = "CREATE TABLE t ( -- a, b\n id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(4)))),\n\
                   /* c, ( */\n\
                   status VARCHAR(20, 2) CHECK (status IN ('a', 'b)')) DEFAULT 'x,y',\n\
                   run_id TEXT REFERENCES runs(id) ON DELETE CASCADE,\n\
                   CONSTRAINT u UNIQUE (id, status) FOREIGN KEY (run_id) REFERENCES runs (id),\n\
                   CHECK (length(id) > 0))";
        let parsed = parse(sql).unwrap();
        assert_eq!(names(sql), ["id", "status", "run_id"]);
        assert_eq!(parsed.primary_key, ["id"]);
        assert!(parsed.inline_key && !parsed.without_rowid);
    }

    #[test]
    fn table_keys_and_options() {
        let parsed =
            parse("CREATE TABLE t(a,b,CONSTRAINT k PRIMARY KEY(b COLLATE nocase DESC,a))without rowid")
                .unwrap();
        assert_eq!(parsed.primary_key, ["b", "a"]);
        assert!(parsed.without_rowid && !parsed.inline_key);
    }

    #[test]
    fn cut_and_odd_statements_end() {
        assert!(parse("").is_err());
        assert!(parse("CREATE TABLE t AS SELECT 1").is_err());
        assert!(parse(&"(".repeat(LONGEST + 1)).is_err());
        assert_eq!(names("CREATE TABLE t(a, b TEXT DEFAULT 'unclosed, c"), ["a", "b"]);
        assert_eq!(names("CREATE TABLE t(a, \"unclosed"), ["a", "unclosed"]);
        assert_eq!(names("CREATE TABLE t(,,a,,"), ["a"]);
        assert_eq!(names("CREATE TABLE t(a /* never closed"), ["a"]);
        assert_eq!(names("x(/*"), Vec::<String>::new());
    }
}
