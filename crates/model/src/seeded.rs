//! Maps by text that a file may choose.
//!
//! An attacker who knows the hash function can write a file whose ids all collide, which would take hours to read.
//! Therefore each process uses its own seed; no output depends on the order of a map.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

use foldhash::SharedSeed;
use foldhash::fast::{FoldHasher, SeedableRandomState};

/// A map whose keys a file may choose.
pub type HashMap<K, V> = std::collections::HashMap<K, V, Seeded>;

/// A set whose members a file may choose.
pub type HashSet<T> = std::collections::HashSet<T, Seeded>;

static SEED: OnceLock<SharedSeed> = OnceLock::new();

/// Sets the seed of this process, before the first map is made; afterwards this does nothing. Wasm has no randomness of
/// its own, so the app hands over what the browser gives; elsewhere the standard library asks the operating system.
pub fn seed_maps(seed: u64) {
    let _ = SEED.set(SharedSeed::from_u64(seed));
}

/// Hasher of maps with foreign text as keys. It uses the seed of the process and differs between maps, because filling
/// one map in the iteration order of another with the same hasher is quadratic.
#[derive(Clone, Debug)]
pub struct Seeded(SeedableRandomState);

impl Default for Seeded {
    fn default() -> Seeded {
        thread_local! {
            static MADE: Cell<u64> = const { Cell::new(0) };
        }
        // 2^64 divided by the golden ratio: multiples of it are spread over all values (Knuth, vol. 3, 6.4).
        let own = MADE.with(|made| made.replace(made.get().wrapping_add(0x9e37_79b9_7f4a_7c15)));
        let of_process = || SharedSeed::from_u64(RandomState::new().build_hasher().finish());
        Seeded(SeedableRandomState::with_seed(own, SEED.get_or_init(of_process)))
    }
}

impl BuildHasher for Seeded {
    type Hasher = FoldHasher<'static>;

    fn build_hasher(&self) -> FoldHasher<'static> {
        self.0.build_hasher()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_set_once_and_two_maps_hash_differently() {
        let (first, second) = (Seeded::default(), Seeded::default());
        assert_ne!(first.hash_one("task"), second.hash_one("task"));
        let before = first.hash_one("task");
        seed_maps(1);
        assert_eq!(before, first.clone().hash_one("task"));
    }
}
