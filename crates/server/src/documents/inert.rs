//! JSON that is safe to print on a terminal.

use makespan_scene::visible;

/// Returns JSON without characters that a terminal interprets: they become `\u` escapes, which are equal JSON.
pub fn inert_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0u16; 2];
    for c in json.chars() {
        // Line breaks that this program adds are outside strings.
        if c == '\n' || visible(c.encode_utf8(&mut [0; 4])) == c.encode_utf8(&mut [0; 4]) as &str {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}
