//! A browser compiles a function of a module when it is first called, and optimises it when it was called often. While
//! nobody asks anything, the engine therefore processes a small made-up run once, from bytes to answers, so that the
//! first real file is faster.

use std::fmt::Write as _;
use std::rc::Rc;

use makespan_engine::{Answer, Pointer, Question, Session, encode};
use makespan_import::Utc;
use makespan_views::{View, ViewState};

/// Tasks of the made-up run: enough for the browser to see which functions are worth its better compiler.
const TASKS: usize = 1_500;
const SIZE: (f32, f32) = (1200.0, 700.0);

/// A run as a list of tasks and as a trace: the forms that most files have.
fn files() -> [(String, String); 2] {
    let (mut tasks, mut trace) = (String::from("{\"tasks\":["), String::from("{\"traceEvents\":["));
    for i in 0..TASKS {
        let (start, worker, comma) = (i / 8 * 1_000, i % 8, if i == 0 { "" } else { "," });
        let after = i.checked_sub(8).map_or(String::new(), |p| format!("\"t{p}\""));
        let status = if i == 700 { "failed" } else { "succeeded" };
        let _ = write!(
            tasks,
            "{comma}{{\"id\":\"t{i}\",\"name\":\"s{worker}\",\"start\":{start},\"end\":{},\"worker\":\"w{worker}\",\"status\":\"{status}\",\"parents\":[{after}]}}",
            start + 900
        );
        let _ = write!(
            trace,
            "{comma}{{\"ph\":\"X\",\"name\":\"s{worker}\",\"ts\":{start},\"dur\":900,\"pid\":1,\"tid\":{worker},\"args\":{{\"n\":{i}}}}}"
        );
    }
    tasks.push_str("]}");
    trace.push_str("]}");
    [("tasks.json".to_owned(), tasks), ("trace.json".to_owned(), trace)]
}

/// Goes the way once. The bytes that are answered are of no use but to the compiler, which leaves out what nobody asks for.
pub(super) fn warm() -> usize {
    let mut bytes = 0;
    for (name, text) in files() {
        let mut session = Session::new(Rc::new(Utc));
        session.open(vec![(name, text.into_bytes())]);
        let of = |view| ViewState { view, ..ViewState::default() };
        let mut ask = |question: Question| {
            let answer = session.answer(&question);
            bytes += if answer == Answer::Nothing { 0 } else { encode(&answer).len() };
        };
        let view = of(View::Timeline);
        ask(Question::Shell { view: view.clone() });
        ask(Question::Picture { view: view.clone(), size: SIZE });
        ask(Question::Map { view: view.clone(), size: (SIZE.0, 34.0) });
        ask(Question::Overlay { view, size: SIZE, pointer: Pointer::default() });
        ask(Question::Page { view: of(View::Overview), width: SIZE.0 });
        ask(Question::Rows { view: of(View::Table), range: 0..40 });
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warming_up_runs_the_whole_pipeline() {
        assert!(warm() > TASKS * 2);
    }
}
