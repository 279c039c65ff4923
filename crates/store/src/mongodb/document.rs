//! The document of a run.

use std::collections::BTreeMap;

use mongodb::bson::oid::ObjectId;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::count;
use crate::block::{Block, compress, expand};
use crate::{Error, RunState, TextKey};

/// Maximum size of a document in bytes, minus a reserve for field names (limit of the manual: 16 MiB).
const LARGEST: usize = (16 << 20) - (64 << 10);
/// Bytes of a summary's field in addition to its name and text.
const FIELD: usize = 8;

/// A run as stored in its document: its summary, and what has not been moved to other documents yet.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Key of the run's id.
    pub(super) key: String,
    /// Number of changes.
    pub(super) version: i64,
    /// Identifies the last change; unique.
    pub(super) change: String,
    /// Prefix of the ids of its blocks and numbers.
    pub(super) events: String,
    /// Prefix of the ids of the summaries of its tasks and metrics.
    pub(super) tasks: String,
    pub(super) run: RunState,
    /// The events that are not in a block document yet.
    pub(super) block: Block,
    /// The summaries that these events changed, by kind and key.
    pub(super) pending: BTreeMap<String, String>,
}

impl Kept {
    /// Creates a run that is not stored yet.
    pub(super) fn new(key: &str, run: RunState) -> Kept {
        Kept {
            key: key.to_owned(),
            version: 0,
            change: String::new(),
            events: unique(),
            tasks: unique(),
            run,
            block: Block::default(),
            pending: BTreeMap::new(),
        }
    }

    /// Returns the number of its events in block documents.
    pub(super) fn in_blocks(&self) -> u64 {
        self.run.events.saturating_sub(self.block.events())
    }

    /// Returns the id of a summary's document.
    pub(super) fn state_id(&self, name: &str) -> String {
        let begin = if name.starts_with("n/") { &self.events } else { &self.tasks };
        format!("{begin}/{name}")
    }

    /// Returns the document to store.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a run that exceeds the size of a document: its summary and that of one of its tasks
    /// contain texts of several MiB each.
    pub(super) fn to_document(&self) -> Result<Document, Error> {
        let state = json(&self.run)?;
        let block = block_fields(&self.block)?;
        let in_block =
            block.values().map(|field| if let Bson::Binary(b) = field { b.bytes.len() } else { FIELD });
        let pending = self.pending.iter().map(|(name, state)| name.len() + state.len() + FIELD);
        let size = state.len() + in_block.chain(pending).sum::<usize>();
        if size > LARGEST {
            return Err(Error::invalid(format!(
                "the workflow of the run and the id of one of its tasks are too long together: {size} bytes, \
                 and MongoDB takes {LARGEST}"
            )));
        }
        let pending: Document =
            self.pending.iter().map(|(name, state)| (name.clone(), state.into())).collect();
        Ok(doc! {
            "_id": &self.key,
            "version": self.version,
            "change": &self.change,
            "events": &self.events,
            "tasks": &self.tasks,
            "state": state,
            "block": block,
            "pending": pending,
        })
    }

    /// Parses a stored document.
    pub(super) fn of(document: &Document) -> Result<Kept, Error> {
        let damaged = |what: &str| Error::corrupt(format!("the document of a run has no valid {what}"));
        let text = |name: &str| document.get_str(name).map(str::to_owned).map_err(|_| damaged(name));
        let pending = document.get_document("pending").map_err(|_| damaged("pending"))?;
        let state = |(name, state): (&String, &Bson)| Some((name.clone(), state.as_str()?.to_owned()));
        Ok(Kept {
            key: text("_id")?,
            version: count(document, "version").ok_or_else(|| damaged("version"))?,
            change: text("change")?,
            events: text("events")?,
            tasks: text("tasks")?,
            run: state_of(document)?,
            block: block_of(document.get_document("block").map_err(|_| damaged("block"))?)?,
            pending: pending.iter().map(state).collect::<Option<_>>().ok_or_else(|| damaged("pending"))?,
        })
    }
}

