//! What archives may expand to.

use crate::limits::{EXPANDED_BYTES, EXPANSION_RATIO, FREE_EXPANDED_BYTES};

/// How much may come out of all archives together.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    left: usize,
}

impl Budget {
    /// All of it.
    pub(super) fn new() -> Budget {
        Budget { left: EXPANDED_BYTES }
    }

    /// Takes what came out last from it; `out` came out of the archive so far, of which `packed` bytes were read.
    pub(super) fn spend(&mut self, bytes: usize, out: usize, packed: usize) -> Result<(), String> {
        let too_much = || format!("it expands to more than {} MiB", EXPANDED_BYTES >> 20);
        self.left = self.left.checked_sub(bytes).ok_or_else(too_much)?;
        if EXPANDED_BYTES - self.left > FREE_EXPANDED_BYTES && out / EXPANSION_RATIO > packed {
            return Err(format!(
                "it expands to more than {EXPANSION_RATIO} times its size, as only a decompression bomb does"
            ));
        }
        Ok(())
    }
}
