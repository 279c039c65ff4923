//! The output of a command: passed through as it comes, byte for byte, and its end kept.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::stored::now;

/// Where a line was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// What it is called in logs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutputLine {
    /// When its last part came, ns since the epoch.
    pub(super) t: i64,
    /// Where it was written to.
    pub(super) stream: Stream,
    /// The line, without its break; what is not UTF-8 became U+FFFD.
    pub(super) text: String,
}

/// What was read at once.
#[derive(Debug)]
struct Chunk {
    t: i64,
    stream: Stream,
    bytes: Vec<u8>,
}

/// The end of what was written, up to a number of bytes. It is cut into lines only when it is asked for, so that a
/// command that writes much is not held up.
#[derive(Debug)]
pub(super) struct Tail {
    most: usize,
    chunks: VecDeque<Chunk>,
    kept: usize,
    /// How many bytes came.
    bytes: u64,
}

impl Tail {
    pub(super) fn new(most: usize) -> Tail {
        Tail { most, chunks: VecDeque::new(), kept: 0, bytes: 0 }
    }

    /// How many bytes came.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many of them are not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.bytes - self.kept.min(self.most) as u64
    }

    /// Takes what was read at once, and gives up the oldest that there is no room for.
    fn push(&mut self, t: i64, stream: Stream, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let bytes = &bytes[bytes.len().saturating_sub(self.most)..];
        self.kept += bytes.len();
        self.chunks.push_back(Chunk { t, stream, bytes: bytes.to_vec() });
        while let Some(oldest) = self.chunks.front()
            && self.kept - oldest.bytes.len() >= self.most
        {
            self.kept -= oldest.bytes.len();
            self.chunks.pop_front();
        }
    }

    /// The lines that are kept, in the order in which they ended. The first may lack its beginning.
    pub(super) fn lines(&self) -> Vec<OutputLine> {
        let mut lines = Vec::new();
        let mut open: [(i64, Vec<u8>); 2] = Default::default();
        let mut over = self.kept.saturating_sub(self.most);
        let mut end = |t: i64, stream: Stream, bytes: &mut Vec<u8>| {
            let bytes = std::mem::take(bytes);
            let text = String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(&bytes)).into_owned();
            lines.push(OutputLine { t, stream, text });
        };
        for chunk in &self.chunks {
            let skipped = over.min(chunk.bytes.len());
            over -= skipped;
            let (last, line) = &mut open[chunk.stream as usize];
            for part in chunk.bytes[skipped..].split_inclusive(|b| *b == b'\n') {
                *last = chunk.t;
                match part.strip_suffix(b"\n") {
                    Some(text) => {
                        line.extend_from_slice(text);
                        end(chunk.t, chunk.stream, line);
                    }
                    None => line.extend_from_slice(part),
                }
            }
        }
        // A last line needs no break.
        for (stream, (t, line)) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&mut open) {
            if !line.is_empty() {
                end(*t, stream, line);
            }
        }
        lines
    }
}

/// A tail that several streams write to.
pub(super) type SharedTail = Arc<Mutex<Tail>>;

/// Passes everything from one place to another, at once, and keeps the end of it. Ends where the input does, or where
/// nobody takes the output any more: the input is then closed, which whoever writes to it notices.
pub(super) fn pass_through(
    stream: Stream,
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    tail: SharedTail,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => {
                    let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                    tail.push(now(), stream, &buffer[..count]);
                    drop(tail);
                    if to.write_all(&buffer[..count]).and_then(|()| to.flush()).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tail_of(most: usize, parts: &[&[u8]]) -> (Vec<String>, u64) {
        let mut tail = Tail::new(most);
        parts.iter().for_each(|part| tail.push(5, Stream::Stdout, part));
        (tail.lines().into_iter().map(|line| line.text).collect(), tail.left_out())
    }

    #[test]
    fn lines_are_complete_however_they_arrive() {
        let (lines, left_out) = tail_of(100, &[b"one\ntw", b"o\r\n", b"\n", b"\xff last"]);
        assert_eq!((lines, left_out), (["one", "two", "", "\u{fffd} last"].map(str::to_owned).to_vec(), 0));
        assert_eq!(tail_of(100, &[]), (vec![], 0));
    }

    #[test]
    fn streams_do_not_mix_within_a_line() {
        let mut tail = Tail::new(100);
        tail.push(1, Stream::Stdout, b"out");
        tail.push(2, Stream::Stderr, b"err\n");
        tail.push(3, Stream::Stdout, b"put\n");
        let lines: Vec<_> = tail.lines().into_iter().map(|l| (l.t, l.stream, l.text)).collect();
        let expected = [(2, Stream::Stderr, "err".to_owned()), (3, Stream::Stdout, "output".to_owned())];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_tail_is_kept_exactly_and_the_rest_is_counted() {
        let whole: Vec<u8> = (0..200u8).map(|i| b'a' + i % 26).collect();
        for size in [1, 7, 64, 200] {
            for most in [0, 1, 10, 100, 199, 200, 300] {
                let parts: Vec<&[u8]> = whole.chunks(size).collect();
                let (lines, left_out) = tail_of(most, &parts);
                let kept = most.min(200);
                let expected = String::from_utf8(whole[200 - kept..].to_vec()).unwrap();
                assert_eq!(lines.concat(), expected, "{size} {most}");
                assert_eq!(left_out, 200 - kept as u64, "{size} {most}");
            }
        }
        assert_eq!(tail_of(3, &[&[b'\n'; 1000]]), (vec![String::new(); 3], 997));
    }

    #[test]
    fn output_passes_through_unchanged() {
        let tail: SharedTail = Arc::new(Mutex::new(Tail::new(1000)));
        let (mut reader, writer) = io::pipe().unwrap();
        pass_through(Stream::Stderr, &b"\x00\xffabc\n\r\nend"[..], writer, tail.clone()).join().unwrap();
        let mut passed = Vec::new();
        reader.read_to_end(&mut passed).unwrap();
        assert_eq!(passed, b"\x00\xffabc\n\r\nend");
        assert_eq!(tail.lock().unwrap().lines().len(), 3);
    }
}
