//! Events stored by other processes are shown at once if the store reports changes. If it does not, or cannot at the moment,
//! followed runs are polled ([`tail`](super::tail)).

use std::sync::Arc;
use std::time::{Duration, Instant};

use makespan_store::Changes;

use crate::app::App;

/// Maximum time between two checks of whether the server stops.
const LOOK: Duration = Duration::from_millis(250);
/// Time to the next try after the connection broke: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Passes on the reports of the store until the server stops. Blocks.
pub(crate) fn pass_on(app: &Arc<App>) {
    let mut pause = FIRST_PAUSE;
    while !*app.stop.borrow() {
        match app.shelf.changes() {
            Ok(Some(changes)) => {
                // Those that came before are not reported.
                app.tails.notify_all();
                let began = Instant::now();
                listen(app, changes);
                app.tails.report_missing();
                app.list.expire();
                if began.elapsed() > LONGEST_PAUSE {
                    pause = FIRST_PAUSE;
                }
            }
            Ok(None) => return,
            Err(_) => {}
        }
        let until = Instant::now() + pause;
        while Instant::now() < until && !*app.stop.borrow() {
            std::thread::sleep(LOOK);
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Passes on reports until the connection breaks or the server stops.
fn listen(app: &App, mut changes: Box<dyn Changes>) {
    while !*app.stop.borrow() {
        match changes.next(LOOK) {
            Ok(Some(run)) => {
                app.tails.report(&run);
                app.list.expire();
            }
            Ok(None) => {}
            Err(_) => return,
        }
    }
}
