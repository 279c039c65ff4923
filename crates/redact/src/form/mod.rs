//! Tokens that are known by how they begin.

mod table;

use std::sync::OnceLock;

use crate::alphabet::{CAPITAL_DASH, HEX, WORD};
use crate::value::{changes, is_random};
use table::{FORMS, Form};

/// The forms by the first two bytes of their prefixes, so that a word that begins none of them costs one look.
struct Index {
    /// Index in `order` of the forms that begin with a pair of 7-bit characters, plus one; 0 if there are none.
    first: Vec<u16>,
    order: Vec<(u16, &'static Form)>,
}

/// The longest token within a chain of words.
const IN_CHAIN: usize = 200;

fn pair(a: u8, b: u8) -> u16 {
    u16::from(a & 127) << 7 | u16::from(b & 127)
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let pair_of = |form: &Form| {
            let bytes = form.prefix.as_bytes();
            pair(bytes.first().copied().unwrap_or(0), bytes.get(1).copied().unwrap_or(0))
        };
        let mut order: Vec<_> = FORMS.iter().map(|form| (pair_of(form), form)).collect();
        // Of two forms with the same beginning, the longer one is tried first.
        order.sort_by_key(|(pair, form)| (*pair, std::cmp::Reverse(form.prefix.len())));
        let mut first = vec![0; 1 << 14];
        for (i, (pair, _)) in order.iter().enumerate().rev() {
            first[usize::from(*pair)] = i as u16 + 1;
        }
        Index { first, order }
    })
}

/// The token that begins at `from`, which is the beginning of a word: where it ends, and its rule.
pub(crate) fn token(bytes: &[u8], from: usize) -> Option<(usize, &'static str)> {
    let (a, b) = (*bytes.get(from)?, *bytes.get(from + 1)?);
    if !a.is_ascii() || !b.is_ascii() {
        return None;
    }
    let index = index();
    let wanted = pair(a, b);
    let first = usize::from(index.first[usize::from(wanted)]).checked_sub(1)?;
    // Within a chain of words none is looked at to the end of the chain: that would cost its square.
    let joined = from.checked_sub(1).is_some_and(|i| matches!(bytes[i], b'-' | b'.' | b'/' | b'+'));
    let bytes = if joined { &bytes[..bytes.len().min(from + IN_CHAIN)] } else { bytes };
    let alike = index.order[first..].iter().take_while(|(pair, _)| *pair == wanted);
    alike.filter_map(|(_, form)| Some((form.end(bytes, from)?, form.rule))).next()
}

/// Whether a text in short parts is made: digits and letters of both cases that change often.
fn is_mixed(text: &[u8]) -> bool {
    let kinds = |is: fn(&u8) -> bool| text.iter().filter(|b| is(b)).count();
    kinds(u8::is_ascii_digit) >= 2
        && kinds(u8::is_ascii_uppercase) >= 2
        && kinds(u8::is_ascii_lowercase) >= 2
        && changes(text) * 3 >= text.len()
}

impl Form {
    fn end(&self, bytes: &[u8], from: usize) -> Option<usize> {
        if !bytes[from..].starts_with(self.prefix.as_bytes()) {
            return None;
        }
        let begin = from + self.prefix.len();
        let end = self.alphabet.end(bytes, begin, self.most.saturating_add(2));
        // A full stop that ends a sentence, or a dash after it, is not part of the token.
        let mut shorter = end;
        while shorter > begin && matches!(bytes[shorter - 1], b'.' | b'-') {
            shorter -= 1;
        }
        self.fits(bytes, begin, end).or_else(|| self.fits(bytes, begin, shorter))
    }

    /// Returns the end of the token with its padding, if the text between can be a token.
    fn fits(&self, bytes: &[u8], begin: usize, end: usize) -> Option<usize> {
        if bytes[..end].ends_with(b".") {
            return None;
        }
        let length = end - begin;
        let text = &bytes[begin..end];
        let padded = end + bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
        let whole = bytes.get(end).is_none_or(|b| !WORD.has(*b));
        let fits = length >= self.least && length <= self.most && whole;
        // A number of hexadecimal digits may happen to hold no letter.
        let made = self.alphabet == HEX || self.alphabet == CAPITAL_DASH || is_random(text) || is_mixed(text);
        (fits && made).then_some(padded)
    }
}
