//! Patience with other writers, and with machines that do not answer.

use std::time::{Duration, Instant};

use makespan_store::Error;

use super::id::random;

/// How long a server that cannot be reached is asked again: long enough for one that restarts, short enough for a script
/// whose every step asks.
const UNREACHABLE: Duration = Duration::from_secs(2);

/// Tries again while another process writes, for so long, and while a server cannot be reached, for [`UNREACHABLE`].
pub(crate) fn patiently<T>(
    wait: Duration,
    mut attempt: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match attempt() {
            Err(error @ (Error::Busy { .. } | Error::Unavailable { .. })) => {
                let limit = if matches!(error, Error::Busy { .. }) { wait } else { wait.min(UNREACHABLE) };
                let left = limit.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    return Err(error);
                }
                // Not all at the same moment: those who wait would meet again.
                let share = 0.5 + (random() % 1024) as f64 / 1024.0;
                std::thread::sleep(pause.mul_f64(share).min(left));
                pause = (pause * 2).min(Duration::from_millis(100));
            }
            other => return other,
        }
    }
}

/// Does something on a thread of its own, and waits for it only so long: a connection to a machine that answers nothing
/// may take minutes to fail. What was begun goes on until the program ends.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    late: impl FnOnce() -> Error,
) -> Result<T, Error> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let started = std::thread::Builder::new().spawn(move || sender.send(work()));
    if let Err(error) = started {
        return Err(error.into());
    }
    receiver.recv_timeout(limit).unwrap_or_else(|_| Err(late()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_cannot_be_reached_is_not_waited_for_as_long_as_another_writer() {
        let begun = Instant::now();
        let mut asked = 0;
        let result: Result<(), Error> = patiently(Duration::from_secs(600), || {
            asked += 1;
            Err(Error::Unavailable { location: "redis://host".into(), reason: "refused".into() })
        });
        assert!(matches!(result, Err(Error::Unavailable { .. })));
        assert!(asked > 1 && begun.elapsed() >= UNREACHABLE && begun.elapsed() < Duration::from_secs(60));
    }
}
