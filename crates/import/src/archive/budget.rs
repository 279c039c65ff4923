//! Limits of the decompressed size.

use crate::limits::{EXPANDED_BYTES, EXPANSION_RATIO, FREE_EXPANDED_BYTES};

/// How much may come out of all archives together.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    left: usize,
    /// How much had come out of the archive, and how much of it was read, when the ratio was looked at last: a start that
    /// hardly packs buys nothing for what follows.
    looked: (usize, usize),
}

impl Budget {
    /// All of it.
    pub(super) fn new() -> Budget {
        Budget { left: EXPANDED_BYTES, looked: (0, 0) }
    }

    /// Takes what came out last from it; `out` came out of the archive so far, of which `packed` bytes were read.
    pub(super) fn spend(&mut self, bytes: usize, out: usize, packed: usize) -> Result<(), String> {
        let too_much = || format!("it expands to more than {} MiB", EXPANDED_BYTES >> 20);
        self.left = self.left.checked_sub(bytes).ok_or_else(too_much)?;
        if out < self.looked.0 {
            self.looked = (0, 0);
        }
        let stretch = (out - self.looked.0, packed.saturating_sub(self.looked.1));
        let is_full = stretch.0 > FREE_EXPANDED_BYTES;
        let is_free = EXPANDED_BYTES - self.left <= FREE_EXPANDED_BYTES;
        let is_bomb = |(out, packed): (usize, usize)| out / EXPANSION_RATIO > packed;
        if is_full {
            self.looked = (out, packed);
        }
        if (is_full && is_bomb(stretch)) || (!is_free && is_bomb((out, packed))) {
            return Err(format!(
                "it expands to more than {EXPANSION_RATIO} times its size, as only a decompression bomb does"
            ));
        }
        Ok(())
    }
}
