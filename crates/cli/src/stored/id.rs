//! Ids that nobody else has.

use std::hash::{BuildHasher as _, RandomState};

use makespan_format::time::format_rfc3339;

/// The longest part of a name that goes into an id, in characters.
const LONGEST_NAME: usize = 40;

/// 64 bits that cannot be foretold: the keys of a hasher come from the system's source of randomness.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0u8)
}

/// An id for a run of that name that starts now: one word of lower-case letters, digits and dashes, so that it can be
/// typed, and is a word of a shell and a part of a path. `Nightly build` becomes `nightly-build-20260105-080000-3f9a1c`.
pub(crate) fn new_run_id(name: &str, now: i64) -> String {
    let digits: String =
        format_rfc3339(now).chars().take(19).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let stamp = digits.replace('T', "-");
    let word = word_of(name);
    format!("{}-{stamp}-{:06x}", if word.is_empty() { "run" } else { &word }, random() & 0xff_ffff)
}

/// The letters and digits of a name, with a dash for each gap.
fn word_of(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
        if word.len() >= LONGEST_NAME {
            break;
        }
    }
    word.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_and_differ() {
        let id = new_run_id("Nightly build: München ", 1_767_600_000_000_000_000);
        assert!(id.starts_with("nightly-build-m-nchen-20260105-080000-"), "{id}");
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
        assert_ne!(id, new_run_id("Nightly build: München ", 1_767_600_000_000_000_000));
        assert!(new_run_id("数据 \u{1b}[2J", 0).starts_with("2j-19700101-000000-"));
        assert!(new_run_id("数据", 0).starts_with("run-"));
        assert!(new_run_id(&"x".repeat(1000), 0).len() < 70);
    }
}
