//! What a shape stands for, packed into the opaque hit id of the scene.

use makespan_scene::Hit;

/// What lies under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One attempt, by index.
    Attempt(u32),
    /// One task, by index.
    Task(u32),
    /// Several bars drawn as one; the index is that of its first attempt.
    Merged(u32),
    /// A node of the graph that stands for several tasks, by index of the node.
    Group(u32),
    /// An edge of the graph, by index.
    Edge(u32),
    /// A lane of the timeline, by index.
    Lane(u32),
}

impl Target {
    /// As a hit id.
    pub fn hit(self) -> Hit {
        let (kind, index) = match self {
            Target::Attempt(i) => (1u64, i),
            Target::Task(i) => (2, i),
            Target::Merged(i) => (3, i),
            Target::Group(i) => (4, i),
            Target::Edge(i) => (5, i),
            Target::Lane(i) => (6, i),
        };
        Hit(kind << 32 | u64::from(index))
    }

    /// What a hit id stands for.
    pub fn of(hit: Hit) -> Option<Target> {
        let index = hit.0 as u32;
        Some(match hit.0 >> 32 {
            1 => Target::Attempt(index),
            2 => Target::Task(index),
            3 => Target::Merged(index),
            4 => Target::Group(index),
            5 => Target::Edge(index),
            6 => Target::Lane(index),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_survive_the_scene() {
        for t in [
            Target::Attempt(0),
            Target::Task(u32::MAX),
            Target::Merged(7),
            Target::Group(1),
            Target::Edge(2),
            Target::Lane(3),
        ] {
            assert_eq!(Target::of(t.hit()), Some(t));
        }
        assert_eq!(Target::of(Hit::NONE), None);
    }
}
