//! Reads the events of a run from its segments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::index::Listed;
use super::record::{Content, Gap};
use super::segment::Segment;
use super::state::lost;
use crate::block::Block;
use crate::ranges::Ranges;
use crate::{Damage, EachRecord, Error, EventRange, Gaps, Record, in_order};

/// The events seen so far. An event may be stored twice, because a write may fail and still reach the disk, and a
/// segment may be copied back by hand.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, Ranges>);

impl Seen {
    /// Returns whether an event was not seen before.
    fn is_new(&mut self, record: Record<'_>) -> bool {
        if !self.0.contains_key(record.producer) {
            self.0.insert(record.producer.to_owned(), Ranges::default());
        }
        self.0.get_mut(record.producer).is_some_and(|numbers| numbers.insert(record.seq))
    }

    /// Returns the block without the events that were seen before.
    pub(super) fn only_new(&mut self, block: Block) -> Block {
        let new: Vec<bool> = block.records().map(|record| self.is_new(record)).collect();
        if new.iter().all(|new| *new) {
            return block;
        }
        let mut rest = Block::default();
        for (record, _) in block.records().zip(new).filter(|(_, new)| *new) {
            rest.push(record);
        }
        rest
    }
}

/// The events of a run, up to what the list of runs knows. The files are open, so later changes to the run have no
/// effect.
#[derive(Debug)]
pub(super) struct Reading {
    segments: Vec<(Segment, fs::File)>,
    disordered: bool,
    /// The known damage.
    damage: BTreeSet<Damage>,
}

impl Reading {
    /// Opens the files of a run.
    pub(super) fn of(root: &Path, listed: &Listed) -> Result<Reading, Error> {
        let folder = root.join(&listed.folder);
        let open = |(segment, _): &(Segment, u64)| Ok((*segment, segment.open(&folder)?));
        let segments = listed.entry.segments.iter().map(open).collect::<Result<_, Error>>()?;
        let damage = listed.entry.damage.clone();
        Ok(Reading { segments, disordered: listed.entry.run.disordered, damage })
    }

    /// Passes the events to `each`, and returns the damaged parts. The list is not trusted here: every record that is
    /// read is verified by its checksum.
    /// against its checksum.
    pub(super) fn read(self, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        let sorted = part == EventRange::All && self.disordered;
        let (mut seen, mut gathered) = (Seen::default(), Vec::new());
        let mut left_out = if let EventRange::After(events) = part { events } else { 0 };
        let (mut enough, mut damage) = (false, self.damage);
        for (segment, file) in self.segments {
            let contents = segment.read(file, |record| {
                let block = match record.content {
                    Content::Events(block) => block,
                    Content::Lost(json) => {
                        damage.insert(lost(&json)?);
                        return Ok(());
                    }
                    Content::Run(_) | Content::Mark(_) => return Ok(()),
                };
                if enough {
                    return Ok(());
                }
                let block = seen.only_new(block);
                if sorted {
                    gathered.push(block);
                    return Ok(());
                }
                for record in block.records() {
                    if left_out > 0 {
                        left_out -= 1;
                    } else if each(record).is_break() {
                        enough = true;
                        break;
                    }
                }
                Ok(())
            })?;
            let part =
                |gap: &Gap| Damage { segment: segment.number, from: gap.from as u64, to: gap.to as u64 };
            damage.extend(contents.gaps.iter().map(part));
            if enough {
                break;
            }
        }
        let records: Vec<Record<'_>> = gathered.iter().flat_map(Block::records).collect();
        for place in in_order(records.iter().map(|record| (record.producer, record.seq))) {
            if each(records[place]).is_break() {
                break;
            }
        }
        Ok(damage.into_iter().collect())
    }
}
