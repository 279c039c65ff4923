//! Weight of a part of a chain.

/// Weight of one link of a chain: an amount of time within an interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    pub(crate) task: u32,
    /// ns.
    pub(crate) weight: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Charge {
    /// Returns the part after a moment, ns.
    pub(crate) fn after(&self, reach: i64) -> i64 {
        self.weight.min(self.to.saturating_sub(self.from.max(reach)).max(0))
    }
}
