//! Order of names that hold numbers.

use std::cmp::Ordering;

/// Compares names with runs of digits taken as numbers: `w2` before `w10`, `w2` before `w02`. Any length, no number
/// is parsed. A total order that is `Equal` for equal texts only. O(length).
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    loop {
        match (x.first(), y.first()) {
            (Some(p), Some(q)) if p.is_ascii_digit() && q.is_ascii_digit() => {
                let (m, n) = (number(&mut x), number(&mut y));
                match m.len().cmp(&n.len()).then(m.cmp(n)) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
            }
            (Some(p), Some(q)) if p == q => (x, y) = (&x[1..], &y[1..]),
            // Of names that differ only in leading zeros, the one with fewer comes first.
            (None, None) => return a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (p, q) => return p.cmp(&q),
        }
    }
}

/// Takes the digits at the front and gives them without leading zeros.
fn number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let (head, rest) = text.split_at(digits);
    *text = rest;
    &head[head.iter().take_while(|c| **c == b'0').count()..]
}
