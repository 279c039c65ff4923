//! Tokens without a prefix of their own, known by the lengths of their parts.

use super::found::{Found, run_of};
use crate::alphabet::*;
use crate::value::{changes, is_random};

/// A token whose first word begins at `from`.
pub(super) fn at(bytes: &[u8], from: usize) -> Option<Found> {
    match bytes[from] {
        b'e' => web_token(bytes, from),
        b'A' => access_key(bytes, from).or_else(|| cloud_messaging(bytes, from)),
        b'M' | b'N' | b'O' => bot(bytes, from),
        b't' => rancher(bytes, from),
        b's' => legacy_vault(bytes, from),
        b'p' => clickup(bytes, from),
        _ => None,
    }
    .or_else(|| if bytes[from].is_ascii_hexdigit() { digits(bytes, from) } else { None })
    .or_else(|| long_word(bytes, from))
    .or_else(|| entra(bytes, from))
}

/// A JSON Web Token or encrypted one (RFC 7519, 7516), also when its end was cut.
fn web_token(bytes: &[u8], from: usize) -> Option<Found> {
    if !bytes[from..].starts_with(b"eyJ") {
        return None;
    }
    // Within a longer chain only its beginning counts: else a chain of beginnings would cost its square.
    if from > 0 && matches!(bytes[from - 1], b'-' | b'.') {
        return None;
    }
    let end = PARTS.end(bytes, from, usize::MAX);
    let text = &bytes[from..end];
    let mut parts = text.split(|b| *b == b'.');
    let first = parts.next().map_or(0, <[u8]>::len);
    let second = parts.next()?;
    let dots = 1 + parts.count();
    let whole = dots >= 2 && text.len() >= 30 || second.starts_with(b"eyJ");
    (first >= 10 && whole).then(|| Found::new(from, end, "JSON Web Token")).flatten()
}

/// An id of an access key of AWS.
fn access_key(bytes: &[u8], from: usize) -> Option<Found> {
    let known = [&b"AKIA"[..], b"ASIA", b"ABIA", b"ACCA"].iter().any(|p| bytes[from..].starts_with(p));
    let end = ALNUM.end(bytes, from, 32);
    let good = known && end - from == 20 && bytes[from..end].iter().all(|b| CAPITAL.has(*b));
    let whole = bytes.get(end).is_none_or(|b| !WORD.has(*b));
    (good && whole).then(|| Found::new(from, end, "AWS access key")).flatten()
}

/// Keys of Firebase's messaging, bearers of Twitter.
fn cloud_messaging(bytes: &[u8], from: usize) -> Option<Found> {
    let colon = bytes.get(from + 11) == Some(&b':');
    if !bytes[from..].starts_with(b"AAAA") || !colon && !bytes[from..].starts_with(b"AAAAAAAAAAAA") {
        return None;
    }
    let near = &bytes[..bytes.len().min(from + 512)];
    let end = run_of(near, from, |b| URL64.has(b) || b == b'%' || b == b':');
    let text = &bytes[from..end];
    let firebase = text.len() > 140 && text.windows(7).any(|w| w == b":APA91b");
    let twitter = text.starts_with(b"AAAAAAAAAAAAAAAAAAAAA") && text.len() > 80 && is_random(&text[21..]);
    let rule = if firebase { "Firebase key" } else { "Twitter token" };
    (firebase || twitter).then(|| Found::new(from, end, rule)).flatten()
}

/// A token of a bot of Discord: an id in base64, a time, a signature.
fn bot(bytes: &[u8], from: usize) -> Option<Found> {
    let first = URL64.end(bytes, from, 40);
    let second = URL64.end(bytes, (first + 1).min(bytes.len()), 16);
    let third = URL64.end(bytes, (second + 1).min(bytes.len()), 64);
    let dots = bytes.get(first) == Some(&b'.') && bytes.get(second) == Some(&b'.');
    let fits = (23..=28).contains(&(first - from))
        && dots
        && second - first == 7
        && (27..=40).contains(&(third - second - 1));
    (fits && is_random(&bytes[from..third])).then(|| Found::new(from, third, "Discord token")).flatten()
}

fn rancher(bytes: &[u8], from: usize) -> Option<Found> {
    let colon = URL64.end(bytes, from, 16);
    let end = SMALL.end(bytes, (colon + 1).min(bytes.len()), 60);
    let fits =
        bytes[from..].starts_with(b"token-") && bytes.get(colon) == Some(&b':') && end - colon - 1 == 54;
    fits.then(|| Found::new(from, end, "Rancher token")).flatten()
}

/// `s.` and 24 characters, as Vault wrote its tokens up to 1.9.
fn legacy_vault(bytes: &[u8], from: usize) -> Option<Found> {
    if bytes.get(from + 1) != Some(&b'.') {
        return None;
    }
    let end = ALNUM.end(bytes, from + 2, 32);
    let text = &bytes[from + 2..end];
    (text.len() == 24 && changes(text) >= 8).then(|| Found::new(from, end, "Vault token")).flatten()
}

fn clickup(bytes: &[u8], from: usize) -> Option<Found> {
    if !bytes[from..].starts_with(b"pk_") {
        return None;
    }
    let number = DIGITS.end(bytes, from + 3, 12);
    let end = CAPITAL.end(bytes, (number + 1).min(bytes.len()), 40);
    let fits = number > from + 3 && bytes.get(number) == Some(&b'_') && end - number == 33;
    fits.then(|| Found::new(from, end, "ClickUp token")).flatten()
}

