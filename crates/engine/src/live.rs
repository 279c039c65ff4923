//! Growing runs: lines of events are added, and the run is frozen again from time to time.

use makespan_model::Run;

use crate::answer::Opened;
use crate::growing::Live;
use crate::session::Session;

impl Session {
    /// Begins a growing run, or begins it again. It is not open before [`live_refresh`](Session::live_refresh).
    pub fn live_begin(&mut self, id: &str) {
        self.live.insert(id.to_owned(), Live::new(id));
    }

    /// Adds lines of events to such a run, complete lines only. Returns its number of lines, 0 if it was not begun.
    pub fn live_push(&mut self, id: &str, lines: &str) -> u64 {
        let Some(live) = self.live.get_mut(id) else { return 0 };
        live.push(lines);
        live.events
    }

    /// Freezes such a run in its current state and replaces the previous one; `None` if nothing is new. O(n log n) in
    /// its tasks, however few events are new, so it should be called less often for larger runs.
    pub fn live_refresh(&mut self, id: &str) -> Option<Opened> {
        let live = self.live.get_mut(id).filter(|live| live.is_newer)?;
        live.is_newer = false;
        let run = live.now(id)?;
        Some(self.place(vec![run], Vec::new(), true))
    }

    /// Opens a run, or replaces the open run with the same id.
    pub fn put(&mut self, run: Run) -> Opened {
        self.place(vec![run], Vec::new(), true)
    }

    /// Ends the growth of a run; it stays open.
    pub fn live_end(&mut self, id: &str) {
        self.live.remove(id);
    }
}
