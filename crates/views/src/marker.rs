//! Markers: moments of a run that a reader marked, each with a short note. They are part of the link of a view.

use makespan_format::clip_chars;
use makespan_scene::visible;
use serde::{Deserialize, Serialize};

use crate::look::Look;
use crate::moment::Moments;
use makespan_model::{Order as _, Run};

/// Maximum number of markers in a view. With notes of full length they fit into a link.
pub const MOST_MARKERS: usize = 40;

/// Maximum length of a note, in characters.
pub const LONGEST_NOTE: usize = 120;

/// A marked moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Marker {
    /// Index of its run among the open runs.
    pub run: usize,
    /// The marked time, ns since the epoch.
    pub t: i64,
    /// The reader's note; may be empty. It is text, never markup.
    pub note: String,
}

impl Marker {
    /// Returns the note for pictures and tables, with invisible characters escaped.
    pub fn shown(&self) -> String {
        visible(&self.note).into_owned()
    }

    /// Parses the output of [`Markers::members`].
    fn decode(text: &str) -> Option<Marker> {
        let mut parts = text.splitn(3, ',');
        let (run, t) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Marker { run, t, note: bounded(parts.next().unwrap_or_default()) })
    }
}

/// Reduces a note to one line and to [`LONGEST_NOTE`].
fn bounded(note: &str) -> String {
    let line: String = note.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clip_chars(&line, LONGEST_NOTE).to_owned()
}

/// The markers of a view, in the order in which they were set, so that an index stays valid while a marker moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markers(Vec<Marker>);

impl Markers {
    /// Returns the marker at an index.
    pub fn get(&self, place: usize) -> Option<&Marker> {
        self.0.get(place)
    }

    /// Returns the number of markers of all runs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no markers.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether a run has markers.
    pub fn has(&self, run: usize) -> bool {
        self.0.iter().any(|m| m.run == run)
    }

    /// Returns the markers of a run with their indices, sorted by time.
    pub fn of(&self, run: usize) -> Vec<(usize, &Marker)> {
        let mut all: Vec<_> = self.0.iter().enumerate().filter(|(_, m)| m.run == run).collect();
        all.order_by_numbers(|(_, m)| m.t);
        all
    }

    /// Adds a marker to a run. Returns the index of the new marker, or of an existing one at this time; `None` if there
    /// are already [`MOST_MARKERS`].
    pub fn add(&mut self, run: usize, t: i64) -> Option<usize> {
        if let Some(there) = self.0.iter().position(|m| m.run == run && m.t == t) {
            return Some(there);
        }
        (self.0.len() < MOST_MARKERS).then(|| {
            self.0.push(Marker { run, t, note: String::new() });
            self.0.len() - 1
        })
    }

    /// Sets the note of a marker: one line, at most [`LONGEST_NOTE`] characters.
    pub fn write(&mut self, place: usize, note: &str) {
        if let Some(marker) = self.0.get_mut(place) {
            marker.note = bounded(note);
        }
    }

    /// Moves a marker to another time.
    pub fn move_to(&mut self, place: usize, t: i64) {
        if let Some(marker) = self.0.get_mut(place) {
            marker.t = t;
        }
    }

    /// Removes a marker; the indices of later ones decrease.
    pub fn remove(&mut self, place: usize) {
        if place < self.0.len() {
            self.0.remove(place);
        }
    }

    /// Returns the marker of a run that is next in time after (or before) the one at an index, wrapping around. Without
    /// an index, the first or the last one.
    pub fn next(&self, run: usize, from: Option<usize>, forwards: bool) -> Option<usize> {
        let all = self.of(run);
        let at = from.and_then(|from| all.iter().position(|(place, _)| *place == from));
        let next = match (at, forwards) {
            (Some(at), true) => (at + 1) % all.len(),
            (Some(at), false) => (at + all.len() - 1) % all.len(),
            (None, true) => 0,
            (None, false) => all.len().saturating_sub(1),
        };
        all.get(next).map(|(place, _)| *place)
    }

    /// Removes the markers of a closed run; the run indices of later ones decrease.
    pub(crate) fn forget_run(&mut self, number: usize) {
        self.0.retain(|m| m.run != number);
        self.0.iter_mut().filter(|m| m.run > number).for_each(|m| m.run -= 1);
    }

