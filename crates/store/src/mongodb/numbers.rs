//! The stored numbers of a producer: ranges, in pages of consecutive numbers. A page is never removed and has a bounded
//! size, however many gaps there are, so that it can be written late or twice like any other summary.

use std::collections::BTreeMap;

use super::document::hex;
use crate::ranges::Ranges;
use crate::{Error, key};

/// Amount of numbers per page.
const PAGE: u64 = 1024;

/// The stored numbers of a producer near those of a batch.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    producer: String,
    pages: BTreeMap<u64, Ranges>,
    greatest: Option<u64>,
}

impl Numbers {
    /// Creates an empty set.
    pub(super) fn new(producer: &str) -> Numbers {
        Numbers { producer: hex(&key(producer)), pages: BTreeMap::new(), greatest: None }
    }

    /// Returns the names of the summaries to load before these numbers can be looked up.
    pub(super) fn names(&self, numbers: impl Iterator<Item = u64>) -> Vec<String> {
        let mut pages: Vec<u64> = numbers.map(|number| number / PAGE).collect();
        pages.dedup();
        let pages = pages.into_iter().map(|page| self.page(page));
        pages.chain([self.last()]).collect()
    }

    fn page(&self, page: u64) -> String {
        format!("n/{}/{page:016x}", self.producer)
    }

    fn last(&self) -> String {
        format!("n/{}/last", self.producer)
    }

    /// Adds a loaded summary.
    pub(super) fn load(&mut self, name: &str, state: &str) -> Result<(), Error> {
        let damaged = || Error::corrupt("stored numbers cannot be read");
        let place = name.rsplit('/').next().unwrap_or_default();
        if place == "last" {
            self.greatest = Some(state.parse().map_err(|_| damaged())?);
            return Ok(());
        }
        let page = u64::from_str_radix(place, 16).map_err(|_| damaged())?;
        let begin = page.checked_mul(PAGE).ok_or_else(damaged)?;
        let range = |text: &str| {
            let (first, last) = text.split_once('-')?;
            let number = |text: &str| begin.checked_add(text.parse().ok().filter(|n| *n < PAGE)?);
            Some((number(first)?, number(last)?))
        };
        let ranges = state.split(',').map(range).collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
        self.pages.insert(page, Ranges::of(ranges));
        Ok(())
    }

    /// Returns whether a number is stored.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.pages.get(&(number / PAGE)).is_some_and(|page| page.holds(number))
    }

    /// Returns whether a later number is stored.
    pub(super) fn has_later(&self, number: u64) -> bool {
        self.greatest.is_some_and(|greatest| number < greatest)
    }

    /// Adds numbers. Returns the summaries that change.
    pub(super) fn add(&mut self, numbers: &[u64]) -> Vec<(String, String)> {
        for &number in numbers {
            self.pages.entry(number / PAGE).or_default().insert(number);
        }
        self.greatest = self.greatest.into_iter().chain(numbers.iter().copied()).max();
        let mut changed: Vec<u64> = numbers.iter().map(|number| number / PAGE).collect();
        changed.dedup();
        let mut states: Vec<(String, String)> = Vec::with_capacity(changed.len() + 1);
        for page in changed {
            let ranges = self.pages.get(&page).into_iter().flat_map(Ranges::iter);
            let ranges: Vec<String> =
                ranges.map(|(first, last)| format!("{}-{}", first % PAGE, last % PAGE)).collect();
            states.push((self.page(page), ranges.join(",")));
        }
        states.extend(self.greatest.map(|greatest| (self.last(), greatest.to_string())));
        states
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::LAST_SEQ;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let all = [0, 1, 2, 1022, 1023, 1024, 1025, 5000, LAST_SEQ];
        let mut written = Numbers::new("p");
        let states = written.add(&all);
        assert_eq!(states.len(), 5, "four pages and the greatest: {states:?}");
        let mut read = Numbers::new("p");
        let names = read.names(all.into_iter());
        assert_eq!(names, states.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
        states.iter().for_each(|(name, state)| read.load(name, state).unwrap());
        assert!(all.iter().all(|&n| read.holds(n)));
        assert!([3, 1021, 1026, LAST_SEQ - 1].iter().all(|&n| !read.holds(n)));
        assert!(read.has_later(LAST_SEQ - 1) && !read.has_later(LAST_SEQ));
        assert_eq!(read.add(&[3])[0].1, "0-3,1022-1023");
    }

    #[test]
    fn an_invalid_page_is_damaged() {
        for (name, state) in [
            ("n/p/last", "x"),
            ("n/p/0", ""),
            ("n/p/0", "1"),
            ("n/p/0", "1-1024"),
            ("n/p/x", "1-2"),
            ("n/p/ffffffffffffffff", "0-0"),
        ] {
            assert!(Numbers::new("p").load(name, state).is_err(), "{name} {state}");
        }
    }
}