/// Parses the summary of a run from its document.
pub(super) fn state_of(document: &Document) -> Result<RunState, Error> {
    let state = document.get_str("state");
    parsed(state.map_err(|_| Error::corrupt("the document of a run has no state"))?)
}

/// Returns the fields of a block.
pub(super) fn block_fields(block: &Block) -> Result<Document, Error> {
    let binary = |bytes| Binary { subtype: BinarySubtype::Generic, bytes };
    Ok(doc! {
        "bytes": i64::try_from(block.bytes()).unwrap_or(i64::MAX),
        "spans": binary(block.spans()),
        "text": binary(compress(block.text())?),
    })
}

/// Parses a block from its fields.
pub(super) fn block_of(document: &Document) -> Result<Block, Error> {
    let fields = || {
        let bytes = u64::try_from(count(document, "bytes")?).ok()?;
        Some((bytes, document.get_binary_generic("spans").ok()?, document.get_binary_generic("text").ok()?))
    };
    let (bytes, spans, text) = fields().ok_or_else(|| Error::corrupt("a block lacks a field"))?;
    Block::of(spans, expand(text, bytes)?)
}

/// Returns the id of the block whose first event has this position; ids sort by position.
pub(super) fn block_id(events: &str, place: u64) -> String {
    format!("{events}/{place:016x}")
}

/// Returns a text that no other process and no other call returns.
pub(super) fn unique() -> String {
    ObjectId::new().to_hex()
}

/// Formats a key in hexadecimal.
pub(super) fn hex(key: &TextKey) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Formats a summary as JSON.
pub(super) fn json(state: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(state).map_err(|e| Error::Backend { reason: e.to_string() })
}

/// Parses a summary from JSON.
pub(super) fn parsed<S: DeserializeOwned>(json: &str) -> Result<S, Error> {
    serde_json::from_str(json).map_err(|e| Error::corrupt(format!("a state cannot be read: {e}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Record;

    fn sample() -> Kept {
        let mut kept = Kept::new("k", RunState::new("run", 5));
        kept.block.push(Record { producer: "p", seq: 7, line: "{}" });
        kept.run.events = 3;
        kept.pending.insert("t/a".to_owned(), "{}".to_owned());
        kept
    }

    #[test]
    fn a_run_is_read_as_it_was_written() {
        let kept = sample();
        let again = Kept::of(&kept.to_document().unwrap()).unwrap();
        assert_eq!((&again.run, &again.block, &again.pending), (&kept.run, &kept.block, &kept.pending));
        assert_eq!((again.in_blocks(), again.state_id("t/a")), (2, format!("{}/t/a", kept.tasks)));
        assert_eq!(again.state_id("n/p/0"), format!("{}/n/p/0", kept.events));
        assert_ne!(kept.events, kept.tasks);
    }

    #[test]
    fn an_incomplete_document_is_damaged() {
        let whole = sample().to_document().unwrap();
        for name in whole.keys() {
            for other in [None, Some(Bson::Double(0.5)), Some(Bson::Document(Document::new()))] {
                let mut broken = whole.clone();
                broken.remove(name);
                if let Some(other) = other.filter(|other| name != "pending" || other.as_document().is_none())
                {
                    broken.insert(name, other);
                }
                assert!(matches!(Kept::of(&broken), Err(Error::Corrupt { .. })), "{name}");
            }
        }
    }

    #[test]
    fn a_run_larger_than_a_document_is_refused() {
        let mut kept = sample();
        kept.run.workflow = Some("w".repeat(LARGEST / 2));
        assert!(kept.to_document().is_ok());
        kept.pending.insert("t/a".to_owned(), "x".repeat(LARGEST / 2));
        assert!(matches!(kept.to_document(), Err(Error::Invalid { .. })));
    }

    #[test]
    fn blocks_stand_in_the_order_of_their_events() {
        assert!(block_id("e", 9) < block_id("e", 10) && block_id("e", 0xff) < block_id("e", 0x100));
    }
}
