//! What every store on this machine asks for: patience with other writers, and a folder that is private.

use std::time::{Duration, Instant};

use makespan_store::Error;

use super::id::random;

/// Makes a folder that nobody else can look into: runs may tell of anything.
pub(super) fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Tries again while another process writes, for so long.
pub(crate) fn patiently<T>(
    wait: Duration,
    mut attempt: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let until = Instant::now() + wait;
    let mut pause = Duration::from_millis(2);
    loop {
        match attempt() {
            Err(error @ (Error::Busy { .. } | Error::Unavailable { .. })) => {
                let left = until.saturating_duration_since(Instant::now());
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
