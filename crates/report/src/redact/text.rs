//! Credentials out of free text: what follows a secret key, the user of an address, and what has the form of a key of
//! a well-known service. One pass from left to right; work grows with the text and nothing else.

use super::MARK;
use super::key::{Secrecy, is_nothing, secrecy};

/// The text without its credentials and how many there were; `None` where there were none.
pub(super) fn scrub(text: &str) -> Option<(String, u64)> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut copied, mut count, mut at) = (0, 0, 0);
    while at < bytes.len() {
        let starts_word = is_word(bytes[at]) && (at == 0 || !is_word(bytes[at - 1]));
        let found = if starts_word {
            key_value(bytes, at).or_else(|| known_form(bytes, at)).or_else(|| bearer(bytes, at))
        } else if bytes[at] == b':' {
            user_info(bytes, at)
        } else if bytes[at] == b'-' {
            private_key(bytes, at).or_else(|| option(bytes, at))
        } else {
            None
        };
        match found {
            Some((from, to)) if from < to && !is_nothing(&text[from..to]) => {
                out.push_str(&text[copied..from]);
                out.push_str(MARK);
                (copied, at) = (to, to);
                count += 1;
            }
            _ => at += 1,
        }
    }
    if count == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some((out, count))
}

/// Bytes of keys and of credentials. Multi-byte characters end both, so that cuts fall between characters.
fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// The first byte from `from` on that does not belong.
fn run_of(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|b| !belongs(*b)).map_or(bytes.len(), |n| from + n)
}

fn blanks(bytes: &[u8], from: usize) -> usize {
    run_of(bytes, from, |b| b == b' ' || b == b'\t')
}

fn word(bytes: &[u8], from: usize, to: usize) -> &str {
    bytes.get(from..to).and_then(|w| std::str::from_utf8(w).ok()).unwrap_or("")
}

/// The longest key that is looked at.
const KEY: usize = 100;

/// `password=…`, `"api_key": "…"`, `Authorization: Bearer …`: the value's place.
fn key_value(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    // No further than a key may be long: words that hang together by dots would cost their square.
    let within = &bytes[..bytes.len().min(from + KEY)];
    let key_end = run_of(within, from, |b| is_word(b) || b == b'-' || b == b'.');
    let quoted = run_of(bytes, key_end, |b| b == b'"' || b == b'\'' || b == b'\\');
    let sign = blanks(bytes, quoted.min(key_end + 2));
    let sign_end = run_of(bytes, sign, |b| matches!(b, b'=' | b':' | b'>'));
    if sign_end == sign || sign_end > sign + 2 || bytes.get(sign) == Some(&b'>') {
        return None;
    }
    // `a::b` is a path, `password://` an address.
    if &bytes[sign..sign_end] == b"::"
        || bytes.get(sign_end) == Some(&b'/') && bytes.get(sign_end + 1) == Some(&b'/')
    {
        return None;
    }
    let said = secrecy(word(bytes, from, key_end));
    if said == Secrecy::Open {
        return None;
    }
    let (value, end) = value(bytes, blanks(bytes, sign_end))?;
    // An error that speaks of an unexpected token means one of a language.
    let plain = said == Secrecy::Text && !looks_made(&bytes[value..end]);
    if plain { None } else { Some((value, end)) }
}

/// `--password …`, with a blank between.
fn option(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if bytes.get(at + 1) != Some(&b'-')
        || (at > 0 && !bytes[at - 1].is_ascii_whitespace() && !matches!(bytes[at - 1], b'"' | b'\''))
    {
        return None;
    }
    let within = &bytes[..bytes.len().min(at + KEY)];
    let end = run_of(within, at + 2, |b| is_word(b) || b == b'-');
    let from = blanks(bytes, end);
    if from == end || secrecy(word(bytes, at + 2, end)) == Secrecy::Open {
        return None;
    }
    let (from, to) = value(bytes, from)?;
    if bytes.get(from) == Some(&b'-') { None } else { Some((from, to)) }
}

/// The place of a value: within its quotes, else up to what ends a word. The scheme of an `Authorization` is passed.
fn value(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let open = run_of(bytes, from, |b| b == b'\\');
    let quote = bytes.get(open).copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote {
        let end = run_of(bytes, open + 1, |b| b != quote && b != b'\n');
        let escaped = run_back(bytes, open + 1, end);
        return Some((open + 1, escaped));
    }
    let ends = |b: u8| {
        b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'&' | b')' | b'}' | b']' | b'"' | b'\'' | b'<')
    };
    let end = run_of(bytes, from, |b| !ends(b));
    if end == from {
        return None;
    }
    let scheme = ["bearer", "basic", "digest", "token"]
        .iter()
        .any(|s| bytes[from..end].eq_ignore_ascii_case(s.as_bytes()));
    if scheme && bytes.get(end) == Some(&b' ') {
        let next = blanks(bytes, end);
        let next_end = run_of(bytes, next, |b| !ends(b));
        if next_end > next {
            return Some((next, next_end));
        }
    }
    Some((from, end))
}

