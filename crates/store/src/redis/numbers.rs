//! The stored numbers of a producer: ranges, each a member of a sorted set. All members have the same score, so Redis
//! sorts them by their bytes.
//!
//! A member consists of the key of the producer, the first and the last number, all in hexadecimal of fixed width.
//! Numbers have 64 bits; a score has only 53.

use redis::{Connection, Pipeline, RedisResult, cmd};

use super::keys::hex;
use crate::{Error, key};

/// Sorts after every digit.
const LAST: char = '~';

/// The stored numbers of a producer near those of a batch.
pub(super) struct Numbers {
    producer: String,
    /// The stored ranges that contain or touch a number of the batch.
    near: Vec<(u64, u64)>,
    /// The greatest stored number.
    greatest: Option<u64>,
}

impl Numbers {
    /// Loads the stored ranges near the numbers from `first` to `last`. O(log n) in the ranges of the run.
    pub(super) fn load(
        connection: &mut Connection,
        set: &str,
        producer: &str,
        first: u64,
        last: u64,
    ) -> Result<Numbers, super::client::Stopped> {
        let producer = hex(&key(producer));
        let mut before = |most: String| -> RedisResult<Vec<String>> {
            let command = cmd("ZREVRANGEBYLEX").arg(set).arg(most).arg(format!("[{producer}")).clone();
            command.clone().arg("LIMIT").arg(0).arg(1).query(connection)
        };
        let greatest = before(format!("[{producer}{LAST}"))?.pop();
        let mut members = before(format!("[{producer}{first:016x}{LAST}"))?;
        let from = format!("({producer}{first:016x}{LAST}");
        let to = format!("[{producer}{:016x}{LAST}", last.saturating_add(1));
        let more: Vec<String> = cmd("ZRANGEBYLEX").arg(set).arg(from).arg(to).query(connection)?;
        members.extend(more);
        let near = members.iter().map(|member| range(member)).collect::<Result<_, _>>()?;
        let greatest = greatest.map(|member| range(&member)).transpose()?.map(|(_, last)| last);
        Ok(Numbers { producer, near, greatest })
    }

    /// Returns whether a number is stored.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.near.iter().any(|(first, last)| (first..=last).contains(&&number))
    }

    /// Returns whether a later number is stored.
    pub(super) fn has_later(&self, number: u64) -> bool {
        self.greatest.is_some_and(|greatest| number < greatest)
    }

    /// Adds numbers, in order.
    pub(super) fn add(&self, pipeline: &mut Pipeline, set: &str, numbers: impl Iterator<Item = u64>) {
        let mut pairs: Vec<(u64, u64)> = self.near.clone();
        pairs.extend(numbers.map(|number| (number, number)));
        let joined = joined(pairs);
        for gone in self.near.iter().filter(|range| !joined.contains(range)) {
            pipeline.zrem(set, self.member(*gone)).ignore();
        }
        for new in joined.iter().filter(|range| !self.near.contains(range)) {
            pipeline.zadd(set, self.member(*new), 0).ignore();
        }
    }

    fn member(&self, (first, last): (u64, u64)) -> String {
        format!("{}{first:016x}{last:016x}", self.producer)
    }
}

/// Merges pairs into ranges that neither touch nor overlap.
fn joined(mut pairs: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    pairs.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (first, last) in pairs {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn range(member: &str) -> Result<(u64, u64), Error> {
    let number = |from, to| u64::from_str_radix(member.get(from..to)?, 16).ok();
    let range = number(32, 48).zip(number(48, 64));
    range.ok_or_else(|| Error::Corrupt { reason: "a range of numbers cannot be read".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_ranges_become_one() {
        assert_eq!(joined(vec![(5, 5), (1, 3), (4, 4), (9, 9), (7, 7)]), [(1, 5), (7, 7), (9, 9)]);
        assert_eq!(joined(vec![(u64::MAX, u64::MAX), (u64::MAX, u64::MAX)]), [(u64::MAX, u64::MAX)]);
        let numbers = Numbers { producer: "0".repeat(32), near: vec![(1, 3)], greatest: Some(9) };
        assert_eq!(range(&numbers.member((7, u64::MAX >> 1))), Ok((7, u64::MAX >> 1)));
        assert!(numbers.holds(3) && !numbers.holds(4) && numbers.has_later(8) && !numbers.has_later(9));
        assert!(range("x").is_err());
    }
}
