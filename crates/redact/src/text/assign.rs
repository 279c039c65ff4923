//! Keys and their values in free text: `password=…`, `"apiKey": "…"`, headers, elements of XML, and sentences.

use super::found::{Found, blanks, run_of};
use crate::alphabet::{HEX, PARTS, WORD};
use crate::base64::is_basic;
use crate::key::{Said, judge};
use crate::value::{
    is_code, is_credential_kind, is_made, is_name, is_nothing, is_path, is_prose, is_random, is_reference,
    is_sentence, is_settings,
};

/// The longest key that is looked at.
const KEY: usize = 128;

/// Number of bytes of a value that are looked at to judge it; without it, consecutive keys would take quadratic time.
const NEAR: usize = 128;

/// The separator between a key and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `=`
    Equal,
    /// `:` without a space after it.
    Colon,
    /// `:` and a blank, as in prose, YAML and headers.
    ColonBlank,
}

/// A value in its place.
pub(super) struct Value {
    pub(super) from: usize,
    pub(super) to: usize,
    quoted: bool,
}

/// The secret that is assigned to the key at `from`; else the end of the key that was judged.
pub(super) fn assignment(bytes: &[u8], from: usize) -> Result<Found, usize> {
    let key_end = PARTS.end(bytes, from, KEY);
    let Some((sign, at)) = sign(bytes, key_end) else { return Err(key_end) };
    let key = &bytes[from..key_end];
    // `<add key="ApiKey" value="…">`, `name="password" value="…"`.
    if matches!(key, b"key" | b"name" | b"Key" | b"Name")
        && let Some(found) = attribute(bytes, at)
    {
        return Ok(found);
    }
    let said = match judge(key) {
        Said::Open | Said::Described => return Err(key_end),
        Said::Pass if key == b"PASS" && sign != Sign::Equal => return Err(key_end),
        said => said,
    };
    let before = from.checked_sub(1).map_or(b' ', |i| bytes[i]);
    // `/etc/passwd: not found`
    if before == b'/' && sign != Sign::Equal {
        return Err(key_end);
    }
    let unexpected = matches!(said, Said::Weak(_)) && follows_complaint(bytes, from);
    let found = match said {
        Said::Header(rule) => header(bytes, at, sign, rule),
        Said::Query(rule) => query(bytes, from, at, rule),
        _ if unexpected => None,
        _ => plain(bytes, at, sign, said),
    };
    found.ok_or(key_end)
}

/// The sign after a key, and where the value begins. Quotes of the key are passed.
fn sign(bytes: &[u8], key_end: usize) -> Option<(Sign, usize)> {
    let near = &bytes[..bytes.len().min(key_end + 24)];
    let quoted = run_of(near, key_end, |b| matches!(b, b'"' | b'\'' | b'\\' | b']' | b'`'));
    let mut at = blanks(near, quoted);
    for (escape, sign) in
        [(&b"%3D"[..], Sign::Equal), (b"%3d", Sign::Equal), (b"%3A", Sign::Colon), (b"\\u003d", Sign::Equal)]
    {
        if near[at..].starts_with(escape) {
            return Some((sign, at + escape.len()));
        }
    }
    let rest = near.get(at..)?;
    // `a::b` is a path, `password://` an address.
    if rest.starts_with(b"::") || rest.starts_with(b"://") {
        return None;
    }
    let sign = match rest.first()? {
        b'=' => Sign::Equal,
        b':' => Sign::Colon,
        _ => return None,
    };
    at += 1;
    let mut sign = sign;
    while at < near.len() && matches!(near[at], b'=' | b'>' | b'~') {
        (sign, at) = (Sign::Equal, at + 1);
    }
    let value = blanks(bytes, at);
    if sign == Sign::Colon && value > at {
        sign = Sign::ColonBlank;
    }
    Some((sign, value))
}

/// The place of a value: within its quotes, else up to what ends a word.
pub(super) fn value(bytes: &[u8], from: usize) -> Option<Value> {
    value_within(bytes, from)
}

