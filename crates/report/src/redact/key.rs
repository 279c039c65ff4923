//! Which keys say that their value is secret.

/// Words that make a key secret, in lower case and without separators.
const WORDS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "authorization",
    "credential",
    "privatekey",
    "accesskey",
    "cookie",
    "connectionstring",
    "signingkey",
];

/// What a key says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Nothing.
    Open,
    /// A text under it is secret. A number is not: `max_tokens` counts, and so does nearly every number beside a token.
    Text,
    /// Text and numbers under it are secret.
    All,
}

/// Judges a key, whatever its case and its separators (`apiKey`, `API-KEY`, `api.key`).
pub(super) fn secrecy(key: &str) -> Secrecy {
    // The longest sensible key; a hostile one of a megabyte is judged by its beginning.
    let lower: String =
        key.chars().filter(|c| c.is_alphanumeric()).take(256).flat_map(char::to_lowercase).collect();
    let hit = WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            // A tokenizer is a part of a language model.
            *word != "token"
                || !["izer", "iser", "ization", "isation", "ize"]
                    .iter()
                    .any(|t| lower[at + 5..].starts_with(t))
        })
    });
    if hit {
        let only_token = !WORDS.iter().filter(|w| **w != "token").any(|w| lower.contains(w));
        return if only_token { Secrecy::Text } else { Secrecy::All };
    }
    let last = key.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let last_is = |word: &str| last.eq_ignore_ascii_case(word);
    // `DB_PASS`; `PWD` alone is the working directory of a shell.
    if last_is("pass") || (last_is("pwd") && last.len() < key.len()) { Secrecy::All } else { Secrecy::Open }
}

/// Whether a text under a secret key is none: there is nothing to hide, and to hide it would hide that.
pub(super) fn is_nothing(value: &str) -> bool {
    let value = value.trim();
    // Without its bracket, which ends a word in free text.
    value.trim_end_matches(']') == super::MARK.trim_end_matches(']')
        || ["", "none", "null", "nil", "true", "false", "undefined"]
            .iter()
            .any(|n| value.eq_ignore_ascii_case(n))
        || value.chars().all(|c| c == '*' || c == '•')
}
