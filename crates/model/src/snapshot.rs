//! The run as one block of bytes, for handing it from a worker to the page without folding it again.
//!
//! Not a file format: both sides are the same program. Little-endian columns, each with its length in front, in the
//! order of the fields.

use std::borrow::Cow;

use makespan_format::{Direction, Severity, Status};

use crate::columns::*;
use crate::{Diagnostic, Rows, Run, StrId, Strings};

/// The bytes are not a snapshot of this version of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotError;

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the bytes are no snapshot of a run by this version")
    }
}

impl std::error::Error for SnapshotError {}

type Read<T> = Result<T, SnapshotError>;

/// Reads from the front of the bytes that are left.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(SnapshotError)?;
        self.0 = tail;
        Ok(head)
    }
    fn len(&mut self) -> Read<usize> {
        let bytes = self.take(8)?;
        let n = u64::from_le_bytes(bytes.try_into().map_err(|_| SnapshotError)?);
        usize::try_from(n).map_err(|_| SnapshotError)
    }
}

/// A value of fixed width in a column.
trait Cell: Sized {
    const WIDTH: usize;
    fn store(&self, out: &mut Vec<u8>);
    fn load(bytes: &[u8]) -> Read<Self>;
}

macro_rules! number {
    ($($t:ty),*) => {$(
        impl Cell for $t {
            const WIDTH: usize = size_of::<$t>();
            fn store(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn load(bytes: &[u8]) -> Read<$t> {
                bytes.try_into().map(<$t>::from_le_bytes).map_err(|_| SnapshotError)
            }
        }
    )*};
}
number!(u8, u32, u64, i64, f32, f64);

impl Cell for StrId {
    const WIDTH: usize = 4;
    fn store(&self, out: &mut Vec<u8>) {
        self.0.store(out);
    }
    fn load(bytes: &[u8]) -> Read<StrId> {
        u32::load(bytes).map(StrId)
    }
}

impl Cell for Status {
    const WIDTH: usize = 1;
    fn store(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }
    fn load(bytes: &[u8]) -> Read<Status> {
        Status::ALL.get(usize::from(u8::load(bytes)?)).copied().ok_or(SnapshotError)
    }
}

impl Cell for Option<Status> {
    const WIDTH: usize = 1;
    fn store(&self, out: &mut Vec<u8>) {
        out.push(self.map_or(255, |s| s as u8));
    }
    fn load(bytes: &[u8]) -> Read<Option<Status>> {
        if bytes == [255] { Ok(None) } else { Status::load(bytes).map(Some) }
    }
}

impl Cell for Option<bool> {
    const WIDTH: usize = 1;
    fn store(&self, out: &mut Vec<u8>) {
        out.push(self.map_or(2, u8::from));
    }
    fn load(bytes: &[u8]) -> Read<Option<bool>> {
        Ok([Some(false), Some(true), None].get(usize::from(u8::load(bytes)?)).copied().flatten())
    }
}

impl Cell for Direction {
    const WIDTH: usize = 1;
    fn store(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self == Direction::Input));
    }
    fn load(bytes: &[u8]) -> Read<Direction> {
        Ok(if u8::load(bytes)? == 1 { Direction::Input } else { Direction::Output })
    }
}

impl Cell for (u32, u32) {
    const WIDTH: usize = 8;
    fn store(&self, out: &mut Vec<u8>) {
        self.0.store(out);
        self.1.store(out);
    }
    fn load(bytes: &[u8]) -> Read<(u32, u32)> {
        let (a, b) = bytes.split_at_checked(4).ok_or(SnapshotError)?;
        Ok((u32::load(a)?, u32::load(b)?))
    }
}

/// Something that is written whole and read back whole.
trait Block: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(input: &mut Input<'_>) -> Read<Self>;
}

impl<T: Cell> Block for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        Block::put(&(self.len() as u64), out);
        out.reserve(self.len() * T::WIDTH);
        self.iter().for_each(|v| v.store(out));
    }
    fn get(input: &mut Input<'_>) -> Read<Vec<T>> {
        let n = input.len()?;
        let bytes = input.take(n.checked_mul(T::WIDTH).ok_or(SnapshotError)?)?;
        // Not `collect` into a result, which grows the list step by step since it cannot know that none fails.
        let mut column = Vec::with_capacity(n);
        for cell in bytes.chunks_exact(T::WIDTH) {
            column.push(T::load(cell)?);
        }
        Ok(column)
    }
}

