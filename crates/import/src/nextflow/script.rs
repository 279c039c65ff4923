//! The data in the scripts of a report or a timeline, which is JavaScript rather than JSON.

use super::page::Page;
use memchr::memmem;

/// The data, as JSON, and what the page says of the run.
pub(super) struct Script {
    pub(super) json: Vec<u8>,
    pub(super) run: Option<String>,
    pub(super) version: Option<String>,
    pub(super) page: Page,
}

/// Finds the data of a page; `None` when it has none.
pub(super) fn data(bytes: &[u8], is_html: bool) -> Option<Script> {
    if !is_html {
        return None;
    }
    // Script libraries stand before it, and may hold a part of the mark.
    for mark in ["window.data = {", "window.data={", "var data=[", "var data = ["] {
        let Some(at) = memmem::rfind(bytes, mark.as_bytes()) else { continue };
        let json = json_of(bytes.get(at + mark.len() - 1..)?);
        let text = |before: &str, after: &str| {
            let from = memmem::find(bytes, before.as_bytes())? + before.len();
            let rest = bytes.get(from..from + 200.min(bytes.len() - from))?;
            let end = memmem::find(rest, after.as_bytes())?;
            Some(String::from_utf8_lossy(&rest[..end]).trim().to_owned()).filter(|t| !t.is_empty())
        };
        return Some(Script {
            json,
            run: text("<samp>[", "]"),
            version: text("Nextflow</a>, version ", "\n"),
            page: Page::read(bytes),
        });
    }
    None
}

/// A literal of JavaScript as JSON, up to the bracket that closes it: escapes that JSON does not know are undone, calls
/// such as `c1(0)` become null.
fn json_of(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().min(1 << 20));
    let (mut at, mut depth, mut in_string) = (0, 0usize, false);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if in_string {
            match byte {
                b'"' => in_string = false,
                b'\\' => {
                    let next = bytes.get(at).copied().unwrap_or(b'\\');
                    at += 1;
                    match next {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u' => {
                            out.extend([b'\\', next]);
                        }
                        b'\'' | b'$' => out.push(next),
                        // What a script of the pipeline holds: a backslash that was not escaped.
                        _ => out.extend([b'\\', b'\\', next]),
                    }
                    continue;
                }
                _ => {}
            }
            out.push(byte);
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'(' => {
                // The name before it goes too.
                while out.last().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                    out.pop();
                }
                out.extend_from_slice(b"null");
                at += bytes.get(at..).and_then(|rest| memchr::memchr(b')', rest)).map_or(0, |end| end + 1);
                continue;
            }
            _ => {}
        }
        out.push(byte);
        if depth == 0 {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javascript_becomes_json() {
        let text = br#"[{"a": "it\'s \s \$x \\", "color":c1(0), "b":[1]}]; more()"#;
        let json = String::from_utf8(json_of(text)).unwrap_or_default();
        assert_eq!(json, r#"[{"a": "it's \\s $x \\", "color":null, "b":[1]}]"#);
        assert!(serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok());
    }
}
