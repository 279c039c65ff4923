//! Text measurement with one built-in table of advance widths, and shortening of text to a width.
//!
//! The table contains DejaVu Sans, its bold and its monospaced face: wide faces, so that text measured here also fits
//! in fallback fonts. Kerning is ignored (it nearly always narrows).

use std::borrow::Cow;

use crate::items::{Face, Weight};
use crate::shown::shown;

include!(concat!(env!("OUT_DIR"), "/advances.rs"));

/// Font family list for proportional text, as CSS and SVG write it.
pub const FONT_STACK_SANS: &str = "\"DejaVu Sans\", Verdana, \"Segoe UI\", system-ui, sans-serif";
/// Font family list for monospaced text.
pub const FONT_STACK_MONO: &str = "\"DejaVu Sans Mono\", Menlo, Consolas, ui-monospace, monospace";

const ELLIPSIS: char = '…';
/// Longer text is never shown whole. This bounds the work on hostile names, which may consist of marks without width.
const MAX_CHARS: usize = 4096;
/// Advance of a character of unknown script, in 1/1000 em.
const OTHER: u16 = 600;

/// Returns the font family list of a face.
pub fn font_stack(face: Face) -> &'static str {
    match face {
        Face::Sans => FONT_STACK_SANS,
        Face::Mono => FONT_STACK_MONO,
    }
}

/// Returns the width of a line of text in pixels at a font size in pixels. Control characters have no width: see
/// [`visible`].
pub fn width(text: &str, size: f32, weight: Weight, face: Face) -> f32 {
    let units: u64 = text.chars().map(|c| u64::from(advance(c, weight, face))).sum();
    (units as f64 * f64::from(size) / 1000.0) as f32
}

/// Returns the advance of one character in 1/1000 em.
pub fn advance(c: char, weight: Weight, face: Face) -> u16 {
    let code = c as u32;
    if !(0x20..0x7F).contains(&code) {
        if is_zero_width(code) {
            return 0;
        }
        if !in_table(code) {
            return class_advance(code);
        }
    }
    if face == Face::Mono {
        return MONO;
    }
    let table = if weight == Weight::Bold { &SANS_BOLD } else { &SANS };
    table_index(code).and_then(|i| table.get(i)).copied().unwrap_or(OTHER)
}

fn in_table(code: u32) -> bool {
    RANGES.iter().any(|&(first, last)| (first..=last).contains(&code))
}

fn table_index(code: u32) -> Option<usize> {
    let mut before = 0;
    for (first, last) in RANGES {
        if (first..=last).contains(&code) {
            return Some((before + code - first) as usize);
        }
        before += last - first + 1;
    }
    None
}

/// Returns widths by kind of script (after Unicode Standard Annex 11): emoji, wide characters, all others.
fn class_advance(code: u32) -> u16 {
    match code {
        // Common colour emoji faces are wider than their em.
        0x1F000..=0x1FAFF => 1250,
        0x1100..=0x115F
        | 0x2300..=0x24FF
        | 0x2600..=0x27BF
        | 0x2B00..=0x2BFF
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x17000..=0x18CFF
        | 0x1B000..=0x1B2FF
        | 0x20000..=0x3FFFD => 1000,
        _ => OTHER,
    }
}

/// Returns whether it is a control, combining mark, joiner, variation selector or direction mark.
fn is_zero_width(code: u32) -> bool {
    matches!(code,
        0..=0x1F | 0x7F..=0x9F | 0xAD
        | 0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x610..=0x61A | 0x61C | 0x64B..=0x65F | 0x6D6..=0x6DC
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x20D0..=0x20FF
        | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// Returns whether a character is invisible and can mislead: controls, direction overrides, zero-width ones, line
/// separators.
fn is_hidden(c: char) -> bool {
    matches!(c as u32,
        0..=0x1F | 0x7F..=0x9F | 0xAD | 0x61C | 0x180E
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
}

/// Returns the text with every hidden character written as an escape (`
/// `, `\u{202e}`), so that a name cannot imitate another (Unicode Technical Report 36), limited to the part that people
/// read ([`shown`](crate::shown())). Backslashes are unchanged: this is for reading, not for parsing.
pub fn visible(text: &str) -> Cow<'_, str> {
    let text = shown(text);
    if !text.chars().any(is_hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) { out.extend(escape(c)) } else { out.push(c) }
    }
    Cow::Owned(out)
}

fn escape(c: char) -> impl Iterator<Item = char> {
    c.escape_default()
}

/// Returns the width of a character as [`visible`] shows it, in 1/1000 em.
fn shown_advance(c: char, weight: Weight, face: Face) -> u64 {
    if is_hidden(c) {
        escape(c).map(|e| u64::from(advance(e, weight, face))).sum()
    } else {
        u64::from(advance(c, weight, face))
    }
}

/// Returns how many 1/1000 em fit into `max` pixels; 0 for negative, NaN and absurd sizes.
fn budget(max: f32, size: f32) -> u64 {
    if size > 0.0 { (f64::from(max) * 1000.0 / f64::from(size)).floor() as u64 } else { 0 }
}

/// Returns whether the whole text, made visible, fits; looks at a bounded number of characters.
fn fits(text: &str, room: u64, weight: Weight, face: Face) -> bool {
    let mut used = 0;
    for (i, c) in text.chars().enumerate() {
        used += shown_advance(c, weight, face);
        if used > room || i >= MAX_CHARS {
            return false;
        }
    }
    true
}

/// Returns the byte offset at which the longest prefix that fits ends.
fn head(text: &str, room: u64, weight: Weight, face: Face) -> usize {
    let mut used = 0;
    for (i, (at, c)) in text.char_indices().enumerate() {
        used += shown_advance(c, weight, face);
        if used > room || i >= MAX_CHARS / 2 {
            return at;
        }
    }
    text.len()
}

/// Returns the byte offset at which the longest suffix that fits begins; never at a mark that belongs to a letter
/// before it.
fn tail(text: &str, room: u64, weight: Weight, face: Face) -> usize {
    let mut used = 0;
    let mut start = text.len();
    for (i, (at, c)) in text.char_indices().rev().enumerate() {
        let own = shown_advance(c, weight, face);
        used += own;
        if used > room || i >= MAX_CHARS / 2 {
            break;
        }
        if own > 0 {
            start = at;
        }
    }
    start
}

/// Returns the text, made [`visible`], and cut at the end with "…" if it is wider than `max` pixels; empty if not even
/// one character and the "…" fit. The work is bounded by the width, not by the length of the text.
pub fn fit(text: &str, max: f32, size: f32, weight: Weight, face: Face) -> Cow<'_, str> {
    let room = budget(max, size);
    if fits(text, room, weight, face) {
        return visible(text);
    }
    let Some(room) = room.checked_sub(u64::from(advance(ELLIPSIS, weight, face))) else {
        return Cow::Borrowed("");
    };
    let kept = text.get(..head(text, room, weight, face)).unwrap_or("").trim_end();
    if kept.is_empty() {
        return Cow::Borrowed("");
    }
    let mut out = visible(kept).into_owned();
    out.push(ELLIPSIS);
    Cow::Owned(out)
}

