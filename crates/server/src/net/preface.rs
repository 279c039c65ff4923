//! The version of HTTP that a client speaks: one port serves both, and a connection of HTTP/2 without TLS begins with bytes
//! that no request of HTTP/1 can begin with (RFC 9113, section 3.4).

use std::io;

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Reads until the version is certain. Returns what was read, and whether it begins HTTP/2.
///
/// # Errors
///
/// Those of the connection; also if it ends before its first byte.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Bytes, bool)> {
    let mut read = [0; PREFACE.len()];
    let mut at = 0;
    loop {
        let count = match read.get_mut(at..) {
            Some(rest) if !rest.is_empty() => stream.read(rest).await?,
            _ => 0,
        };
        at += count;
        let part = read.get(..at).unwrap_or_default();
        if at == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let is_http2 = part == PREFACE;
        if count == 0 || is_http2 || !PREFACE.starts_with(part) {
            return Ok((Bytes::copy_from_slice(part), is_http2));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Returns the result for bytes that arrive in pieces of this size.
    async fn sniffed(bytes: &[u8], piece: usize) -> Option<(Vec<u8>, bool)> {
        let (mut near, mut far) = tokio::io::duplex(piece);
        let sent = bytes.to_vec();
        let writing = tokio::spawn(async move {
            use tokio::io::AsyncWriteExt as _;
            let _ = far.write_all(&sent).await;
        });
        let (first, is_http2) = read(&mut near).await.ok()?;
        let mut whole = first.to_vec();
        near.read_to_end(&mut whole).await.unwrap();
        writing.await.unwrap();
        Some((whole, is_http2))
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_first_bytes_tell_the_version_and_none_is_lost() {
        let http2 = [PREFACE.as_slice(), b"\0\0\0\x04\0\0\0\0\0"].concat();
        let cases: [(&[u8], bool); 7] = [
            (&http2, true),
            (PREFACE, true),
            (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
            (b"POST / HTTP/1.1\r\n\r\n", false),
            (b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", false),
            (b"PRI", false),
            (b"\x16\x03\x01", false),
        ];
        for (bytes, is_http2) in cases {
            for piece in [1, 3, 7, 1_000] {
                assert_eq!(sniffed(bytes, piece).await.unwrap(), (bytes.to_vec(), is_http2), "{bytes:?}");
            }
        }
        assert!(sniffed(b"", 8).await.is_none());
    }
}
