//! OTLP as protobuf: a request as exporters send it, or messages each behind its length: four bytes, as the collector's file
//! exporter writes them, or a varint, as `writeDelimitedTo` does. The numbers of the fields are those of `opentelemetry/proto` (v1).

use std::borrow::Cow;

use makespan_format::write_json_string;

use super::attributes::Attributes;
use super::span::{Book, Note, Point, Record, Signal, Span, hex};
use crate::error::ReadError;
use crate::protobuf::{Field, all, begun, fields, varint};

/// Nested values below this depth are left out.
const DEEPEST: usize = 32;

/// Whether a file begins as a request does: a message, in it a resource, in it an attribute with a name.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    framing(bytes).is_some()
}

/// How the messages of a file are separated.
#[derive(Clone, Copy)]
enum Framing {
    /// The file is one message.
    None,
    /// Each message follows its length in four bytes, the highest first.
    Fixed,
    /// Each message follows its length as a varint.
    Varint,
}

/// Returns how the messages of a file are separated; `None` if it does not begin as a request does.
fn framing(bytes: &[u8]) -> Option<Framing> {
    let behind = |length: usize| bytes.get(length..).is_some_and(begins);
    if begins(bytes) {
        Some(Framing::None)
    } else if bytes.starts_with(&[0]) && behind(4) {
        Some(Framing::Fixed)
    } else {
        varint(bytes).is_some_and(|(_, used)| behind(used)).then_some(Framing::Varint)
    }
}

/// Whether a message begins with a resource, and this with an attribute that has a name.
fn begins(message: &[u8]) -> bool {
    // Only the beginning is available: each length may reach beyond it.
    let inner = |bytes: &'_ [u8]| -> Option<usize> {
        if *bytes.first()? != 0x0a {
            return None;
        }
        varint(bytes.get(1..)?).map(|(_, used)| 1 + used)
    };
    let mut at = 0;
    for _ in 0..4 {
        match message.get(at..).and_then(inner) {
            Some(used) => at += used,
            None => return false,
        }
    }
    let name = message.get(at..).unwrap_or_default();
    let letters = name.iter().take_while(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')).count();
    letters >= 4 && name[..letters].contains(&b'.')
}

/// Returns the length of the next message and the rest of the file behind it; `None` at the end, or if it is cut off.
fn length(framing: Framing, bytes: &[u8]) -> Option<(usize, &[u8])> {
    match framing {
        Framing::None => (!bytes.is_empty()).then_some((bytes.len(), bytes)),
        Framing::Fixed => {
            let (length, body) = bytes.split_first_chunk::<4>()?;
            Some((u32::from_be_bytes(*length) as usize, body))
        }
        Framing::Varint => {
            let (length, used) = varint(bytes)?;
            Some((usize::try_from(length).ok()?, bytes.get(used..)?))
        }
    }
}

/// Takes a file.
///
/// # Errors
/// When not one message could be read.
pub(super) fn take<'a>(bytes: &'a [u8], name: &str, book: &mut Book<'_, 'a>) -> Result<(), ReadError> {
    let before = book.resources.len();
    let mut rest = bytes;
    let mut damaged = false;
    let framing = framing(bytes).unwrap_or(Framing::None);
    while let Some((length, body)) = length(framing, rest) {
        let (message, behind) = body.split_at(length.min(body.len()));
        damaged |= !request(message, book) || message.len() < length;
        rest = behind;
    }
    damaged |= !rest.is_empty();
    if book.resources.len() == before {
        return Err(ReadError::broken(format!("{name} is not a protobuf message of spans")));
    }
    if damaged {
        book.tally.warn(
            "truncated",
            "the file ends inside a message, or contains bytes that are not a message",
            || "",
        );
    }
    Ok(())
}

/// Takes one message of that kind.
///
/// # Errors
/// Where it ends within a field, or holds bytes that are not a field: a part of a request is not to be taken for all of it.
pub(super) fn take_part<'a>(
    message: &'a [u8],
    signal: Signal,
    book: &mut Book<'_, 'a>,
) -> Result<(), ReadError> {
    if !fields(message).all(|field| field.is_some()) {
        return Err(ReadError::broken("the body is not a protobuf message of that kind"));
    }
    match signal {
        Signal::Traces => {
            request(message, book);
        }
        Signal::Logs => logs(message, book),
        Signal::Metrics => metrics(message, book),
    }
    Ok(())
}

