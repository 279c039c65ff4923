//! The meaning of a shape, packed into the opaque hit id of the scene.

use makespan_scene::Hit;
use serde::{Deserialize, Serialize};

/// The subject of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    /// One attempt, by index.
    Attempt(u32),
    /// One task, by index.
    Task(u32),
    /// Several merged bars, by the index of the first attempt.
    Merged(u32),
    /// A node of the graph with several tasks, by index of the node.
    Group(u32),
    /// An edge of the graph, by index.
    Edge(u32),
    /// A lane of the timeline, by index.
    Lane(u32),
    /// An alert or a log line, by index in order of time.
    Recorded(u32),
    /// A marker of the reader, by index in the view.
    Marker(u32),
    /// A row of a comparison: a task of one run, of the other, or of both, by index.
    Matched(u32),
    /// A cell of a matrix, by its row and column.
    Cell(u32, u32),
}

/// Bit position of a cell's row, which has 28 bits like its column; above both, from bit 56 on, is the kind, as for all
/// targets.
const ROW: u32 = 28;
const CELL: u64 = 7 << 56;

impl Target {
    /// Returns the hit id.
    pub fn hit(self) -> Hit {
        let (kind, index) = match self {
            Target::Attempt(i) => (1u64, i),
            Target::Task(i) => (2, i),
            Target::Merged(i) => (3, i),
            Target::Group(i) => (4, i),
            Target::Edge(i) => (5, i),
            Target::Lane(i) => (6, i),
            Target::Recorded(i) => (8, i),
            Target::Marker(i) => (9, i),
            Target::Matched(i) => (16, i),
            Target::Cell(row, column) => {
                let part = |i: u32| u64::from(i.min((1 << ROW) - 1));
                return Hit(CELL | part(row) << ROW | part(column));
            }
        };
        Hit(kind << 32 | u64::from(index))
    }

    /// Returns the target of a hit id.
    pub fn of(hit: Hit) -> Option<Target> {
        if hit.0 >> 56 == CELL >> 56 {
            let part = |bits: u64| (bits & ((1 << ROW) - 1)) as u32;
            return Some(Target::Cell(part(hit.0 >> ROW), part(hit.0)));
        }
        let index = hit.0 as u32;
        Some(match hit.0 >> 32 {
            1 => Target::Attempt(index),
            2 => Target::Task(index),
            3 => Target::Merged(index),
            4 => Target::Group(index),
            5 => Target::Edge(index),
            6 => Target::Lane(index),
            8 => Target::Recorded(index),
            9 => Target::Marker(index),
            16 => Target::Matched(index),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_round_trip_through_a_scene() {
        for t in [
            Target::Attempt(0),
            Target::Task(u32::MAX),
            Target::Merged(7),
            Target::Group(1),
            Target::Edge(2),
            Target::Lane(3),
            Target::Recorded(5),
            Target::Marker(6),
            Target::Matched(4),
            Target::Cell(0, 0),
            Target::Cell(100_000, (1 << 28) - 1),
        ] {
            assert_eq!(Target::of(t.hit()), Some(t));
        }
        assert_eq!(Target::of(Hit::NONE), None);
    }
}
