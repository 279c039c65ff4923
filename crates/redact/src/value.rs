//! What a value looks like: made by a machine, written by a person, a reference, nothing at all.

use crate::alphabet::{ALNUM, LETTERS, WORD};
use crate::redacted::MARK;

/// Words that stand where a value would, and are none.
const NOTHING: &[&str] = &[
    "",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "undefined",
    "empty",
    "unset",
    "n/a",
    "na",
    "nan",
    "yes",
    "no",
    "on",
    "off",
    "ok",
    "-",
];

/// What messages say of a secret instead of saying it, names of types, and kinds of authentication.
const PROSE: &[&str] = &[
    "a",
    "accepted",
    "already",
    "an",
    "and",
    "any",
    "anonymous",
    "api",
    "array",
    "authentication",
    "authorized",
    "aws",
    "azure",
    "bad",
    "base64",
    "basic",
    "bearer",
    "bool",
    "boolean",
    "bytes",
    "cached",
    "changed",
    "char",
    "check",
    "config",
    "configured",
    "correct",
    "created",
    "default",
    "defined",
    "deleted",
    "denied",
    "dict",
    "different",
    "digest",
    "disabled",
    "do",
    "does",
    "enabled",
    "encrypted",
    "enter",
    "env",
    "environment",
    "eof",
    "expected",
    "expired",
    "fail",
    "failed",
    "failure",
    "field",
    "file",
    "for",
    "forbidden",
    "found",
    "from",
    "generated",
    "given",
    "got",
    "granted",
    "has",
    "hidden",
    "iam",
    "identifier",
    "if",
    "ignored",
    "in",
    "incorrect",
    "int",
    "integer",
    "invalid",
    "is",
    "it",
    "jwt",
    "kerberos",
    "key",
    "keyring",
    "ldap",
    "length",
    "list",
    "loaded",
    "login",
    "map",
    "masked",
    "match",
    "matched",
    "matches",
    "mismatch",
    "missing",
    "mtls",
    "must",
    "name",
    "needed",
    "not",
    "number",
    "oauth",
    "oauth2",
    "object",
    "of",
    "oidc",
    "omitted",
    "only",
    "optional",
    "or",
    "pass",
    "passed",
    "password",
    "passwords",
    "prompt",
    "provided",
    "received",
    "redacted",
    "refreshed",
    "rejected",
    "removed",
    "renewed",
    "required",
    "reset",
    "revoked",
    "rotated",
    "saml",
    "secret",
    "secrets",
    "self",
    "set",
    "should",
    "skipped",
    "sso",
    "stored",
    "str",
    "string",
    "success",
    "symbol",
    "test",
    "text",
    "the",
    "this",
    "to",
    "token",
    "tokens",
    "too",
    "unauthorized",
    "unchanged",
    "unexpected",
    "unknown",
    "updated",
    "used",
    "user",
    "username",
    "valid",
    "validated",
    "value",
    "vault",
    "verified",
    "was",
    "will",
    "with",
    "wrong",
    "you",
    "your",
];

fn is_one_of(value: &[u8], words: &[&str]) -> bool {
    value.len() < 20
        && words.iter().any(|w| w.len() == value.len() && value.eq_ignore_ascii_case(w.as_bytes()))
}

/// Whether a value is none: there is nothing to hide, and to hide it would hide that.
pub(crate) fn is_nothing(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    // Without its bracket, which ends a word in free text.
    let mark = MARK.trim_end_matches(']').as_bytes();
    is_one_of(value, NOTHING)
        || value.starts_with(mark)
        || value.starts_with("•".as_bytes())
        || !value.iter().any(|c| c.is_ascii_alphanumeric() || !c.is_ascii())
        || value.len() > 2 && value.iter().all(|c| matches!(c, b'x' | b'X'))
}

/// Whether a word is one that messages use where a secret would stand.
pub(crate) fn is_prose(value: &[u8]) -> bool {
    is_one_of(value, PROSE)
}

/// Whether a text is a sentence, as a validator writes it.
pub(crate) fn is_sentence(value: &[u8]) -> bool {
    let blanks = value.iter().filter(|b| **b == b' ').count();
    blanks >= 3 && (value.ends_with(b".") || value.split(|b| *b == b' ').filter(|w| is_prose(w)).count() >= 2)
}

