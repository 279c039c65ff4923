//! JSON that can be printed anywhere.

use makespan_scene::visible;

/// JSON whose strings hold no character that a terminal obeys: such ones become `\u` escapes, which are the same JSON.
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