    /// Returns the markers of these runs, renumbered as in the list: for a report of these runs.
    #[must_use]
    pub fn among(&self, runs: &[usize]) -> Markers {
        let place = |run: usize| runs.iter().position(|r| *r == run);
        Markers(self.0.iter().filter_map(|m| Some(Marker { run: place(m.run)?, ..m.clone() })).collect())
    }

    /// Returns the markers of a run as text, sorted by time: index, time and note of each.
    pub fn words(&self, number: usize, run: &Run, look: &Look) -> Vec<(usize, String, String)> {
        if !self.has(number) {
            return Vec::new();
        }
        let moments = Moments::new(run, look);
        let word = |(place, m): (usize, &Marker)| (place, moments.short(m.t).text().into_owned(), m.shown());
        self.of(number).into_iter().map(word).collect()
    }

    /// Returns the members of a link: each `run,t,note`.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.0.iter().map(|m| ("mark", format!("{},{},{}", m.run, m.t, m.note)))
    }

    /// Reads a member of a link. Markers above [`MOST_MARKERS`] are ignored, because Makespan never writes more.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        if let Some(marker) = Marker::decode(value).filter(|_| key == "mark" && self.0.len() < MOST_MARKERS) {
            self.0.push(marker);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{ViewState, decode, encode};

    fn of(all: &[(usize, i64, &str)]) -> Markers {
        let mut markers = Markers::default();
        for (run, t, note) in all {
            let place = markers.add(*run, *t).unwrap();
            markers.write(place, note);
        }
        markers
    }

    #[test]
    fn markers_survive_the_link_whatever_their_notes_contain() {
        let markers = of(&[
            (0, 5, "deploy, began & <b>ended</b> #1 = 50 %"),
            (2, -7, "müde 日本 \u{202e}abc"),
            (0, i64::MAX, ""),
        ]);
        let view = ViewState { markers: markers.clone(), ..ViewState::default() };
        assert_eq!(decode(&encode(&view)).unwrap().markers, markers);
        for odd in ["mark=", "mark=1", "mark=x,1,a", "mark=-1,1,a", "mark=0,99999999999999999999,a"] {
            assert!(decode(odd).unwrap().markers.is_empty(), "{odd}");
        }
    }

    #[test]
    fn the_maximum_number_of_markers_with_longest_notes_fits_into_a_link() {
        let mut markers = Markers::default();
        for t in 0..MOST_MARKERS as i64 {
            let place = markers.add(0, i64::MAX - t).unwrap();
            markers.write(place, &"𝄞\n".repeat(LONGEST_NOTE));
        }
        assert_eq!(markers.add(0, 1), None);
        assert_eq!(markers.add(0, i64::MAX), Some(0), "the same moment is not marked twice");
        let view = ViewState { markers, ..ViewState::default() };
        let link = encode(&view);
        let read = decode(&link).unwrap();
        assert_eq!(read, view);
        assert_eq!(read.markers.get(0).unwrap().note.chars().count(), LONGEST_NOTE);
        assert_eq!(decode(&format!("{link}&mark=0,1,more")).unwrap().markers.len(), MOST_MARKERS);
    }

    #[test]
    fn markers_are_visited_by_time_within_their_run() {
        let mut markers = of(&[(1, 30, "c"), (0, 1, "x"), (1, 10, "a"), (1, 20, "b")]);
        let next = |m: &Markers, from, forwards| m.next(1, from, forwards);
        assert_eq!(next(&markers, None, true), Some(2));
        assert_eq!(next(&markers, Some(2), true), Some(3));
        assert_eq!(next(&markers, Some(0), true), Some(2), "after the last comes the first");
        assert_eq!(next(&markers, None, false), Some(0));
        assert_eq!(markers.next(7, None, true), None);
        assert_eq!(markers.among(&[1]).of(0).len(), 3);
        markers.forget_run(0);
        assert_eq!(markers.of(0).iter().map(|(_, m)| m.note.as_str()).collect::<String>(), "abc");
        markers.move_to(0, 5);
        markers.remove(9);
        markers.remove(1);
        assert_eq!(markers.of(0).iter().map(|(_, m)| m.note.as_str()).collect::<String>(), "cb");
    }
}
