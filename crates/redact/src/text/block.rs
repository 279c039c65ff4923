//! Private keys that fill lines of their own.

use super::found::{Found, run_of};

/// A private key in PEM form (RFC 7468) or one of its kin, up to its end or the end of what can belong to it.
pub(super) fn private_key(bytes: &[u8], at: usize) -> Option<Found> {
    let dashes = run_of(&bytes[..bytes.len().min(at + 8)], at, |b| b == b'-');
    let begin = bytes.get(dashes..)?;
    if dashes - at < 4 || !begin.trim_ascii_start().starts_with(b"BEGIN ") {
        return None;
    }
    let head = begin.iter().take(80).position(|b| *b == b'\n' || *b == b'\\').unwrap_or(begin.len().min(80));
    if !begin[..head].windows(11).any(|w| w == b"PRIVATE KEY") {
        return None;
    }
    let from = dashes + head;
    let body = |b: u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\:,.-_%()".contains(&b);
    let to = run_of(bytes, from, body);
    let tail = b"-----END ";
    let closing = bytes[from..to].windows(tail.len()).position(|w| w == tail);
    let end = match closing {
        None => to,
        Some(n) => {
            let name = run_of(bytes, from + n + tail.len(), |b| b.is_ascii_alphanumeric() || b == b' ');
            run_of(bytes, name, |b| b == b'-')
        }
    };
    Found::new(at, end, "private key")
}
