//! Documents that are expensive to make, kept as long as their run does not change.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Maximum total size in bytes, and maximum size of a document.
const MOST: usize = 64 << 20;
const LONGEST: usize = 16 << 20;

/// The kind of document, the run, and its number of events.
type Key = (String, String, u64);

/// The documents that were made last.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<VecDeque<(Key, Arc<[u8]>)>>);

impl Cache {
    /// Returns the document, if it is kept.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == key).map(|(_, bytes)| Arc::clone(bytes))
    }

    /// Keeps a document, and drops the oldest ones if there are too many.
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
