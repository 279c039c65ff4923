//! Texts in base64, to look into.

/// Only this much of a run is decoded: a secret in it is near the beginning, or in a part of its own.
const MOST: usize = 64 << 10;

/// The shortest run that can hold a text with a secret in it.
const LEAST: usize = 16;

/// Decodes a run of base64 (RFC 4648, 4) without padding; `None` if the result is not readable text.
pub(crate) fn text(run: &[u8]) -> Option<Vec<u8>> {
    if run.len() < LEAST {
        return None;
    }
    let run = &run[..run.len().min(MOST)];
    // Readable text decodes to printable characters from the first four on; nearly everything else is rejected here.
    let mut out = Vec::new();
    for four in run.chunks(4) {
        let mut bits: u32 = 0;
        for &b in four {
            bits = bits << 6 | u32::from(value(b)?);
        }
        bits <<= 6 * (4 - four.len());
        for i in 0..four.len() - 1 {
            let byte = (bits >> (16 - 8 * i)) as u8;
            if !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
                return None;
            }
            out.push(byte);
        }
        if four.len() == 1 {
            break;
        }
    }
    Some(out)
}

/// Whether a value is `user:password` in base64, as basic authentication writes it (RFC 7617).
pub(crate) fn is_basic(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| *b != b'=').map_or(0, |i| i + 1);
    let least = &value[..end];
    let decoded = if least.len() >= 8 { text_of_any(least) } else { None };
    decoded.is_some_and(|text| text.contains(&b':'))
}

fn text_of_any(run: &[u8]) -> Option<Vec<u8>> {
    if run.len() >= LEAST {
        return text(run);
    }
    // Too short to be looked for, long enough to be understood where a key announces it.
    let mut padded = run.to_vec();
    padded.truncate(run.len() / 4 * 4);
    let mut twice = padded.clone();
    while twice.len() < LEAST {
        twice.extend_from_slice(&padded);
    }
    text(&twice)
}

fn value(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_as_text_is_decoded() {
        assert_eq!(text(b"cGFzc3dvcmQ9aHVudGVyMg").as_deref(), Some(b"password=hunter2".as_slice()));
        assert_eq!(text(b"iVBORw0KGgoAAAANSUhEUg"), None);
        assert_eq!(text(b"c2hvcnQ"), None);
        assert!(is_basic(b"dXNlcjpwYXNz") && is_basic(b"dXNlcjpwYXNzMQ==") && !is_basic(b"c2hvcnR0ZXh0"));
    }
}