/// The same, looking only at a bounded part until the value is known to be a secret.
fn value_near(bytes: &[u8], from: usize) -> Option<Value> {
    value_within(&bytes[..bytes.len().min(from + NEAR)], from)
}

fn value_within(bytes: &[u8], from: usize) -> Option<Value> {
    let open = run_of(bytes, from, |b| b == b'\\');
    let slashes = open - from;
    if let Some(&quote) = bytes.get(open).filter(|b| matches!(b, b'"' | b'\'' | b'`')) {
        let (mut at, mut before) = (open + 1, 0);
        while at < bytes.len() && bytes[at] != b'\n' {
            if bytes[at] == quote && (before == slashes || slashes == 0 && before % 2 == 0) {
                break;
            }
            before = if bytes[at] == b'\\' { before + 1 } else { 0 };
            at += 1;
        }
        let closed = at < bytes.len() && bytes[at] == quote;
        let to = if closed { at - slashes } else { at };
        return (to > open + 1).then_some(Value { from: open + 1, to, quoted: true });
    }
    if bytes.get(from) == Some(&b'{') {
        // `Pwd={a;b}` of ODBC.
        let end = run_of(bytes, from, |b| b != b'}' && b != b'\n' && b != b'"');
        let braced = bytes.get(end) == Some(&b'}') && bytes.get(from + 1) != Some(&b'{');
        if braced && bytes.get(end + 1).is_none_or(|b| matches!(b, b';' | b'"' | b'\'' | b' ')) {
            return (end > from + 1).then_some(Value { from: from + 1, to: end, quoted: false });
        }
    }
    let ends = |at: usize| {
        let b = bytes[at];
        b.is_ascii_whitespace()
            || matches!(
                b,
                b',' | b';' | b'&' | b')' | b'}' | b']' | b'"' | b'\'' | b'<' | b'|' | b'`' | b'\\'
            )
            || b == b'%' && matches!(bytes.get(at + 1..at + 3), Some(b"26" | b"20" | b"22" | b"0A"))
    };
    let mut end = from;
    while end < bytes.len() && !ends(end) {
        end += 1;
    }
    // `<password>`, a place for one.
    if bytes.get(from) == Some(&b'<') {
        return None;
    }
    (end > from).then_some(Value { from, to: end, quoted: false })
}

/// Whether the words that follow on the same line make a sentence of a value.
fn goes_on(bytes: &[u8], to: usize) -> bool {
    let next = blanks(bytes, to);
    next > to && bytes.get(next).is_some_and(|b| b.is_ascii_lowercase() || *b == b'(')
}

/// Whether an error complains of a token of a language: `Unexpected token: …`.
fn follows_complaint(bytes: &[u8], from: usize) -> bool {
    let before = bytes[..from].trim_ascii_end();
    let start =
        before.iter().rev().take(16).position(|b| !b.is_ascii_alphabetic()).map_or(0, |n| before.len() - n);
    let word = &before[start.min(before.len())..];
    let complaints: [&[u8]; 9] = [
        b"unexpected",
        b"invalid",
        b"illegal",
        b"unknown",
        b"expected",
        b"bad",
        b"next",
        b"near",
        b"unrecognized",
    ];
    complaints.iter().any(|c| word.eq_ignore_ascii_case(c))
}

/// Returns the value of a key, if it may be a secret.
fn plain(bytes: &[u8], at: usize, sign: Sign, said: Said) -> Option<Found> {
    let place = value_near(bytes, at)?;
    let mut to = place.to;
    let text = &bytes[place.from..to];
    if !place.quoted {
        // The full stop of a sentence.
        if text.ends_with(b".") && bytes.get(to).is_none_or(u8::is_ascii_whitespace) && text.len() > 1 {
            to -= 1;
        }
        // A pinned version of a package, such as `password-hash==1.2.0`.
        let is_version = text.contains(&b'.') && text.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let is_pinned = is_version && bytes[..place.from].ends_with(b"==");
        if is_pinned || is_code(text) || matches!(bytes.get(to), Some(b'(')) {
            return None;
        }
    }
    // The scheme of `"token": "Bearer …"` stays.
    if let Some(found) = scheme(bytes, place.from)
        && found.from < place.from + 16
    {
        return Some(found);
    }
    let text = &bytes[place.from..to];
    let aside = text.starts_with(b"(");
    let goes_on = goes_on(bytes, to) && !is_made(text, false);
    let prose = !place.quoted && sign == Sign::ColonBlank && (aside || goes_on);
    if prose || !is_secret(text, said, sign, place.quoted) {
        return None;
    }
    let to = if to >= at + NEAR { value(bytes, at)?.to } else { to };
    Found::new(place.from, to, rule(said))
}

