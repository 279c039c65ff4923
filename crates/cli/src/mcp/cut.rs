//! Documents made short enough for an assistant: lists lose their ends, long texts theirs, and what is missing is counted.

use std::collections::BTreeMap;

use makespan_scene::{count, counted};
use serde_json::Value;

use crate::output::inert_json;

/// How many elements each list keeps, from step to step, until the document fits.
const STEPS: [usize; 11] = [2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];
/// How many characters of a text are kept at first, and if shorter lists alone do not help.
const TEXT: [usize; 2] = [2000, 200];
/// How many of the shortened lists are named.
const NAMED: usize = 20;

/// A document that fits, and what was left out to make it fit.
#[derive(Debug)]
pub(super) struct Cut {
    /// The document as JSON on one line.
    pub(super) text: String,
    /// What was left out, one sentence each; empty if nothing was.
    pub(super) left_out: Vec<String>,
}

/// The document in at most `most` bytes; `None` if even its shortest form has more.
pub(super) fn cut(mut document: Value, most: usize) -> Option<Cut> {
    let written = |document: &Value| inert_json(&document.to_string());
    let mut text = written(&document);
    if text.len() <= most {
        return Some(Cut { text, left_out: Vec::new() });
    }
    let mut shortened = Shortened::default();
    // Recorded output and messages first: the rows of a table say more than the ends of long texts.
    let steps = [(usize::MAX, TEXT[0])].into_iter();
    let steps = steps.chain(STEPS.map(|keep| (keep, TEXT[0]))).chain([(1, TEXT[1])]);
    for (keep, characters) in steps {
        shortened.shorten(&mut document, &mut String::new(), keep, characters);
        text = written(&document);
        if text.len() <= most {
            return Some(Cut { text, left_out: shortened.sentences(&document) });
        }
    }
    None
}

#[derive(Default)]
struct Shortened {
    /// The length that each shortened list had, by its place in the document.
    lists: BTreeMap<String, usize>,
    texts: usize,
}

impl Shortened {
    /// The parser accepts no more than 128 levels, so that this cannot go deeper.
    fn shorten(&mut self, value: &mut Value, place: &mut String, keep: usize, characters: usize) {
        let length = place.len();
        match value {
            Value::Array(elements) => {
                if elements.len() > keep {
                    self.lists.entry(place.clone()).or_insert(elements.len());
                    elements.truncate(keep);
                }
                for (i, element) in elements.iter_mut().enumerate() {
                    place.push_str(&format!("/{i}"));
                    self.shorten(element, place, keep, characters);
                    place.truncate(length);
                }
            }
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    place.push('/');
                    place.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    self.shorten(member, place, keep, characters);
                    place.truncate(length);
                }
            }
            Value::String(text) => {
                if let Some((at, _)) = text.char_indices().nth(characters) {
                    text.truncate(at);
                    text.push('…');
                    self.texts += 1;
                }
            }
            _ => {}
        }
    }

    /// What is missing. Of lists that were within what was left out, nothing is said.
    fn sentences(&self, document: &Value) -> Vec<String> {
        let kept = |place: &str| document.pointer(place).and_then(Value::as_array).map(Vec::len);
        let all: Vec<String> = self
            .lists
            .iter()
            .filter_map(|(place, had)| kept(place).map(|kept| (place, had, kept)))
            .map(|(place, had, kept)| {
                format!("{place}: {} of {} left out", count((had - kept) as u64), count(*had as u64))
            })
            .collect();
        let mut sentences: Vec<String> = all.iter().take(NAMED).cloned().collect();
        if all.len() > NAMED {
            sentences.push(format!("{} shortened too", counted(all.len() - NAMED, "more list")));
        }
        if self.texts > 0 {
            sentences.push(format!("{} shortened", counted(self.texts, "text")));
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_that_fit_are_not_cut() {
        let document = json!({ "a": [1, 2, 3] });
        let cut = cut(document.clone(), 1000).unwrap();
        assert_eq!((serde_json::from_str::<Value>(&cut.text).unwrap(), cut.left_out), (document, Vec::new()));
    }

    #[test]
    fn long_lists_are_cut_and_the_rest_is_counted() {
        let tasks: Vec<Value> = (0..10_000).map(|i| json!({ "id": i, "after": [1, 2] })).collect();
        let document = json!({ "runs": [{ "id": "r", "tasks": tasks }] });
        let cut = cut(document, 10_000).unwrap();
        assert!(cut.text.len() <= 10_000);
        let short: Value = serde_json::from_str(&cut.text).unwrap();
        let kept = short["runs"][0]["tasks"].as_array().unwrap().len();
        assert!((100..1000).contains(&kept), "{kept}");
        assert_eq!(
            cut.left_out,
            [format!("/runs/0/tasks: {} of 10,000 left out", count(10_000 - kept as u64))]
        );
    }

    #[test]
    fn long_texts_are_cut_and_other_large_values_are_refused() {
        let long = cut(json!({ "text": "é".repeat(100_000), "keep": [1] }), 10_000).unwrap();
        assert_eq!(long.left_out, ["1 text shortened"]);
        let members: serde_json::Map<String, Value> =
            (0..5000).map(|i| (format!("m{i}"), json!(i))).collect();
        assert!(cut(Value::Object(members), 10_000).is_none());
    }
}
