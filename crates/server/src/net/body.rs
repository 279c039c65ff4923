//! Reads the body of a request, with limits on its compressed and decompressed size.

use std::io::Read as _;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;

use super::budget::{Budget, Held, UNIT};
use super::reply::Problem;

/// Maximum number of header lines of a request.
pub(crate) const HEADER_LINES: usize = 100;
/// Maximum number of bytes to receive, and of bytes after decompression.
pub(crate) const MOST_SENT: usize = 16 << 20;
pub(crate) const MOST_UNPACKED: usize = 64 << 20;
/// Number of bytes by which a body grows at a time.
const STEP: usize = 1 << 20;
/// Maximum idle time, and the minimum rate in bytes per second after the grace period.
const IDLE: Duration = Duration::from_secs(15);
const GRACE: Duration = Duration::from_secs(15);
const SLOWEST: u64 = 1 << 10;

/// Returns the media type of a request, without parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A whole body.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    /// Its memory; to be kept until the request is answered.
    pub(crate) held: Held,
}

/// Reads and decompresses a whole body.
///
/// # Errors
///
/// 413 if it is too large, 408 if it arrives too slowly, 415 if its encoding is not gzip, 400 if it is
/// damaged, 503 if all bodies together are too large at the moment.
pub(crate) async fn read(budget: &Budget, headers: &HeaderMap, body: Body) -> Result<Received, Problem> {
    let packing =
        headers.get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap_or("?").to_ascii_lowercase());
    let is_gzip = match packing.as_deref() {
        None | Some("identity") => false,
        Some("gzip" | "x-gzip") => true,
        Some(_) => {
            let why = "only gzip and identity are accepted as Content-Encoding";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
    };
    let received = receive(budget, body).await?;
    if is_gzip { unpacked(received).await } else { Ok(received) }
}

/// Reads a whole body as it was sent.
///
/// # Errors
///
/// 413 if it is too large, 408 if it arrives too slowly, 400 if it breaks off, 503 if all bodies together are too large at the
/// moment.
pub(crate) async fn receive(budget: &Budget, mut body: Body) -> Result<Received, Problem> {
    let (mut bytes, mut held) = (Vec::new(), budget.hold());
    let began = Instant::now();
    loop {
        let slow = || Problem::new(StatusCode::REQUEST_TIMEOUT, "the body arrives too slowly");
        let Some(frame) = tokio::time::timeout(IDLE, body.frame()).await.map_err(|_| slow())? else { break };
        let broken = |_| Problem::new(StatusCode::BAD_REQUEST, "the body ends before its length");
        if let Ok(data) = frame.map_err(broken)?.into_data() {
            if bytes.len() + data.len() > MOST_SENT {
                return Err(too_large(MOST_SENT));
            }
            held.grow(bytes.len() + data.len())?;
            bytes.extend_from_slice(&data);
        }
        let elapsed = began.elapsed();
        if elapsed > GRACE && (bytes.len() as u64) < elapsed.as_secs().saturating_mul(SLOWEST) {
            return Err(slow());
        }
    }
    Ok(Received { bytes, held })
}

/// Decompresses gzip.
///
/// # Errors
///
/// 413 if the result is too large, 400 if the data is damaged, 503 if all bodies together are too large at the moment.
pub(crate) async fn unpacked(received: Received) -> Result<Received, Problem> {
    let unpacked = tokio::task::spawn_blocking(move || unpack(received)).await;
    unpacked.unwrap_or_else(|_| Err(Problem::new(StatusCode::BAD_REQUEST, "the body cannot be decompressed")))
}

fn unpack(Received { bytes: packed, mut held }: Received) -> Result<Received, Problem> {
    let mut bytes = Vec::new();
    let damaged = |_| Problem::new(StatusCode::BAD_REQUEST, "the gzip data is damaged");
    let mut decoder = GzDecoder::new(&*packed);
    loop {
        // A small body is likely to be small decompressed; the memory is taken before it is used.
        let step = bytes.len().max(packed.len()).clamp(UNIT, STEP);
        held.grow(packed.len() + bytes.len() + step)?;
        if (&mut decoder).take(step as u64).read_to_end(&mut bytes).map_err(damaged)? == 0 {
            break;
        }
        if bytes.len() > MOST_UNPACKED {
            return Err(too_large(MOST_UNPACKED));
        }
    }
    drop(packed);
    held.shrink(bytes.len());
    Ok(Received { bytes, held })
}

fn too_large(most: usize) -> Problem {
    let why = format!("the body is larger than {} MiB; send smaller batches", most >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::budget::MOST_AT_ONCE;
    use super::*;
    use std::io::Write as _;

    #[test]
    fn bodies_that_decompress_to_too_much_are_refused() {
        let packed = |count: usize| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            let block = vec![b'x'; 1 << 20];
            (0..count).for_each(|_| out.write_all(&block).unwrap());
            out.finish().unwrap()
        };
        let budget = Budget::new(MOST_AT_ONCE);
        let unpack = |bytes: &[u8]| unpack(Received { bytes: bytes.to_vec(), held: budget.hold() });
        let whole = unpack(&packed(2)).unwrap();
        assert_eq!(whole.bytes.len(), 2 << 20);
        assert_eq!(unpack(&packed(65)).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        // What one takes, another cannot have.
        let most = unpack(&packed(64)).unwrap();
        assert_eq!(unpack(&packed(32)).unwrap_err().status, StatusCode::SERVICE_UNAVAILABLE);
        drop(most);
        assert!(unpack(&packed(32)).is_ok());
        let bytes = packed(1);
        assert_eq!(unpack(&bytes[..bytes.len() / 2]).unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