pub(super) fn rule(said: Said) -> &'static str {
    match said {
        Said::Strong(rule) | Said::Weak(rule) | Said::Header(rule) | Said::Query(rule) => rule,
        Said::Pass | Said::Open | Said::Described => "pass",
    }
}

/// Whether a value of a key in text is a secret.
fn is_secret(text: &[u8], said: Said, sign: Sign, quoted: bool) -> bool {
    if is_nothing(text) || is_reference(text) || is_prose(text) || is_sentence(text) {
        return false;
    }
    let number = text.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    match said {
        Said::Strong("token") => {
            let short = number && text.len() < 6 || is_name(text) && text.len() < 20;
            !is_path(text) && !short
        }
        Said::Strong(rule) => {
            let word = is_name(text) && !quoted && sign == Sign::ColonBlank && text.contains(&b'-');
            let short = number && text.len() < 4 && sign != Sign::Equal;
            let calm = rule.ends_with("key") && (text.len() < 3 || is_name(text) && text.len() < 8);
            let named = rule == "secret" && word || rule == "credential" && is_credential_kind(text);
            !(is_path(text) || named || short || calm)
        }
        Said::Weak("auth") => is_basic(text) || is_made(text, true) && is_random(text) && !is_path(text),
        Said::Weak(_) => {
            !is_path(text)
                && !text.starts_with(b"http")
                && (is_made(text, true) || text.len() >= 20 && is_random(text))
        }
        Said::Pass => !number && !is_path(text) && (sign == Sign::Equal || quoted || is_made(text, false)),
        Said::Open | Said::Described | Said::Header(_) | Said::Query(_) => false,
    }
}

/// The value of a secret header, up to the end of the line or the closing quote.
fn header(bytes: &[u8], at: usize, sign: Sign, rule: &'static str) -> Option<Found> {
    let all = bytes;
    let bytes = &all[..all.len().min(at + NEAR)];
    let found = header_near(bytes, at, sign, rule)?;
    if found.to < bytes.len() || bytes.len() == all.len() {
        return Some(found);
    }
    let to = run_of(all, found.to, |b| b >= b' ' && !matches!(b, b'"' | b'\'' | b'\\' | b'`'));
    Found::new(found.from, to, rule)
}

fn header_near(bytes: &[u8], at: usize, sign: Sign, rule: &'static str) -> Option<Found> {
    let open = run_of(bytes, at, |b| b == b'\\' || b == b'[');
    let quote = bytes.get(open).copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let (from, to) = match quote {
        Some(_) => value(bytes, run_of(bytes, at, |b| b == b'[')).map(|v| (v.from, v.to))?,
        None => {
            let ends = |b: u8| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\');
            (at, run_of(bytes, at, |b| !ends(b)))
        }
    };
    if let Some(found) = scheme(bytes, from) {
        return Some(found);
    }
    let text = bytes[from..to].trim_ascii_end();
    if is_nothing(text) || is_reference(text) || is_prose(text) {
        return None;
    }
    let to = from + text.len();
    if rule.contains("cookie") {
        if is_settings(text, |name| matches!(judge(name), Said::Open | Said::Described)) {
            return None;
        }
        let pairs = text.contains(&b'=') && !is_sentence(text);
        return if pairs || is_random(text) && sign != Sign::Equal {
            Found::new(from, to, rule)
        } else {
            None
        };
    }
    let first = run_of(bytes, from, |b| !b.is_ascii_whitespace() && b != b',').min(to);
    let scheme_like =
        is_prose(&bytes[from..first]) || bytes[from..first].iter().all(u8::is_ascii_alphabetic) && first < to;
    if scheme_like {
        // An unknown scheme, followed by a generated value.
        let next = blanks(bytes, first);
        return if is_random(&bytes[next.min(to)..to]) && !is_sentence(text) {
            Found::new(next, to, rule)
        } else {
            None
        };
    }
    if quote.is_some() || is_random(&bytes[from..first]) || is_basic(&bytes[from..first]) {
        return Found::new(from, if quote.is_some() { to } else { first }, rule);
    }
    None
}