/// Tokens that begin with a number or hexadecimal digits and have a part after a separator.
fn digits(bytes: &[u8], from: usize) -> Option<Found> {
    let first = HEX.end(bytes, from, 40);
    let rest = bytes.get(first + 1..)?;
    let number = bytes[from..first].iter().all(u8::is_ascii_digit);
    let length = first - from;
    match bytes[first] {
        // Telegram: the number of a bot and 35 characters.
        b':' if number && (8..=11).contains(&length) => {
            let end = URL64.end(rest, 0, 40);
            (end == 35 && (rest.starts_with(b"AA") || is_random(&rest[..end])))
                .then(|| Found::new(from, first + 36, "Telegram token"))
                .flatten()
        }
        // Mailchimp: 32 digits and a data centre.
        b'-' if length == 32 && rest.starts_with(b"us") && rest.get(2).is_some_and(u8::is_ascii_digit) => {
            Found::new(from, DIGITS.end(bytes, first + 3, 3), "Mailchimp key")
        }
        // Mailgun: three groups.
        b'-' if length == 32
            && HEX.end(rest, 0, 9) == 8
            && rest.get(8) == Some(&b'-')
            && HEX.end(rest, 9, 9) == 17 =>
        {
            Found::new(from, first + 18, "Mailgun key")
        }
        // Facebook: the number of an application and its secret.
        b'|' if number && (14..=17).contains(&length) => {
            let end = URL64.end(rest, 0, 48);
            (end >= 24 && is_random(&rest[..end]))
                .then(|| Found::new(from, first + 1 + end, "Facebook token"))
                .flatten()
        }
        // Asana: a version, a user, and 32 digits.
        b'/' if number && length == 1 => {
            let user = DIGITS.end(rest, 0, 20);
            let more = if rest.get(user) == Some(&b'/') { DIGITS.end(rest, user + 1, 20) } else { user };
            let end = HEX.end(rest, (more + 1).min(rest.len()), 40);
            let fits = user >= 15 && rest.get(more) == Some(&b':') && end - more == 33;
            fits.then(|| Found::new(from, first + 1 + end, "Asana token")).flatten()
        }
        _ => None,
    }
}

/// Words with a sign of their own within: `_mmk` of MaxMind, `.atlasv1.` of Terraform Cloud, `AZDO` of Azure DevOps.
fn long_word(bytes: &[u8], from: usize) -> Option<Found> {
    let end = ALNUM.end(bytes, from, 100);
    let rest = &bytes[end..];
    match end - from {
        6 if rest.starts_with(b"_") => {
            let last = ALNUM.end(bytes, end + 1, 32);
            (last - end == 30 && bytes[last..].starts_with(b"_mmk"))
                .then(|| Found::new(from, last + 4, "MaxMind key"))
                .flatten()
        }
        14 if rest.starts_with(b".atlasv1.") => {
            let last = URL64.end(bytes, end + 9, 100);
            (last - end >= 60).then(|| Found::new(from, last, "Terraform token")).flatten()
        }
        84 if &bytes[from + 76..from + 80] == b"AZDO" => Found::new(from, end, "Azure DevOps token"),
        _ => None,
    }
}

/// A client secret of Microsoft Entra: `Q~` after three characters and a digit.
fn entra(bytes: &[u8], from: usize) -> Option<Found> {
    let sign = (from + 1..from + 6).find(|i| bytes.get(*i..i + 2) == Some(b"Q~"))?;
    let end = run_of(&bytes[..bytes.len().min(sign + 64)], sign + 2, |b| PARTS.has(b) || b == b'~');
    let fits = bytes[sign - 1].is_ascii_digit() && (30..=36).contains(&(end - sign - 2));
    fits.then(|| Found::new(from, end, "Azure client secret")).flatten()
}

/// The rule of a run of base64 that is a key of a known length: 40 characters of AWS, 88 of Azure. Digests in base64 are of
/// 28, 44, 64 and 88; the last ones are written with their name.
pub(super) fn bare(bytes: &[u8], from: usize, end: usize, fresh: bool) -> Option<&'static str> {
    let text = &bytes[from..end];
    let pads = bytes[end..].iter().take(3).take_while(|b| **b == b'=').count();
    let before = if fresh { b' ' } else { from.checked_sub(1).map_or(b' ', |i| bytes[i]) };
    let after = bytes.get(end + pads).copied().unwrap_or(b' ');
    let full_stop = after == b'.' && bytes.get(end + pads + 1).is_none_or(|b| !b.is_ascii_alphanumeric());
    let joins = |b: u8| matches!(b, b'-' | b'_' | b'.' | b'%' | b'@');
    let alone = !joins(before) && (full_stop || !joins(after) && !URL64.has(after));
    if !alone {
        return None;
    }
    let kinds = |is: fn(&u8) -> bool| text.iter().filter(|b| is(b)).count();
    let mixed = kinds(u8::is_ascii_uppercase) >= 4
        && kinds(u8::is_ascii_lowercase) >= 4
        && kinds(u8::is_ascii_digit) >= 1;
    match (text.len(), pads) {
        (40, 0) if mixed && changes(text) >= 16 => Some("AWS secret key"),
        (86, 2) if mixed && changes(text) >= 30 && !follows_digest(bytes, from) => Some("Azure key"),
        _ => None,
    }
}

/// Returns whether the name of a digest precedes a run: `sha512-…`, `sha512: …`, `digest=…`.
fn follows_digest(bytes: &[u8], from: usize) -> bool {
    let before = &bytes[from.saturating_sub(16)..from];
    [&b"sha512"[..], b"SHA512", b"sha-512", b"SHA-512", b"igest", b"tegrity", b"hash", b"sum"]
        .iter()
        .any(|name| before.windows(name.len()).any(|w| w == *name))
}
