//! Connections that do not hold a server up: who sends no request, or takes no answer, is dropped.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// As long a client may take for the head of a request, and as long it may take nothing of an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// A client that takes fewer bytes in that time takes nothing.
const LEAST: u64 = 16 << 10;

/// A connection whose writes fail once the other side has not taken enough for a while. Reads are bounded by the time
/// for the head of a request; time in which there is nothing to write does not count.
pub(super) struct Impatient<S> {
    stream: S,
    /// Runs while a write waits.
    until: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since it runs.
    taken: u64,
}

impl<S> Impatient<S> {
    /// A connection that nothing was written to yet.
    pub(super) fn new(stream: S) -> Impatient<S> {
        Impatient { stream, until: None, taken: 0 }
    }

    /// Looks at the clock where the other side takes nothing at this moment.
    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
        bytes: u64,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.taken += bytes;
            if self.taken >= LEAST {
                self.until = None;
            }
            return written;
        }
        if self.until.is_none() {
            self.taken = 0;
        }
        let until = self.until.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(until.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        let count = if let Poll::Ready(Ok(count)) = &written { *count as u64 } else { 0 };
        this.judge(cx, written, count)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::Instant;

    use super::*;

    /// How long it takes to write to somebody who reads so many bytes a second; an error after that is the same.
    async fn writing(bytes: usize, a_second: usize) -> (io::Result<()>, Duration) {
        let (ours, mut theirs) = duplex(1024);
        let mut writer = Impatient::new(ours);
        let reader = tokio::spawn(async move {
            let mut buffer = vec![0; a_second.max(1)];
            while a_second > 0 && theirs.read_exact(&mut buffer).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
            sleep(Duration::from_secs(1_000)).await;
        });
        let begun = Instant::now();
        let written = writer.write_all(&vec![0; bytes]).await;
        reader.abort();
        (written, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_or_next_to_nothing_is_dropped_and_who_takes_some_is_not() {
        for a_second in [0, 1, 500] {
            let (written, took) = writing(1 << 20, a_second).await;
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
            assert!(took <= PATIENCE + Duration::from_secs(1), "{took:?}");
        }
        let (written, took) = writing(1 << 20, 8 << 10).await;
        assert!(written.is_ok() && took > PATIENCE, "{written:?} {took:?}");
    }
}
