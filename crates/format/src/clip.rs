//! Beginnings of texts.

/// Returns the longest beginning of a text that has at most `most` bytes and does not cut a character in two.
pub fn clip(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Returns the first `most` characters of a text, or all of it if it is shorter.
pub fn clip_chars(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_keeps_characters_whole() {
        assert_eq!((clip("aé", 2), clip("aé", 3), clip("aé", 9)), ("a", "aé", "aé"));
        assert_eq!((clip_chars("éa", 1), clip_chars("éa", 2), clip_chars("", 0)), ("é", "éa", ""));
    }
}