/// Whether a value names the place of a secret and is none: a variable, a template, a place in a vault.
pub(crate) fn is_reference(value: &[u8]) -> bool {
    let inner = |from: usize, until: usize| value.get(from..value.len().saturating_sub(until)).unwrap_or(&[]);
    let is_name = |name: &[u8]| {
        !name.is_empty() && name.iter().all(|b| WORD.has(*b) || matches!(b, b'.' | b'-' | b':' | b' '))
    };
    match value.first() {
        Some(b'$') => {
            let name = inner(1, 0);
            let capitals = name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_' || b.is_ascii_digit());
            matches!(name.first(), Some(b'{' | b'('))
                || capitals
                || name.iter().all(|b| LETTERS.has(*b) || *b == b'_')
        }
        Some(b'{') => {
            value.get(1) == Some(&b'{') || value.ends_with(b"}") && is_name(inner(1, 1)) || value.len() < 3
        }
        Some(b'<') => value.ends_with(b">") || value.len() == 1,
        Some(b'%') => value.len() == 2 || value.ends_with(b"%") && is_name(inner(1, 1)),
        Some(b'@') => value.ends_with(b"@") && is_name(inner(1, 1)),
        _ => {
            let places: [&[u8]; 12] = [
                b"arn:",
                b"vault:",
                b"op://",
                b"secretref:",
                b"file:",
                b"env:",
                b"ssm:",
                b"keyvault:",
                b"projects/",
                b"os.environ",
                b"process.env",
                b"secrets.",
            ];
            places.iter().any(|p| value.starts_with(p))
        }
    }
}

/// Whether an unquoted value is code: a call, an index, or names joined by dots.
pub(crate) fn is_code(value: &[u8]) -> bool {
    let name = value.iter().position(|b| !(WORD.has(*b) || *b == b'.')).unwrap_or(value.len());
    let opens = name > 0 && matches!(value.get(name), Some(b'(' | b'[' | b'{')) && !value[0].is_ascii_digit();
    let dotted = name == value.len()
        && value.contains(&b'.')
        && value
            .split(|b| *b == b'.')
            .all(|part| !part.is_empty() && part.iter().all(|b| b.is_ascii_lowercase() || *b == b'_'));
    opens || dotted
}

/// Whether a value is a path. One of random letters between slashes is none.
pub(crate) fn is_path(value: &[u8]) -> bool {
    let rooted = value.starts_with(b"/")
        || value.starts_with(b"~/")
        || value.starts_with(b"./")
        || value.starts_with(b"../");
    let drive = value.len() > 3
        && value[0].is_ascii_alphabetic()
        && &value[1..2] == b":"
        && matches!(value[2], b'\\' | b'/');
    drive || rooted && value.len() > 2 && value.split(|b| *b == b'/').skip(1).all(is_calm)
}

/// Whether a part of a path reads as one: it changes its kind of letter seldom.
fn is_calm(part: &[u8]) -> bool {
    part.len() < 12 && !part.iter().any(|b| matches!(b, b'+' | b'!' | b'$' | b'^' | b'&' | b'*' | b'='))
        || changes(part) * 4 <= part.len()
}

/// How often one character is of another kind than the one before.
pub(crate) fn changes(text: &[u8]) -> usize {
    let kind = |b: u8| match b {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    text.windows(2).filter(|w| kind(w[0]) != kind(w[1])).count()
}

/// Whether a machine made it: digits among letters, or letters of both cases in no order that a person would write.
pub(crate) fn is_random(text: &[u8]) -> bool {
    text.split(|b| !ALNUM.has(*b)).any(|part| {
        let digit = part.iter().any(u8::is_ascii_digit);
        let letter = part.iter().any(u8::is_ascii_alphabetic);
        part.len() >= 6 && digit && letter
            || part.len() >= 12 && changes(part) * 4 >= part.len()
            || part.len() >= 8 && changes(part) * 2 >= part.len()
    })
}

/// Whether a word holds letters and digits, and more than a name with a number behind it when `strict`.
pub(crate) fn is_made(word: &[u8], strict: bool) -> bool {
    if word.len() < if strict { 8 } else { 5 } || word.contains(&b' ') {
        return false;
    }
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = word.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let trimmed = word.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |i| i + 1);
    let inside = word[..trimmed].iter().any(u8::is_ascii_digit);
    digits > 0 && letters > 0 && (!strict || inside)
}

/// Words in small letters with what joins them, as names of things are.
pub(crate) fn is_name(word: &[u8]) -> bool {
    word.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':'))
}