/// `end` without the backslashes before it: they escape the quote that closes.
fn run_back(bytes: &[u8], from: usize, end: usize) -> usize {
    (from..end).rev().find(|&i| bytes[i] != b'\\').map_or(from, |i| i + 1)
}

/// Whether a word was made by a machine: long, with letters and digits.
fn looks_made(word: &[u8]) -> bool {
    word.len() >= 8 && word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic)
        || word.len() >= 24 && !word.contains(&b' ')
}

/// `Bearer …` and `Basic …` without a key before them.
fn bearer(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let end = run_of(bytes, from, is_word);
    let scheme = &bytes[from..end];
    if !scheme.eq_ignore_ascii_case(b"bearer") && !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let start = blanks(bytes, end);
    let stop = run_of(bytes, start, |b| is_word(b) || matches!(b, b'-' | b'.' | b'~' | b'+' | b'/' | b'='));
    (start > end && stop - start >= 8 && looks_made(&bytes[start..stop])).then_some((start, stop))
}

/// `scheme://user:password@host`: everything between the slashes and the last `@` of the authority (RFC 3986, 3.2).
fn user_info(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if bytes.get(at + 1..at + 3) != Some(b"//") || at == 0 || !bytes[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let from = at + 3;
    let end = run_of(bytes, from, |b| {
        b > b' ' && !matches!(b, b'/' | b'?' | b'#' | b'"' | b'<' | b'>' | b'\'' | b'\\')
    });
    let info = bytes[from..end].iter().rposition(|b| *b == b'@').map(|n| from + n)?;
    // A user alone (`git@`) is no secret; a token put in its place is.
    let secret = bytes[from..info].contains(&b':') || looks_made(&bytes[from..info]);
    secret.then_some((from, info))
}

/// Prefixes of keys of well-known services and how long what follows must be.
const FORMS: [(&[u8], usize); 17] = [
    (b"ghp_", 20),
    (b"gho_", 20),
    (b"ghu_", 20),
    (b"ghs_", 20),
    (b"ghr_", 20),
    (b"github_pat_", 20),
    (b"glpat-", 16),
    (b"xoxb-", 10),
    (b"xoxp-", 10),
    (b"xoxa-", 10),
    (b"sk-", 20),
    (b"sk_live_", 10),
    (b"rk_live_", 10),
    (b"AKIA", 16),
    (b"ASIA", 16),
    (b"AIza", 30),
    (b"npm_", 30),
];

/// A key of a well-known service, or a JSON Web Token (RFC 7519: three parts, the first of which begins an object).
fn known_form(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    // Within a longer chain only its beginning counts: else a chain of prefixes would cost its square.
    if from > 0 && matches!(bytes[from - 1], b'-' | b'.') {
        return None;
    }
    let rest = &bytes[from..];
    if let Some((prefix, least)) = FORMS.iter().find(|(prefix, _)| rest.starts_with(prefix)) {
        let end = run_of(bytes, from + prefix.len(), |b| is_word(b) || b == b'-');
        return (end - from - prefix.len() >= *least).then_some((from, end));
    }
    if rest.starts_with(b"eyJ") {
        let end = run_of(bytes, from, |b| is_word(b) || b == b'-' || b == b'.');
        let dots = bytes[from..end].iter().filter(|b| **b == b'.').count();
        return (dots >= 2 && end - from >= 30).then_some((from, end));
    }
    None
}

/// A private key in PEM form (RFC 7468), up to its end or the end of the text.
fn private_key(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &bytes[at..];
    if !rest.starts_with(b"-----BEGIN ") {
        return None;
    }
    let head = rest.iter().take(60).position(|b| *b == b'\n' || *b == b'\\').unwrap_or(rest.len().min(60));
    let is_private = rest[..head].windows(11).any(|w| w == b"PRIVATE KEY");
    if !is_private {
        return None;
    }
    let tail = b"-----END ";
    let end = rest[head..].windows(tail.len()).position(|w| w == tail).map(|n| at + head + n);
    let end = match end {
        None => bytes.len(),
        Some(end) => {
            let name = run_of(bytes, end + tail.len(), |b| b.is_ascii_alphanumeric() || b == b' ');
            run_of(bytes, name, |b| b == b'-')
        }
    };
    Some((at, end))
}
