//! A limit on the memory of all bodies together: each request has a limit of its own, but many at once would multiply it.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::reply::Problem;

/// Maximum number of bytes of all bodies that are received, decompressed or processed at a moment: the largest one, compressed
/// and decompressed, and some small ones.
pub(crate) const MOST_AT_ONCE: usize = 88 << 20;
/// The unit in which bytes are counted.
pub(crate) const UNIT: usize = 64 << 10;

/// The memory that bodies may take.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    units: usize,
}

/// The memory of a body, which is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Budget,
    permit: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Budget {
        let units = bytes / UNIT;
        Budget { free: Arc::new(Semaphore::new(units)), units }
    }

    /// Returns the memory of a body that has none yet.
    pub(crate) fn hold(&self) -> Held {
        Held { budget: self.clone(), permit: None }
    }
}

impl Held {
    /// Takes as much as a size needs; never waits, since others might wait for what is held already.
    ///
    /// # Errors
    ///
    /// 503 if other bodies take too much at the moment, 413 if the size alone is too much.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let missing = bytes.div_ceil(UNIT).saturating_sub(self.units());
        if missing == 0 {
            return Ok(());
        }
        if bytes.div_ceil(UNIT) > self.budget.units {
            let why = "the request needs too much memory; send smaller batches";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        let busy = || Problem::busy("other requests take too much memory at the moment");
        let missing = u32::try_from(missing).map_err(|_| busy())?;
        let more = Arc::clone(&self.budget.free).try_acquire_many_owned(missing).map_err(|_| busy())?;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        Ok(())
    }

    /// Gives back what a size does not need.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let excess = self.units().saturating_sub(bytes.div_ceil(UNIT));
        if let Some(permit) = &mut self.permit {
            drop(permit.split(excess));
        }
    }

    fn units(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bodies_share_a_limit_and_give_back_what_they_took() {
        let budget = Budget::new(10 * UNIT);
        let (mut one, mut two) = (budget.hold(), budget.hold());
        one.grow(1).unwrap();
        one.grow(UNIT).unwrap();
        assert_eq!(one.units(), 1);
        two.grow(9 * UNIT).unwrap();
        let refused = one.grow(UNIT + 1).unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.retry_after), (503, Some(1)));
        two.shrink(8 * UNIT);
        one.grow(UNIT + 1).unwrap();
        drop(two);
        one.grow(10 * UNIT).unwrap();
        // No other request is to blame.
        assert_eq!(one.grow(usize::MAX).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        one.shrink(0);
        assert_eq!(budget.free.available_permits(), 10);
    }
}