/// Reads an `ExportTraceServiceRequest`; false if it ends early. The spans before its end are complete.
fn request<'a>(message: &'a [u8], book: &mut Book<'_, 'a>) -> bool {
    for resource in begun(message, 1) {
        of_resource(resource, book);
        // `scope_spans` is 2; instrumentation libraries were 2 in the same place, and 1000 for a while.
        for scope in begun(resource, 2).chain(begun(resource, 1000)) {
            let name = all(scope, 1).flat_map(|s| all(s, 1)).next().map(String::from_utf8_lossy);
            for value in all(scope, 2) {
                span(value, name.clone(), book);
            }
        }
    }
    fields(message).all(|f| f.is_some())
}

/// Adds the resource that sent something; where it stands.
fn of_resource<'a>(message: &'a [u8], book: &mut Book<'_, 'a>) -> usize {
    let attributes = all(message, 1).flat_map(|r| all(r, 1)).filter_map(pair).collect();
    book.resources.push(Attributes(attributes));
    book.resources.len() - 1
}

fn time(field: Field<'_>) -> Option<i64> {
    i64::try_from(field.number()).ok().filter(|t| *t > 0)
}

/// Adds the records of an `ExportLogsServiceRequest`.
fn logs<'a>(message: &'a [u8], book: &mut Book<'_, 'a>) {
    for part in all(message, 1) {
        let resource = of_resource(part, book);
        for value in all(part, 2).flat_map(|scope| all(scope, 2)) {
            let mut record = Record { resource, ..Record::default() };
            let (mut observed, mut number) = (None, 0);
            for (at, field) in fields(value).flatten() {
                match at {
                    1 => record.t = time(field),
                    2 => number = field.number(),
                    3 => record.level = Some(field.text()).filter(|level| !level.is_empty()),
                    5 => record.text = body(field.bytes()),
                    9 => record.trace = hex(field.bytes()),
                    10 => record.span = hex(field.bytes()),
                    11 => observed = time(field),
                    _ => {}
                }
            }
            record.t = record.t.or(observed);
            if record.level.is_none() && number > 0 {
                record.level = Some(number.to_string().into());
            }
            book.logs.push(record);
        }
    }
}

/// The text of a body; anything but a text as JSON.
fn body(value: &[u8]) -> Cow<'_, str> {
    if let Some((1, field)) = fields(value).flatten().last() {
        return field.text();
    }
    let mut json = String::new();
    any_value(value, 0, &mut json);
    Cow::Owned(json)
}

/// Adds the points of an `ExportMetricsServiceRequest`.
fn metrics<'a>(message: &'a [u8], book: &mut Book<'_, 'a>) {
    for part in all(message, 1) {
        let resource = of_resource(part, book);
        for metric in all(part, 2).flat_map(|scope| all(scope, 2)) {
            let text = |number| all(metric, number).last().map(String::from_utf8_lossy);
            let name = text(1).unwrap_or_default();
            let unit = text(3).filter(|unit| !unit.is_empty());
            // Gauges and sums have numbers; histograms of both kinds and summaries a count and a sum.
            for kind in [5, 7, 9, 10, 11] {
                for value in all(metric, kind).flat_map(|of| all(of, 1)) {
                    points(value, kind < 9, &mut |suffix, t, value| {
                        let name = match suffix {
                            "" => name.clone(),
                            suffix => Cow::Owned(format!("{name}.{suffix}")),
                        };
                        let unit = unit.clone().filter(|_| suffix != "count");
                        book.points.push(Point { name, unit, t, value, resource });
                    });
                }
            }
        }
    }
}

