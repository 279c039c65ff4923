//! What a sequence of packets has interned, and annotations written out with it.

use std::borrow::Cow;

use makespan_format::Fields;
use makespan_model::HashMap;

use crate::protobuf::{Field, fields};

/// Nested annotations below this depth are left out.
const DEEPEST: usize = 16;

/// Texts that a sequence of packets refers to by number.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub(super) categories: HashMap<u64, Cow<'a, str>>,
    pub(super) events: HashMap<u64, Cow<'a, str>>,
    annotations: HashMap<u64, Cow<'a, str>>,
    strings: HashMap<u64, Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Takes the `InternedData` of a packet.
    pub(super) fn learn(&mut self, message: &'a [u8]) {
        for (number, field) in fields(message).flatten() {
            let table = match number {
                1 => &mut self.categories,
                2 => &mut self.events,
                3 => &mut self.annotations,
                29 => &mut self.strings,
                _ => continue,
            };
            let (mut id, mut text) = (0, Cow::Borrowed(""));
            for (number, field) in fields(field.bytes()).flatten() {
                match number {
                    1 => id = field.number(),
                    2 => text = field.text(),
                    _ => {}
                }
            }
            table.insert(id, text);
        }
    }

    /// Adds an annotation to arguments, under its name.
    pub(super) fn annotate(&self, message: &'a [u8], args: &mut Fields) {
        let (name, json) = self.annotation(message, 0);
        if let Some(json) = json.filter(|_| !name.is_empty()) {
            args.raw(&name, &json);
        }
    }

    /// Name and JSON of an annotation.
    fn annotation(&self, message: &'a [u8], depth: usize) -> (Cow<'a, str>, Option<String>) {
        let (mut name, mut json) = (Cow::Borrowed(""), None);
        let (mut inner, mut list) = (Fields::new(), Vec::new());
        let (mut is_object, mut is_list) = (false, false);
        let text = |text: &str| serde_json::to_string(text).ok();
        for (number, field) in fields(message).flatten() {
            match (number, field) {
                (1, field) => name = self.annotations.get(&field.number()).cloned().unwrap_or_default(),
                (10, field) => name = field.text(),
                (2, field) => json = Some((field.number() != 0).to_string()),
                (3 | 7, field) => json = Some(field.number().to_string()),
                (4, field) => json = Some((field.number() as i64).to_string()),
                (5, field) => json = serde_json::to_string(&f64::from_bits(field.number())).ok(),
                (6, field) => json = text(&field.text()),
                (9, field) => {
                    let raw = field.text();
                    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&raw).is_ok();
                    json = if is_json { Some(raw.into_owned()) } else { text(&raw) };
                }
                (17, field) => json = self.strings.get(&field.number()).and_then(|string| text(string)),
                (11, Field::Bytes(entry)) if depth < DEEPEST => {
                    is_object = true;
                    if let (name, Some(json)) = self.annotation(entry, depth + 1) {
                        inner.raw(&name, &json);
                    }
                }
                (12, Field::Bytes(entry)) if depth < DEEPEST => {
                    is_list = true;
                    list.extend(self.annotation(entry, depth + 1).1);
                }
                _ => {}
            }
        }
        if is_object {
            json = inner.finish().map(|inner| inner.as_str().to_owned());
        } else if is_list {
            json = Some(format!("[{}]", list.join(",")));
        }
        (name, json)
    }
}
