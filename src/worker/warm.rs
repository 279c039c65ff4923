//! A browser compiles a function of a module when it is first called, and the page and its worker share what is
//! compiled. So the worker, while nobody asks anything of it, goes once the whole way from bytes to pictures on a small
//! run made up here, and the first real file finds a road that has been walked.

use std::fmt::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_import::Utc;
use makespan_layout::Direction;
use makespan_views::graph::{self, Graph};
use makespan_views::overview::overview;
use makespan_views::timeline::{self, Index, Lanes};
use makespan_views::{Look, tasks};

use super::job::{self, Opened};

/// Tasks of the made-up run: enough for the browser to see which functions are worth its better compiler.
const TASKS: usize = 1_500;

fn lines() -> Vec<u8> {
    let mut out = String::from("{\"event\":\"run\",\"makespan\":1,\"run\":\"warm\"}\n");
    for i in 0..TASKS {
        let (start, worker) = (i / 8 * 1_000_000, i % 8);
        let after = i.checked_sub(8).map_or(String::new(), |p| format!(",\"after\":[\"t{p}\"]"));
        let status = if i == 700 { "failed" } else { "succeeded" };
        let _ = writeln!(out, "{{\"event\":\"task\",\"task\":\"t{i}\",\"step\":\"s{worker}\"{after}}}");
        let _ = writeln!(
            out,
            "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"started\":{start},\"ended\":{},\"worker\":\"w{worker}\",\"status\":\"{status}\"}}",
            start + 900_000
        );
    }
    out.into_bytes()
}

/// Goes the way once. The number of shapes drawn is of no use but to the compiler, which leaves out what nobody asks for.
pub(crate) fn warm() -> usize {
    let opened = job::open(vec![("warm.jsonl".to_owned(), lines())], &Utc, &mut |_| {});
    let Some(run) = Opened::decode(&opened.encode()).and_then(|mut o| o.runs.pop()) else { return 0 };
    let facts = Facts::new(Arc::new(run));
    let (run, look) = (facts.run(), Look::default());
    let page = overview(&facts, &look, 800.0).sections.len();
    let index = Index::new(run, Lanes::Worker);
    let frame = timeline::Frame::whole(&index, 900.0);
    let bars = timeline::scene(run, &index, &look, &frame).item_count()
        + timeline::minimap(run, &index, facts.concurrency(), &frame, 34.0).item_count();
    let first = (0..run.task_count()).map(|t| t < 60).collect::<Vec<bool>>();
    let nodes = Graph::new(run, Some(&first), &[]);
    let layout = makespan_layout::layout(&nodes.request(Direction::LeftRight));
    let view = graph::Frame { width: 900.0, height: 600.0, camera: graph::fit(&layout, 900.0, 600.0) };
    let drawn = graph::scene(run, &nodes, &layout, &look, &view).item_count();
    let rows = tasks::order(run, &facts.waiting().wait, None, tasks::Sort::default()).len();
    page + bars + drawn + rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_way_is_walked() {
        assert!(warm() > TASKS);
    }
}
