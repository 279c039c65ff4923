//! What is written as events, in whatever form, reads back as the same run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use makespan_export::{Format, Options};
use proptest::prelude::*;
use support::{UNKIND, events, facts, read, write};

/// The formats that lose nothing.
const WHOLE: [Format; 3] = [Format::Json, Format::Jsonl, Format::ChromeTrace];

#[test]
fn a_run_comes_back_as_it_was() {
    let one = facts(&events(UNKIND));
    let other = facts(
        "{\"event\":\"run\",\"run\":\"b\"}\n{\"event\":\"attempt\",\"task\":\"x\",\"started\":1,\"ended\":2}\n",
    );
    for format in WHOLE {
        let text = write(&[&one, &other], format, &Options::default()).text;
        let again = read(&format!("out.{}", format.ending()), text.as_bytes());
        assert_eq!(again.len(), 2, "{format:?}");
        for (before, after) in [&one, &other].into_iter().zip(&again) {
            assert_eq!(before.run().to_jsonl(), after.to_jsonl(), "{format:?}");
        }
        let twice = read("unknown", text.as_bytes());
        assert_eq!(twice, again, "{format:?}: the name decides");
    }
}

#[test]
fn a_cut_document_keeps_the_runs_before_the_cut() {
    let one = facts(&events(&["a", "b"]));
    let other = facts("{\"event\":\"run\",\"run\":\"z\"}\n{\"event\":\"task\",\"task\":\"x\"}\n");
    let text = write(&[&one, &other], Format::Json, &Options::default()).text;
    let again = read("cut.json", &text.as_bytes()[..text.len() - 20]);
    assert_eq!(again[0].task_count(), one.run().task_count());
    let newer = text.replacen("\"makespan\":1", "\"makespan\":99", 1);
    assert_eq!(read("newer.json", newer.as_bytes()).len(), 2, "what can be read of a newer document is read");
}

proptest! {
    #[test]
    fn any_text_comes_back(names in prop::collection::vec("\\PC{0,12}|[\u{0}-\u{20}\"\\\\{}\u{2028}]{1,6}", 1..5)) {
        let names: Vec<&str> = names.iter().map(|n| if n.is_empty() { "x" } else { n.as_str() }).collect();
        let run = facts(&events(&names));
        for format in WHOLE {
            let text = write(&[&run], format, &Options::default()).text;
            let again = read("again", text.as_bytes());
            prop_assert_eq!(run.run().to_jsonl(), again[0].to_jsonl());
        }
    }
}
