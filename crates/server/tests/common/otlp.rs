//! Requests of OTLP as protobuf, written by hand.

/// The id of the trace that all of them belong to.
pub(crate) const TRACE: &str = "5b8efff798038103d269b633813fc60c";
const SPAN: &str = "aaaaaaaaaaaaaaaa";
const SECOND: u64 = 1_000_000_000;

/// A field of protobuf that is bytes.
pub(crate) fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
    out
}

pub(crate) fn fixed(number: u8, value: u64) -> Vec<u8> {
    let mut out = vec![number << 3 | 1];
    out.extend_from_slice(&value.to_le_bytes());
    out
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn resource() -> Vec<u8> {
    let value = field(2, &field(1, b"shop"));
    field(1, &field(1, &[field(1, b"service.name"), value].concat()))
}

/// A trace of one span, and a span without ids, which is rejected.
pub(crate) fn traces_message() -> Vec<u8> {
    let span = [
        field(1, &hex(TRACE)),
        field(2, &hex(SPAN)),
        field(5, b"checkout"),
        fixed(7, SECOND),
        fixed(8, 2 * SECOND),
    ]
    .concat();
    let zero = [field(1, &[0; 16]), field(2, &[0; 8])].concat();
    let spans = [field(2, &span), field(2, &zero)].concat();
    field(1, &[resource(), field(2, &spans)].concat())
}

/// A log record of that span.
pub(crate) fn logs_message() -> Vec<u8> {
    let record = [
        fixed(1, 2 * SECOND),
        field(3, b"WARN"),
        field(5, &field(1, b"low stock")),
        field(9, &hex(TRACE)),
        field(10, &hex(SPAN)),
    ]
    .concat();
    field(1, &[resource(), field(2, &field(2, &record))].concat())
}

/// A point of a gauge, which belongs to no trace.
pub(crate) fn metrics_message() -> Vec<u8> {
    let point = [fixed(3, 2 * SECOND), fixed(4, 7.5f64.to_bits())].concat();
    let metric = [field(1, b"queue"), field(3, b"By"), field(5, &field(1, &point))].concat();
    field(1, &[resource(), field(2, &field(2, &metric))].concat())
}
