//! Any text as a query: `cargo fuzz run -s none query`. What must hold is what the tests of the query hold of random
//! texts; the first byte says where the cursor is.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use makespan_analysis::Facts;
use makespan_model::notation;

#[path = "../../crates/analysis/tests/query/harness.rs"]
mod harness;

const RUN: &str = "
    Fetch    0..4    w1                    kind=bash name=fetch_all_of_it
    align_1  4..9    w2  Fetch             step=align
    align_2  4|5..7  w1  Fetch             step=align try=1 failed error=Timed_out_after_2s
    align_2  9..12   w3                    try=2
    lint     4..     w3  Fetch             running
    report   -       -   align_1 align_2   upstream-failed";

thread_local! {
    static FACTS: Option<Facts> = notation::run(RUN).ok().map(|run| Facts::new(Arc::new(run)));
}

fuzz_target!(|data: &[u8]| {
    let Some((cursor, bytes)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    FACTS.with(|facts| {
        if let Some(facts) = facts {
            harness::any_text_is_harmless(&text, usize::from(*cursor), facts);
        }
    });
});
