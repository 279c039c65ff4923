//! Documents that are dear to make, kept for as long as their run does not change.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are kept in all, and the longest document that is kept.
const MOST: usize = 64 << 20;
const LONGEST: usize = 16 << 20;

/// What was asked, of which run, when it had so many events.
type Key = (String, String, u64);

/// The documents that were made last.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<VecDeque<(Key, Arc<[u8]>)>>);

impl Cache {
    /// The document, where it is kept.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == key).map(|(_, bytes)| Arc::clone(bytes))
    }

    /// Keeps a document, and forgets the oldest ones where there are too many.
    pub(crate) fn put(&self, key: Key, bytes: Arc<[u8]>) {
        if bytes.len() > LONGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| of.0 != key.0 || of.1 != key.1);
        kept.push_back((key, bytes));
        while kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MOST {
            kept.pop_front();
        }
    }
}