impl Block for String {
    fn put(&self, out: &mut Vec<u8>) {
        Block::put(&(self.len() as u64), out);
        out.extend_from_slice(self.as_bytes());
    }
    fn get(input: &mut Input<'_>) -> Read<String> {
        let n = input.len()?;
        String::from_utf8(input.take(n)?.to_vec()).map_err(|_| SnapshotError)
    }
}

/// A single cell is a block too.
macro_rules! single {
    ($($t:ty),*) => {$(
        impl Block for $t {
            fn put(&self, out: &mut Vec<u8>) {
                Cell::store(self, out);
            }
            fn get(input: &mut Input<'_>) -> Read<$t> {
                <$t as Cell>::load(input.take(<$t as Cell>::WIDTH)?)
            }
        }
    )*};
}
single!(u8, u64, i64, StrId, Option<Status>, Option<bool>);

impl Block for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn get(input: &mut Input<'_>) -> Read<bool> {
        Ok(<u8 as Block>::get(input)? == 1)
    }
}

impl Block for [StrId; 3] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|s| Cell::store(s, out));
    }
    fn get(input: &mut Input<'_>) -> Read<[StrId; 3]> {
        Ok([<StrId as Block>::get(input)?, <StrId as Block>::get(input)?, <StrId as Block>::get(input)?])
    }
}

impl Block for Vec<Diagnostic> {
    fn put(&self, out: &mut Vec<u8>) {
        Block::put(&(self.len() as u64), out);
        for d in self {
            out.push(d.severity as u8);
            d.code.clone().into_owned().put(out);
            d.message.put(out);
            Block::put(&d.count, out);
            Block::put(&d.offset.map_or(-1, |o| o as i64), out);
            Block::put(&d.line.map_or(-1, |l| l as i64), out);
        }
    }
    fn get(input: &mut Input<'_>) -> Read<Vec<Diagnostic>> {
        let n = input.len()?;
        let mut all = Vec::new();
        for _ in 0..n {
            let severity = match <u8 as Block>::get(input)? {
                0 => Severity::Info,
                1 => Severity::Warning,
                _ => Severity::Error,
            };
            all.push(Diagnostic {
                severity,
                code: Cow::Owned(String::get(input)?),
                message: String::get(input)?,
                count: <u64 as Block>::get(input)?,
                offset: u64::try_from(<i64 as Block>::get(input)?).ok(),
                line: u64::try_from(<i64 as Block>::get(input)?).ok(),
            });
        }
        Ok(all)
    }
}

impl Block for Strings {
    fn put(&self, out: &mut Vec<u8>) {
        let (text, ends) = self.parts();
        text.collect::<String>().put(out);
        Block::put(&ends.to_vec(), out);
    }
    fn get(input: &mut Input<'_>) -> Read<Strings> {
        Ok(Strings::from_parts(Block::get(input)?, Block::get(input)?))
    }
}

macro_rules! blocks {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Block for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(Block::put(&self.$field, out);)*
            }
            fn get(input: &mut Input<'_>) -> Read<$name> {
                Ok($name { $($field: Block::get(input)?,)* })
            }
        }
    )*};
}

blocks! {
    Rows { starts, targets }
    Tasks { id, name, step, kind, parent, group, status, declared, labels, params }
    Attempts { task, number, queued, started, ended, worker, status, progress, error, error_kind, trace }
    Samples { task, number, name, unit, value, t }
    Logs { task, number, t, level, text }
    Alerts { task, t, severity, text, resolved }
    Artifacts { task, name, direction, uri, size, value }
    Run {
        id, name, workflow, source, recorded_status, recorded_start, recorded_end, error, labels, params, stored,
        infer_edges, strings, tasks, attempts, attempts_of, predecessors, successors, edges_inferred, cut, samples,
        logs, alerts, artifacts, diagnostics,
    }
}

impl Run {
    /// The run as bytes; appended, so that several runs share a block.
    pub fn write_snapshot(&self, out: &mut Vec<u8>) {
        Block::put(self, out);
    }

    /// Reads one run back and returns what follows it.
    pub fn read_snapshot(bytes: &[u8]) -> Result<(Run, &[u8]), SnapshotError> {
        let mut input = Input(bytes);
        let run = <Run as Block>::get(&mut input)?;
        Ok((run, input.0))
    }
}