/// Like [`fit`], but cuts the middle, so that names that differ only at the end stay distinguishable.
pub fn fit_middle(text: &str, max: f32, size: f32, weight: Weight, face: Face) -> Cow<'_, str> {
    let room = budget(max, size);
    if fits(text, room, weight, face) {
        return visible(text);
    }
    let Some(room) = room.checked_sub(u64::from(advance(ELLIPSIS, weight, face))) else {
        return Cow::Borrowed("");
    };
    let start = text.get(..head(text, room / 2, weight, face)).unwrap_or("");
    let used: u64 = start.chars().map(|c| shown_advance(c, weight, face)).sum();
    let from = tail(text, room.saturating_sub(used), weight, face).max(start.len());
    let end = text.get(from..).unwrap_or("");
    if start.is_empty() && end.is_empty() {
        return Cow::Borrowed("");
    }
    let mut out = visible(start.trim_end()).into_owned();
    out.push(ELLIPSIS);
    out.push_str(&visible(end.trim_start()));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn sans(text: &str) -> f32 {
        width(text, 10.0, Weight::Regular, Face::Sans)
    }

    #[test]
    fn widths_are_those_of_the_face() {
        // DejaVu Sans: "i" 569, "W" 2025, of 2048 units; rounded up to 1/1000 em.
        assert_eq!(sans("i"), 2.78);
        assert_eq!(sans("W"), 9.89);
        assert!(width("W", 10.0, Weight::Bold, Face::Sans) > sans("W"));
        assert_eq!(width("iW→█", 10.0, Weight::Bold, Face::Mono), 4.0 * 6.03);
        assert_eq!(sans("漢字"), 20.0);
        assert_eq!(sans("e\u{301}"), sans("e"));
    }

    #[test]
    fn fit_cuts_the_end_or_the_middle() {
        let w = (Weight::Regular, Face::Mono);
        assert_eq!(fit("align_reads", 200.0, 10.0, w.0, w.1), "align_reads");
        assert_eq!(fit("align_reads", 43.0, 10.0, w.0, w.1), "align_…");
        assert_eq!(fit_middle("align_reads_17", 43.0, 10.0, w.0, w.1), "ali…_17");
        assert_eq!(fit("ab", 11.0, 10.0, w.0, w.1), "");
        assert_eq!(fit("", 0.0, 10.0, w.0, w.1), "");
        assert_eq!(fit("ab", f32::NAN, 10.0, w.0, w.1), "");
        assert_eq!(fit("ab", 50.0, 0.0, w.0, w.1), "");
    }

    #[test]
    fn a_megabyte_of_marks_is_cut_soon() {
        let text = format!("a{}", "\u{301}".repeat(1 << 20));
        assert!(fit(&text, 100.0, 10.0, Weight::Regular, Face::Sans).len() < 10_000);
        assert!(fit_middle(&text, 100.0, 10.0, Weight::Regular, Face::Sans).len() < 10_000);
    }

    #[test]
    fn hidden_characters_are_seen() {
        assert_eq!(visible("plain é"), "plain é");
        assert_eq!(visible("a\u{202e}b\n\0\u{200b}"), "a\\u{202e}b\\n\\u{0}\\u{200b}");
        assert_eq!(fit("a\nb", 100.0, 10.0, Weight::Regular, Face::Sans), "a\\nb");
    }

    proptest! {
        #[test]
        fn fit_never_exceeds(text in any::<String>(), max in 0f32..400.0, size in 1f32..40.0, mono: bool) {
            let face = if mono { Face::Mono } else { Face::Sans };
            for shown in [
                fit(&text, max, size, Weight::Bold, face),
                fit_middle(&text, max, size, Weight::Bold, face),
            ] {
                prop_assert!(width(&shown, size, Weight::Bold, face) <= max, "{shown:?}");
                prop_assert!(!shown.chars().any(is_hidden));
            }
        }
    }
}
