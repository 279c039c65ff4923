//! Questions about a large run, which the server holds open.

use makespan_engine::{Answer, Question, decode, encode};
use makespan_views::{View, ViewState};
use serde_json::json;

use crate::fill::fill;
use crate::load::clients::Connection;
use crate::load::{Served, Times, folder, now};
use crate::{Scale, mib, print};

/// How often each question is asked.
const TIMES: usize = 5;
const SIZE: (f32, f32) = (1_400.0, 800.0);

/// How long answers take, and the memory of the open run per task.
pub(crate) fn questions(scale: Scale) {
    let folder = folder("sessions");
    let tasks = scale.tasks * 10;
    fill(&folder, Scale { runs: 1, tasks, ..scale });
    let served = Served::start(&folder, &[]);
    let before = served.memory().unwrap_or(0);
    let of = |view| ViewState { view, ..ViewState::default() };
    let questions = [
        ("shell", Question::Shell { view: ViewState::default() }),
        ("timeline", Question::Picture { view: of(View::Timeline), size: SIZE }),
        ("rows", Question::Rows { view: of(View::Table), range: 0..100 }),
        ("overview", Question::Page { view: of(View::Overview), width: SIZE.0 }),
        ("graph", Question::Picture { view: of(View::Graph), size: SIZE }),
        ("charts", Question::Charts { view: of(View::Charts) }),
    ];
    let Ok(mut connection) = Connection::open(served.port) else { return };
    for (what, question) in questions {
        let (mut times, mut first) = (Times::default(), 0);
        for _ in 0..TIMES {
            let from = now();
            let asked =
                connection.post("/api/v1/runs/large/answers", "application/octet-stream", &encode(&question));
            if asked.ok() != Some(200) || decode::<Answer>(connection.body()).is_err() {
                println!("{what}: no answer");
                return;
            }
            let took = now() - from;
            if times.0.is_empty() && first == 0 {
                first = took;
            } else {
                times.0.push(took);
            }
        }
        let memory = served.memory().unwrap_or(0).saturating_sub(before);
        let line = json!({
            "row": "sessions",
            "what": what,
            "tasks": tasks,
            "first_ms": first / 1_000_000,
            "again_p50_ms": times.ms(0.5),
            "answer_bytes": connection.body().len(),
            "bytes_per_task": memory / tasks,
            "peak_mib": mib(served.peak_memory()),
        });
        print(line, json!({}));
    }
}
