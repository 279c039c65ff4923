//! The files that SQLite keeps beside a database that is in use: `x.db-wal`, its write-ahead log, belongs to `x.db` and
//! is read with it; `x.db-shm` is an index into that log, which is rebuilt while reading.

use makespan_model::HashMap;

use super::item::{Item, Verdict};

/// The part that a write-ahead log is handed over as.
pub(super) const LOG: &str = "wal";

/// How every SQLite database begins.
const DATABASE: &[u8] = b"SQLite format 3\0";

/// What a file is to another one.
#[derive(Clone, Copy, Debug)]
struct Companion {
    /// The database: index into the items.
    of: usize,
    part: &'static str,
}

/// The companions among the items.
#[derive(Debug, Default)]
pub(super) struct Companions {
    /// For each item, whose companion it is.
    of: Vec<Option<Companion>>,
    /// The logs of each database that has any, in the order of the items.
    logs: HashMap<usize, Vec<usize>>,
}

impl Companions {
    /// Looks for companions among the items.
    pub(super) fn find(items: &[Item]) -> Companions {
        let is_companion =
            |item: &Item| item.source.name.ends_with("-wal") || item.source.name.ends_with("-shm");
        if !items.iter().any(is_companion) {
            return Companions { of: vec![None; items.len()], logs: HashMap::default() };
        }
        let by_name: HashMap<&str, usize> =
            items.iter().enumerate().map(|(i, it)| (it.source.name.as_str(), i)).collect();
        let of = |item: &Item| {
            [("-wal", LOG), ("-shm", "shm")].into_iter().find_map(|(suffix, part)| {
                let base = item.source.name.strip_suffix(suffix)?;
                let of = *by_name.get(base)?;
                items[of].source.bytes.starts_with(DATABASE).then_some(Companion { of, part })
            })
        };
        let of: Vec<Option<Companion>> = items.iter().map(of).collect();
        let mut logs: HashMap<usize, Vec<usize>> = HashMap::default();
        for (at, companion) in of.iter().enumerate() {
            if let Some(companion) = companion.filter(|c| c.part == LOG) {
                logs.entry(companion.of).or_default().push(at);
            }
        }
        Companions { of, logs }
    }

    /// Whether an item is the companion of another one.
    pub(super) fn is_companion(&self, item: usize) -> bool {
        self.of.get(item).is_some_and(Option::is_some)
    }

    /// The logs of a database.
    pub(super) fn logs(&self, database: usize) -> &[usize] {
        self.logs.get(&database).map_or(&[], Vec::as_slice)
    }

    /// Gives the companions of the files that the importer at `place` of the registry claimed their verdict.
    pub(super) fn adopt(&self, items: &mut [Item], place: usize, id: &'static str) {
        for (at, companion) in self.of.iter().enumerate() {
            let Some(c) = companion.filter(|c| items[c.of].importer == Some(place)) else { continue };
            let reason = format!("belongs to {}", items[c.of].source.name);
            let verdict = &mut items[at].verdict;
            (verdict.kind, verdict.format, verdict.part, verdict.reason) =
                (Verdict::Read, Some(id), c.part, reason);
        }
    }
}
