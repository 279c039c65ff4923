//! Runs that grow while they are open: lines of events are added, and now and then the run is frozen anew.

use makespan_model::Run;

use crate::answer::Opened;
use crate::growing::Live;
use crate::session::Session;

impl Session {
    /// Begins a run that grows, or begins it anew. It is not open before [`live_refresh`](Session::live_refresh).
    pub fn live_begin(&mut self, id: &str) {
        self.live.insert(id.to_owned(), Live::new(id));
    }

    /// Takes the next lines of events of such a run, whole lines only; how many lines it has now, 0 if it was not begun.
    pub fn live_push(&mut self, id: &str, lines: &str) -> u64 {
        let Some(live) = self.live.get_mut(id) else { return 0 };
        live.push(lines);
        live.events
    }

    /// Freezes such a run as it is now and puts it in the place of its last state; `None` if there is nothing new.
    /// O(n log n) in its tasks, whatever came since the last time: the more a run has, the less often this is called.
    pub fn live_refresh(&mut self, id: &str) -> Option<Opened> {
        let live = self.live.get_mut(id).filter(|live| live.is_newer)?;
        live.is_newer = false;
        let run = live.now(id)?;
        Some(self.place(vec![run], Vec::new(), true))
    }

    /// Puts a run beside those that are open, or in the place of the run of its id.
    pub fn put(&mut self, run: Run) -> Opened {
        self.place(vec![run], Vec::new(), true)
    }

    /// Stops a run from growing; it stays open as it is.
    pub fn live_end(&mut self, id: &str) {
        self.live.remove(id);
    }
}