/// The numbers of a point, each with what stands behind the name of its metric.
fn points(point: &[u8], is_number: bool, add: &mut dyn FnMut(&'static str, Option<i64>, f64)) {
    let t = fields(point).flatten().filter(|(number, _)| *number == 3).find_map(|(_, field)| time(field));
    for (number, field) in fields(point).flatten() {
        match (number, is_number) {
            (4, true) => add("", t, f64::from_bits(field.number())),
            (6, true) => add("", t, field.number() as i64 as f64),
            (4, false) => add("count", t, field.number() as f64),
            (5, false) => add("sum", t, f64::from_bits(field.number())),
            _ => {}
        }
    }
}

/// The id in these bytes as hex; all zeros are not an id.
fn id(bytes: &[u8]) -> String {
    if bytes.iter().all(|b| *b == 0) { String::new() } else { hex(bytes) }
}

fn span<'a>(message: &'a [u8], scope: Option<Cow<'a, str>>, book: &mut Book<'_, 'a>) {
    let mut trace = String::new();
    let mut span = Span { resource: book.resources.len() - 1, scope, ..Span::default() };
    for (number, field) in fields(message).flatten() {
        match number {
            1 => trace = id(field.bytes()),
            2 => span.id = id(field.bytes()),
            4 => span.parent = Some(id(field.bytes())).filter(|p| !p.is_empty()),
            5 => span.name = field.text(),
            6 => {
                let kinds = ["", "internal", "server", "client", "producer", "consumer"];
                span.kind = kinds.get(field.number() as usize).copied().unwrap_or_default().into();
            }
            7 => span.started = time(field),
            8 => span.ended = time(field),
            9 => span.attributes.0.extend(pair(field.bytes())),
            10 | 12 | 14 => span.dropped += i64::from(field.number() as u32),
            11 => span.events.push(note(field.bytes())),
            13 => {
                let of = |n: u64| all(field.bytes(), n).next().map_or_else(String::new, id);
                span.links.push((of(1), of(2)));
            }
            15 => {
                for (number, field) in fields(field.bytes()).flatten() {
                    match number {
                        2 => span.message = Some(field.text()).filter(|m| !m.is_empty()),
                        3 => span.code = Cow::Owned(field.number().to_string()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    book.span(trace, span);
}

fn note(message: &[u8]) -> Note<'_> {
    let mut note = Note { t: None, name: Cow::Borrowed(""), attributes: Attributes::default() };
    for (number, field) in fields(message).flatten() {
        match number {
            1 => note.t = i64::try_from(field.number()).ok().filter(|t| *t > 0),
            2 => note.name = field.text(),
            3 => note.attributes.0.extend(pair(field.bytes())),
            _ => {}
        }
    }
    note
}

/// An attribute.
fn pair(message: &[u8]) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let key = all(message, 1).next().map(String::from_utf8_lossy)?;
    let mut json = String::new();
    any_value(all(message, 2).next().unwrap_or_default(), 0, &mut json);
    Some((key, Cow::Owned(json)))
}

fn any_value(message: &[u8], depth: usize, out: &mut String) {
    let Some((number, field)) = fields(message).flatten().last() else { return out.push_str("null") };
    match number {
        1 => write_json_string(&field.text(), out),
        2 => out.push_str(if field.number() == 0 { "false" } else { "true" }),
        3 => out.push_str(&(field.number() as i64).to_string()),
        4 => match f64::from_bits(field.number()) {
            value if value.is_finite() => out.push_str(&value.to_string()),
            value => write_json_string(&value.to_string(), out),
        },
        5 | 6 if depth < DEEPEST => {
            let (open, close) = if number == 5 { ('[', ']') } else { ('{', '}') };
            out.push(open);
            for (at, value) in all(field.bytes(), 1).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if number == 5 {
                    any_value(value, depth + 1, out);
                } else {
                    write_json_string(
                        &all(value, 1).next().map(String::from_utf8_lossy).unwrap_or_default(),
                        out,
                    );
                    out.push(':');
                    any_value(all(value, 2).next().unwrap_or_default(), depth + 1, out);
                }
            }
            out.push(close);
        }
        7 => write_json_string(&hex(field.bytes()), out),
        _ => out.push_str("null"),
    }
}
