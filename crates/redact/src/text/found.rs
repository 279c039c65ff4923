//! The place of a secret, and the steps that all rules take.

/// The place of a secret: bytes from `from` to `to`, and the rule that found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) rule: &'static str,
}

impl Found {
    pub(super) fn new(from: usize, to: usize, rule: &'static str) -> Option<Found> {
        (from < to).then_some(Found { from, to, rule })
    }
}

/// The first byte from `from` on that does not belong.
pub(super) fn run_of(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|b| !belongs(*b)).map_or(bytes.len(), |n| from + n)
}

/// The first byte from `from` on that is not a blank.
pub(super) fn blanks(bytes: &[u8], from: usize) -> usize {
    run_of(bytes, from, |b| b == b' ' || b == b'\t')
}