/// The value of a parameter that signs an address or identifies its user.
fn query(bytes: &[u8], from: usize, at: usize, rule: &'static str) -> Option<Found> {
    let before = &bytes[..from];
    let among =
        [&b"?"[..], b"&", b"%26", b"%3F", b"&amp;", b"\\u0026", b";"].iter().any(|s| before.ends_with(s));
    if !among {
        return None;
    }
    let to =
        run_of(bytes, at, |b| WORD.has(b) || matches!(b, b'-' | b'.' | b'~' | b'%' | b'+' | b'/' | b'='));
    let text = &bytes[at..to];
    (among && text.len() >= 16 && is_random(text)).then(|| Found::new(at, to, rule)).flatten()
}

/// `value="…"` after `key="…"`.
fn attribute(bytes: &[u8], at: usize) -> Option<Found> {
    let name = value(bytes, at)?;
    if !name.quoted || name.to - name.from > KEY {
        return None;
    }
    let said = judge(&bytes[name.from..name.to]);
    let strong = matches!(said, Said::Strong(_) | Said::Weak(_) | Said::Pass);
    let near = &bytes[..bytes.len().min(name.to + 48)];
    let next = run_of(near, name.to, |b| matches!(b, b'"' | b'\'' | b'\\' | b' ' | b',' | b'\t'));
    let is_value = near[next..].starts_with(b"value") || near[next..].starts_with(b"Value");
    if !strong || !is_value {
        return None;
    }
    let (sign, at) = sign(bytes, next + 5)?;
    plain(bytes, at, sign, said)
}

/// Schemes of `Authorization` (RFC 9110, 11), and those of services.
const SCHEMES: [&[u8]; 13] = [
    b"bearer",
    b"basic",
    b"token",
    b"digest",
    b"apikey",
    b"splunk",
    b"ssws",
    b"aws4-hmac-sha256",
    b"sharedkey",
    b"sharedaccesssignature",
    b"genie",
    b"bot",
    b"negotiate",
];

/// `Bearer …`, `Basic …` and similar, anywhere in text: the value must look generated.
pub(super) fn scheme(bytes: &[u8], from: usize) -> Option<Found> {
    let end = run_of(&bytes[..bytes.len().min(from + 24)], from, |b| WORD.has(b) || b == b'-');
    let word = &bytes[from..end];
    // The names of all of them begin with one of these letters.
    if !matches!(
        word.first(),
        Some(b'a' | b'A' | b'b' | b'B' | b'd' | b'D' | b'g' | b'G' | b'n' | b'N' | b's' | b'S' | b't' | b'T')
    ) {
        return None;
    }
    let which = SCHEMES.iter().position(|s| word.eq_ignore_ascii_case(s))?;
    let start = blanks(bytes, end);
    if start == end {
        return None;
    }
    let signed = which == 7 || which == 9;
    let belongs =
        |b: u8| WORD.has(b) || matches!(b, b'-' | b'.' | b'~' | b'+' | b'/' | b'=' | b':' | b'%' | b'&');
    let until_end = |b: u8| b != b'\n' && b != b'\r' && b != b'\'' && b != b'\\';
    let near = &bytes[..bytes.len().min(start + 4 * NEAR)];
    if which == 3 {
        return digest(near, start);
    }
    let stop = if signed { run_of(near, start, until_end) } else { run_of(bytes, start, belongs) };
    let text = &bytes[start..stop];
    let good = match which {
        0 => text.len() >= 8 && (is_random(text) || is_made(text, false)),
        1 => is_basic(text) || text.len() >= 8 && is_random(text),
        2 | 11 => text.len() >= 16 && is_random(text),
        7 => text.windows(10).any(|w| w == b"Signature="),
        _ => text.len() >= 16 && is_random(text),
    };
    good.then(|| Found::new(start, stop, "authorization")).flatten()
}

