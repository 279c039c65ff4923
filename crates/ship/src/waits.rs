//! Pauses before a request is repeated.

use std::time::Duration;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses that double with each failure.
#[derive(Debug)]
pub struct Waits(Duration);

impl Default for Waits {
    fn default() -> Waits {
        Waits(FIRST)
    }
}

impl Waits {
    /// The shortest pause.
    pub const FIRST: Duration = FIRST;

    /// Returns the pause after a failure: at least what the server asked for.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let wait = self.0.max(asked.unwrap_or_default());
        self.0 = (self.0 * 2).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_the_server_can_ask_for_longer_ones() {
        let mut waits = Waits::default();
        assert_eq!([waits.next(None), waits.next(None)].map(|wait| wait.as_millis()), [500, 1000]);
        assert_eq!(waits.next(Some(Duration::from_secs(9))).as_secs(), 9);
        assert!((0..20).all(|_| waits.next(None) <= LONGEST));
        assert_eq!(waits.next(None), LONGEST);
        assert_eq!(waits.next(Some(Duration::from_secs(60))).as_secs(), 60);
    }
}
