//! Secrets out of JSON text, token by token: no tree is built, nothing recurses, and text that is no JSON is still
//! searched as text.

use makespan_format::{clip_chars, write_json_string};

use super::key::{Secrecy, is_nothing, secrecy};
use super::{MARK, Redacted, text};

/// One open bracket.
struct Level {
    object: bool,
    secrecy: Secrecy,
    key: String,
}

/// The JSON text without its secrets. `key` is what the text as a whole is the value of.
pub(super) fn scrub(json: &str, key: Option<&str>, redacted: &mut Redacted) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    let mut levels: Vec<Level> = Vec::new();
    // What is said about the value that comes next, and by which key.
    let mut pending = key.map_or(Secrecy::Open, secrecy);
    let mut pending_key = key.unwrap_or("").to_owned();
    let mut expects_key = false;
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        match bytes[at] {
            b'{' | b'[' => {
                let object = bytes[at] == b'{';
                levels.push(Level { object, secrecy: pending, key: pending_key.clone() });
                expects_key = object;
                at += 1;
                out.push_str(&json[from..at]);
            }
            b'}' | b']' | b',' => {
                if bytes[at] != b',' {
                    levels.pop();
                }
                match levels.last() {
                    Some(level) => {
                        (pending, expects_key) = (level.secrecy, level.object && bytes[at] == b',');
                        pending_key.clone_from(&level.key);
                    }
                    None => (pending, expects_key) = (Secrecy::Open, false),
                }
                at += 1;
                out.push_str(&json[from..at]);
            }
            b'"' => {
                at = string_end(bytes, at);
                let token = &json[from..at];
                let value: String =
                    serde_json::from_str(token).unwrap_or_else(|_| token.trim_matches('"').to_owned());
                if std::mem::take(&mut expects_key) {
                    let own = secrecy(&value);
                    if own != Secrecy::Open {
                        // Cut: it is kept once for each bracket that opens below.
                        (pending, pending_key) = (own, clip_chars(&value, 60).to_owned());
                    }
                    out.push_str(token);
                    continue;
                }
                if pending != Secrecy::Open && !is_nothing(&value) && !is_count(&value, pending) {
                    redacted.key(&pending_key);
                    write_json_string(MARK, &mut out);
                } else if let Some((clean, n)) = text::scrub(&value) {
                    redacted.text += n;
                    write_json_string(&clean, &mut out);
                } else {
                    out.push_str(token);
                }
            }
            b'-' | b'0'..=b'9' => {
                while at < bytes.len() && matches!(bytes[at], b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
                {
                    at += 1;
                }
                if pending == Secrecy::All {
                    redacted.key(&pending_key);
                    write_json_string(MARK, &mut out);
                } else {
                    out.push_str(&json[from..at]);
                }
            }
            _ => {
                // White space, a colon, a word; or what is no JSON, up to the next thing that may be a token.
                at += 1;
                while at < bytes.len()
                    && !matches!(bytes[at], b'{' | b'}' | b'[' | b']' | b',' | b'"' | b'-' | b'0'..=b'9')
                {
                    at += 1;
                }
                out.push_str(&json[from..at]);
            }
        }
    }
    out
}

/// A count of tokens that stands as text.
fn is_count(value: &str, secrecy: Secrecy) -> bool {
    secrecy == Secrecy::Text && value.len() < 12 && value.parse::<f64>().is_ok()
}

/// The byte after the string that starts at `from`; the end of the text where it does not end.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
