//! The order in which the events of a run are read.

use std::collections::HashMap;

/// Returns the order in which stored events are read: `order[i]` is the event to read as the `i`-th.
///
/// The events of a producer use the places where they were stored, in the order of their numbers. Later events of a
/// producer therefore replace earlier ones, and producers remain interleaved as they arrived. O(n log n).
///
/// ```
/// let stored = [("a", 1), ("b", 1), ("a", 3), ("a", 2)];
/// assert_eq!(makespan_store::in_order(stored), [0, 1, 3, 2]);
/// ```
pub fn in_order<'p>(stored: impl IntoIterator<Item = (&'p str, u64)>) -> Vec<usize> {
    let mut by_producer: HashMap<&str, Vec<(u64, usize)>> = HashMap::default();
    let mut order = Vec::new();
    for (place, (producer, seq)) in stored.into_iter().enumerate() {
        by_producer.entry(producer).or_default().push((seq, place));
        order.push(place);
    }
    for events in by_producer.into_values() {
        let places: Vec<usize> = events.iter().map(|&(_, place)| place).collect();
        let mut sorted = events;
        sorted.sort_unstable();
        for (place, (_, event)) in places.into_iter().zip(sorted) {
            order[place] = event;
        }
    }
    order
}
