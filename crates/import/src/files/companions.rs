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
pub(super) struct Companion {
    /// The database: index into the items.
    of: usize,
    part: &'static str,
}

/// For each item, whose companion it is.
pub(super) fn find(items: &[Item]) -> Vec<Option<Companion>> {
    let by_name: HashMap<&str, usize> =
        items.iter().enumerate().map(|(i, it)| (it.source.name.as_str(), i)).collect();
    let of = |item: &Item| {
        [("-wal", LOG), ("-shm", "shm")].into_iter().find_map(|(suffix, part)| {
            let base = item.source.name.strip_suffix(suffix)?;
            let of = *by_name.get(base)?;
            items[of].source.bytes.starts_with(DATABASE).then_some(Companion { of, part })
        })
    };
    items.iter().map(of).collect()
}

/// The logs of a database.
pub(super) fn logs(companions: &[Option<Companion>], database: usize) -> impl Iterator<Item = usize> + '_ {
    companions
        .iter()
        .enumerate()
        .filter(move |(_, c)| c.is_some_and(|c| c.of == database && c.part == LOG))
        .map(|(at, _)| at)
}

/// Gives the companions of the files that an importer claimed their verdict.
pub(super) fn adopt(items: &mut [Item], companions: &[Option<Companion>], mine: &[usize], id: &'static str) {
    for (at, companion) in companions.iter().enumerate() {
        let Some(c) = companion.filter(|c| mine.contains(&c.of)) else { continue };
        let reason = format!("belongs to {}", items[c.of].source.name);
        let verdict = &mut items[at].verdict;
        (verdict.kind, verdict.format, verdict.part, verdict.reason) =
            (Verdict::Read, Some(id), c.part, reason);
    }
}
