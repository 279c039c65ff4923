//! The reader's arrangement of lanes: collapsed, pinned, hidden.

use makespan_model::{Order as _, Run};
use serde::{Deserialize, Serialize};

use crate::graph::choice::{joined, parted};

/// The order of lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LaneOrder {
    /// The default of the grouping: workers by name, statuses by rank, all others by first start.
    #[default]
    Usual,
    /// By name.
    Name,
    /// By first start.
    Start,
    /// By the time of their attempts, the most first.
    Work,
    /// By the number of failed attempts, the most first.
    Failures,
}

impl LaneOrder {
    /// All orders.
    pub const ALL: [LaneOrder; 5] =
        [LaneOrder::Usual, LaneOrder::Name, LaneOrder::Start, LaneOrder::Work, LaneOrder::Failures];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            LaneOrder::Usual => "usual",
            LaneOrder::Name => "name",
            LaneOrder::Start => "start",
            LaneOrder::Work => "work",
            LaneOrder::Failures => "failures",
        }
    }
}

/// Returns by what attempts are sorted, the smallest first: the first start, or the negative of their time or of the
/// number of failures.
pub(super) fn weighed(run: &Run, order: LaneOrder, timed: &[(i64, i64, u32)]) -> i64 {
    match order {
        LaneOrder::Usual | LaneOrder::Name => 0,
        LaneOrder::Start => timed.iter().map(|t| t.0).min().unwrap_or(i64::MAX),
        LaneOrder::Work => timed.iter().fold(0i64, |sum, t| sum.saturating_sub(t.1.saturating_sub(t.0))),
        LaneOrder::Failures => {
            -(timed.iter().filter(|t| run.attempts.status[t.2 as usize].is_failure()).count() as i64)
        }
    }
}

/// A change to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LaneAct {
    /// Expands or collapses it.
    Toggle,
    /// Expands (`true`) or collapses it.
    Open(bool),
    /// Pins it to the top, or unpins it.
    Pin,
    /// Hides it.
    Hide,
    /// Sorts all lanes.
    Sort(LaneOrder),
    /// Shows all lanes in their default order.
    ShowAll,
}

/// The reader's arrangement of lanes. Lanes are identified by keys ([`Index::key`](super::Index::key)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Arrangement {
    /// Lanes whose default (expanded or collapsed) is inverted, ascending.
    pub flipped: Vec<String>,
    /// Pinned lanes, in order.
    pub pinned: Vec<String>,
    /// Hidden lanes, ascending.
    pub hidden: Vec<String>,
    /// The order of the lanes that are not pinned.
    pub order: LaneOrder,
    /// The lane that keys apply to.
    pub focus: Option<String>,
}

fn toggle(list: &mut Vec<String>, key: &str) {
    match list.binary_search_by(|k| k.as_str().cmp(key)) {
        Ok(at) => drop(list.remove(at)),
        Err(at) => list.insert(at, key.to_owned()),
    }
}

fn has(list: &[String], key: &str) -> bool {
    list.binary_search_by(|k| k.as_str().cmp(key)).is_ok()
}

impl Arrangement {
    /// Returns whether lanes have their default order; collapsed ones do not matter.
    pub fn is_natural(&self) -> bool {
        self.pinned.is_empty() && self.hidden.is_empty() && self.order == LaneOrder::Usual
    }

    /// Returns whether a lane is expanded, given its default.
    pub(super) fn is_open(&self, key: &str, usual: bool) -> bool {
        usual != has(&self.flipped, key)
    }

    /// Returns whether a lane is hidden.
    pub(super) fn is_hidden(&self, key: &str) -> bool {
        has(&self.hidden, key)
    }

    /// Returns the arrangement without the focus, which does not change the lanes.
    pub fn without_focus(&self) -> Arrangement {
        Arrangement { focus: None, ..self.clone() }
    }

    /// Expands a collapsed lane, and collapses an expanded one.
    pub fn flip(&mut self, key: &str) {
        toggle(&mut self.flipped, key);
    }

    /// Pins a lane below the pinned ones, or unpins it.
    pub fn pin(&mut self, key: &str) {
        let before = self.pinned.len();
        self.pinned.retain(|k| k != key);
        if self.pinned.len() == before {
            self.pinned.push(key.to_owned());
        }
    }

    /// Hides a lane.
    pub fn hide(&mut self, key: &str) {
        if !has(&self.hidden, key) {
            toggle(&mut self.hidden, key);
        }
        self.pinned.retain(|k| k != key);
        self.focus = None;
    }

    /// Returns the members of a link.
    pub(crate) fn members(&self) -> Vec<(&'static str, String)> {
        let lists = [("flipped", &self.flipped), ("pinned", &self.pinned), ("hidden", &self.hidden)];
        let kept = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let mut all: Vec<_> =
            kept.map(|(key, list)| (key, joined(list.iter().map(String::as_str)))).collect();
        all.extend((self.order != LaneOrder::Usual).then(|| ("lane-order", self.order.name().to_owned())));
        all.extend(self.focus.clone().map(|key| ("lane", key)));
        all
    }

    /// Reads a member of a link.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        let ascending = || {
            let mut list = parted(value);
            list.order_by(Ord::cmp);
            list.dedup();
            list
        };
        match key {
            "flipped" => self.flipped = ascending(),
            "hidden" => self.hidden = ascending(),
            "pinned" => self.pinned = parted(value),
            "lane-order" => {
                let named = LaneOrder::ALL.into_iter().find(|o| o.name() == value);
                self.order = named.unwrap_or_default();
            }
            "lane" => self.focus = Some(value.to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_pinned_hidden_and_flipped_and_come_back() {
        let mut lanes = Arrangement::default();
        lanes.pin("b,1");
        lanes.pin("a");
        lanes.flip("g~");
        lanes.order = LaneOrder::Work;
        lanes.hide("b,1");
        lanes.hide("b,1");
        assert_eq!((lanes.pinned.join(" "), lanes.hidden.join(" ")), ("a".to_owned(), "b,1".to_owned()));
        assert!(lanes.is_open("g~", false) && !lanes.is_open("g~", true) && lanes.is_hidden("b,1"));
        let mut read = Arrangement::default();
        lanes.members().iter().for_each(|(key, value)| read.take(key, value));
        assert_eq!(read, lanes);
        lanes.pin("a");
        lanes.flip("g~");
        lanes.hidden.clear();
        lanes.take("lane-order", "nothing");
        assert_eq!(lanes, Arrangement::default());
    }
}
