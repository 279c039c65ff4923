//! Sizes within a wasm file: bytes by crate and its largest functions, from its name section.
//!
//! The optimiser removes names, so this reads the file as rustc wrote it. A function belongs to the first crate in its
//! name that is not the standard library, so that generic code counts for the crate that uses it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::outcome::Outcome;

/// The crates of the standard library; generic code of other crates is instantiated through them.
const STANDARD: [&str; 3] = ["core", "alloc", "std"];
/// Number of functions listed.
const LARGEST: usize = 30;

/// The parts of a wasm file, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// All sections except names and other custom ones.
    total: u64,
    /// Bodies of functions.
    code: u64,
    /// Constants: texts, tables.
    data: u64,
    /// Bodies by crate.
    by_crate: BTreeMap<String, u64>,
    /// Bodies by function, largest first.
    functions: Vec<(String, u64)>,
}

impl Sizes {
    /// Returns the sizes as a line of the benchmark.
    pub(crate) fn line(&self, program: &str) -> Value {
        let mut crates: Vec<(&String, &u64)> = self.by_crate.iter().collect();
        crates.sort_by_key(|(name, bytes)| (std::cmp::Reverse(**bytes), *name));
        let list = |name: &str, bytes: u64| json!({ "name": name, "bytes": bytes });
        json!({
            "measure": "wasm before the optimiser", "program": program, "bytes": self.total, "code_bytes": self.code,
            "data_bytes": self.data, "functions": self.functions.len(),
            "by_crate": crates.iter().map(|(name, bytes)| list(name, **bytes)).collect::<Vec<_>>(),
            "largest_functions": self.functions.iter().take(LARGEST).map(|(name, bytes)| list(name, *bytes)).collect::<Vec<_>>(),
        })
    }
}

/// Reads the sizes of a wasm file with names.
///
/// # Errors
///
/// Fails if it is not valid wasm.
pub(crate) fn sizes(wasm: &[u8]) -> Outcome<Sizes> {
    read(wasm).map_err(|error| format!("the compiled wasm cannot be read: {error}"))
}

fn read(wasm: &[u8]) -> wasmparser::Result<Sizes> {
    let mut sizes = Sizes::default();
    let mut imported = 0_u32;
    let mut bodies: Vec<u64> = Vec::new();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(span(&body.range())),
            Payload::DataSection(section) => sizes.data = span(&section.range()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(all) = section.as_known() {
                    for part in all {
                        if let Name::Function(map) = part? {
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                }
                continue;
            }
            _ => {}
        }
        if let Some((_, range)) = payload.as_section() {
            sizes.total += span(&range);
        }
    }
    for (index, bytes) in (imported..).zip(&bodies) {
        let name = names.get(&index).map_or_else(|| format!("function {index}"), |name| readable(name));
        sizes.code += bytes;
        *sizes.by_crate.entry(home(&name).to_owned()).or_default() += bytes;
        sizes.functions.push((name, *bytes));
    }
    sizes.functions.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(sizes)
}

fn span(range: &std::ops::Range<u64>) -> u64 {
    range.end - range.start
}

/// Returns the name as written in the source, without the hash at its end.
fn readable(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// Returns the crate that a function belongs to.
fn home(name: &str) -> &str {
    let starts = name.match_indices("::").filter_map(|(at, _)| {
        let before = &name[..at];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        // Only the first part of a path names a crate.
        (!before[..start].ends_with("::") && start < at).then(|| &before[start..])
    });
    let mut standard = None;
    for part in starts {
        if part.starts_with(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        if !STANDARD.contains(&part) {
            return part;
        }
        standard = standard.or(Some(part));
    }
    standard.unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_first_crate_that_is_not_the_standard_library() {
        for (name, crate_name) in [
            ("makespan_views::timeline::draw", "makespan_views"),
            ("<makespan_model::run::Run as core::fmt::Debug>::fmt", "makespan_model"),
            (
                "<alloc::vec::Vec<T> as core::iter::FromIterator<makespan_scene::Item>>::from_iter",
                "makespan_scene",
            ),
            ("core::slice::sort::stable::driftsort_main", "core"),
            (
                "<&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::deserialize_any",
                "serde_json",
            ),
            ("__rust_alloc", "other"),
        ] {
            assert_eq!(home(name), crate_name, "{name}");
        }
    }

    #[test]
    fn sizes_are_those_of_the_bodies() {
        // (module (func $a::b nop) (func nop nop)) with a name section for the first.
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([1, 4, 1, 0x60, 0, 0]); // one type without parameters and results
        wasm.extend([3, 3, 2, 0, 0]); // two functions of it
        wasm.extend([10, 10, 2, 3, 0, 1, 0x0b, 4, 0, 1, 1, 0x0b]); // their bodies
        wasm.extend([0, 14, 4]);
        wasm.extend(b"name");
        wasm.extend([1, 7, 1, 0, 4]);
        wasm.extend(b"a::b");
        let sizes = sizes(&wasm).expect("a valid module");
        assert_eq!(sizes.code, 7);
        assert_eq!(sizes.by_crate, BTreeMap::from([("a".to_owned(), 3), ("other".to_owned(), 4)]));
        assert_eq!(sizes.functions, [("function 1".to_owned(), 4), ("a::b".to_owned(), 3)]);
        assert!(super::sizes(b"not wasm").is_err());
    }
}
