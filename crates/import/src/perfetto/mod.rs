//! Perfetto's own traces (`.pftrace`, `.perfetto-trace`): a `Trace` of `TracePacket`s, as in `protos/perfetto/trace` of
//! its sources.
//!
//! A slice of a track becomes a task: its name is the step, the enclosing slice of the same track is the parent, its track
//! is the worker. Flows become dependencies, counters samples, instants logs or alerts. What our own export wrote is read
//! back as the tasks and attempts that it was made of, a run for each process. Packets of the kernel (ftrace) and of other
//! data sources are counted and left out.

mod clocks;
mod emit;
mod names;
mod reader;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::protobuf::{Field, fields};
use crate::sniff::Head;

/// The importer of Perfetto's traces.
pub const IMPORTER: Importer = Importer {
    id: "perfetto",
    title: "Perfetto trace",
    parts: &["trace"],
    how: "`tracebox` or `perfetto -o trace.pftrace` with the data source track_event, the Perfetto SDK, Chrome's tracing; \
          `makespan export --format perfetto`",
    lossy: "kernel events (scheduling, ftrace), samples of stacks and heaps, logcat; outcomes and retries, unless an \
            annotation gives them; dependencies, unless flows were recorded",
    sniff,
    read,
    stream: whole,
};

/// So many packets at the beginning of a file are looked at.
const LOOKED_AT: usize = 8;

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let mut rest = head.bytes;
    let (mut known, mut packets) = (false, 0);
    while packets < LOOKED_AT && !rest.is_empty() {
        // Field 1, a message.
        if rest.first() != Some(&0x0a) {
            return None;
        }
        let (length, used) = crate::protobuf::varint(rest.get(1..)?)?;
        let body = rest.get(1 + used..)?;
        let length = usize::try_from(length).ok()?;
        let is_cut = length > body.len();
        if is_cut && head.len <= head.bytes.len() as u64 && packets == 0 {
            // A file that ends within its first packet.
            return None;
        }
        let packet = &body[..length.min(body.len())];
        for field in fields(packet) {
            match field {
                Some(field) if !is_packet_field(field) => return None,
                Some((reader::SEQUENCE | reader::TIMESTAMP | reader::CLOCK_SNAPSHOT | reader::TRACK, _)) => {
                    known = true
                }
                Some(_) => {}
                None if is_cut => break,
                None => return None,
            }
        }
        packets += 1;
        rest = &body[length.min(body.len())..];
    }
    if known {
        claim(90, "trace", "protobuf: packets with a sequence or a time, as in Perfetto's traces")
    } else {
        None
    }
}

/// Whether a packet may have such a field, where the number says which kind it is.
fn is_packet_field((number, field): (u64, Field<'_>)) -> bool {
    let is_message = matches!(field, Field::Bytes(_));
    match number {
        reader::TIMESTAMP
        | reader::SEQUENCE
        | reader::CLOCK_ID
        | reader::SEQUENCE_FLAGS
        | reader::CLEARED => !is_message,
        reader::FTRACE | reader::EVENT | reader::INTERNED | reader::TRACK | reader::CLOCK_SNAPSHOT => {
            is_message
        }
        number => number < 1000,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let mut trace = reader::Trace::default();
        trace.read(&part.source.bytes);
        if trace.packets == 0 {
            return Err(ReadError::broken(format!("{} has no complete packet of a trace", part.source.name)));
        }
        emit::emit(trace, &part.source.name, &IMPORTER, options, sink);
    }
    Ok(())
}