/// The values of digest authentication (RFC 7616), up to the response.
fn digest(bytes: &[u8], from: usize) -> Option<Found> {
    if !bytes[from..].iter().take(24).any(|b| *b == b'=') {
        return None;
    }
    let response = bytes[from..].windows(9).position(|w| w == b"response=").map(|n| from + n + 9)?;
    let begin = run_of(bytes, response, |b| matches!(b, b'"' | b'\\'));
    let end = HEX.end(bytes, begin, 128);
    let one_line = !bytes[from..end].contains(&b'\n');
    (end >= begin + 32 && one_line).then(|| Found::new(from, end, "authorization")).flatten()
}

/// `the password is hunter2`, `IDENTIFIED BY '…'`, `login ann password hunter2`: a word, a blank, and what looks made.
pub(super) fn spoken(bytes: &[u8], from: usize) -> Option<Found> {
    let end = WORD.end(bytes, from, 24);
    let word = &bytes[from..end];
    let at = blanks(bytes, end);
    if at == end && bytes.get(end) != Some(&b'\n') {
        return None;
    }
    let is = |other: &[u8]| word.eq_ignore_ascii_case(other);
    if is(b"identified") && bytes.len() > at + 3 && bytes[at..at + 3].eq_ignore_ascii_case(b"by ") {
        let place = value(bytes, blanks(bytes, at + 3)).filter(|v| v.quoted)?;
        return Found::new(place.from, place.to, "password");
    }
    let password = is(b"password") || is(b"passwd") || is(b"passphrase") || is(b"pwd");
    let token = is(b"token") || is(b"secret") || is(b"key");
    if !password && !token {
        return None;
    }
    let is_end = [&b"is "[..], b"was ", b"= ", b"of "]
        .iter()
        .find(|w| bytes[at..].starts_with(w))
        .map(|w| at + w.len());
    let begins = is_end.unwrap_or(at);
    let place = value_near(bytes, begins)?;
    let text = bytes[place.from..place.to].trim_ascii_end();
    let text = text.strip_suffix(b".").unwrap_or(text);
    let netrc = bytes[from.saturating_sub(160)..from].windows(6).any(|w| w == b"login ");
    let good = if password {
        !is_nothing(text)
            && !is_reference(text)
            && !text.contains(&b' ')
            && (netrc
                || place.quoted && !is_prose(text) && begins == at && !is_name(text)
                || is_made(text, is_end.is_none()) && !is_path(text) && !is_code(text))
    } else {
        is_end.is_some() && text.len() >= 16 && is_random(text) && !is_path(text) && !is_code(text)
    };
    let near = begins + NEAR;
    // Only the beginning was judged; a longer value is hidden as a whole.
    let to = if place.to >= near { value(bytes, begins)?.to } else { place.from + text.len() };
    good.then(|| Found::new(place.from, to, "password")).flatten()
}

/// `<password>…</password>`
pub(super) fn element(bytes: &[u8], at: usize) -> Option<Found> {
    let key = at + 1;
    let key_end = run_of(&bytes[..bytes.len().min(key + KEY)], key, |b| PARTS.has(b) || b == b':');
    let said = judge(&bytes[key..key_end]);
    if bytes.get(key_end) != Some(&b'>') || !matches!(said, Said::Strong(_) | Said::Weak(_) | Said::Pass) {
        return None;
    }
    let from = key_end + 1;
    let to = run_of(bytes, from, |b| b != b'<' && b != b'\n');
    let closed = bytes.get(to..to + 2) == Some(b"</");
    let text = &bytes[from..to];
    (closed && is_secret(text, said, Sign::Equal, true)).then(|| Found::new(from, to, rule(said))).flatten()
}
