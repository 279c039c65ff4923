//! The events within a Makespan report: `<script type="application/octet-stream" id="makespan-data">`, base64 of gzip
//! of events, packed or, in older reports, as lines. They are found by searching bytes: the page around them is never
//! executed or parsed.

use memchr::memmem;

const MARK: &[u8] = b"id=\"makespan-data\"";

/// The base64 text, where the bytes are HTML with such an element; an error where the element is cut short.
pub(super) fn payload(bytes: &[u8]) -> Option<Result<&[u8], &'static str>> {
    let start = crate::encoding::without_bom(bytes).trim_ascii_start();
    if start.first() != Some(&b'<') {
        return None;
    }
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], MARK) {
        let mark = from + at;
        from = mark + MARK.len();
        // The mark counts only within a script's tag: the program text of the page holds it as well.
        let Some(tag) = memchr::memrchr(b'<', &bytes[..mark]) else { continue };
        if !bytes[tag..].starts_with(b"<script ") || memchr::memchr(b'>', &bytes[tag..mark]).is_some() {
            continue;
        }
        let Some(open) = memchr::memchr(b'>', &bytes[mark..]) else { return Some(Err("it is cut short")) };
        let body = &bytes[mark + open + 1..];
        return Some(memmem::find(body, b"</script").map(|end| &body[..end]).ok_or("it is cut short"));
    }
    None
}

/// Decodes base64 (RFC 4648, section 4); white space is passed over.
pub(crate) fn base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for (at, byte) in text.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            b if b.is_ascii_whitespace() => continue,
            _ => return Err(format!("byte {at} of its data is not valid base64")),
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Ok(out)
}
