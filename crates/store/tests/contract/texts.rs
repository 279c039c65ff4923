//! What databases do to texts and numbers when one lets them.

use makespan_store::{HistoryQuery, RunFilter, RunQuery};

use crate::support::homes::Home;
use crate::support::*;

/// Texts that some database cuts, changes, refuses or cannot index.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\0b",
        "\0",
        "\u{10ffff}",
        "😀👩‍👩‍👧",
        "\u{feff}x",
        "\u{202e}rtl",
        "e\u{301}",
        "é",
        "ｆｕｌｌ",
        "' OR 1=1 --",
        "\"; DROP TABLE makespan_runs",
        "%",
        "_",
        "\\",
        "\\'",
        "${jndi}",
        "$1",
        "?",
        "a\nb\tc\r",
        "../../etc/passwd",
        "CON",
        "nul",
        ".",
        "..",
        " ",
        "a ",
        " a",
        "\u{a0}",
        "\u{2028}",
        "NULL",
        "null",
        "0",
        "-0",
    ]
    .map(str::to_owned)
    .to_vec();
    for len in [255, 256, 767, 768, 3_072, 3_073, 8_191, 20_000] {
        texts.push("k".repeat(len));
        texts.push("😀".repeat(len / 4 + 1));
    }
    texts.sort();
    texts.dedup();
    texts
}

pub(crate) fn texts_are_kept_byte_for_byte(home: &dyn Home) {
    let store = home.open();
    let texts = hostile();
    for text in &texts {
        let label = format!("{{{}:{}}}", json(text), json(text));
        let lines = [
            format!(
                "{{\"event\":\"run\",\"run\":{0},\"name\":{0},\"workflow\":{0},\"labels\":{label}}}",
                json(text)
            ),
            attempt(text, 1, Some(2), "succeeded"),
            format!(
                "{{\"event\":\"sample\",\"task\":{0},\"name\":{0},\"unit\":{0},\"value\":1}}",
                json(text)
            ),
            format!("{{\"event\":\"log\",\"text\":{}}}", json(text)),
        ];
        let lines: Vec<(u64, &String)> = (1..).zip(&lines).collect();
        put(&*store, text, text, &lines).unwrap();
        let expected: Records =
            lines.iter().map(|(seq, line)| (text.clone(), *seq, line.to_string())).collect();
        assert!(records(&*store, text) == expected, "{text:?}");
    }
    assert_eq!(store.runs(&RunQuery::default()).unwrap().total, texts.len() as u64);
    for text in &texts {
        let run = store.run(text).unwrap().unwrap();
        assert_eq!((&run.id, run.workflow.as_ref(), run.events), (text, Some(text), 4));
        assert!(text.starts_with(run.name.as_ref().unwrap()));
        let one = |filter: RunFilter| {
            let page = store.runs(&RunQuery { filter, ..RunQuery::default() }).unwrap();
            assert_eq!((page.total, &page.runs[0].id), (1, text), "{text:?}");
        };
        one(RunFilter { workflow: Some(text.clone()), ..RunFilter::default() });
        if text.len() <= 1_000 {
            one(RunFilter { labels: vec![(text.clone(), None)], ..RunFilter::default() });
            one(RunFilter { labels: vec![(text.clone(), Some(text.clone()))], ..RunFilter::default() });
        }
        let history = store.history(&HistoryQuery { task: text.clone(), ..HistoryQuery::default() }).unwrap();
        assert_eq!(history.tasks.len(), 1);
        assert_eq!((&history.tasks[0].task.id, &history.tasks[0].run), (text, text));
        let metrics = store.metrics(text).unwrap();
        assert!(metrics.len() == 1 && text.starts_with(&metrics[0].name));
    }
}

pub(crate) fn texts_that_some_databases_consider_equal_are_distinguished(home: &dyn Home) {
    let store = home.open();
    // Equal to MySQL's usual collations, to a case-insensitive disk, or after normalisation.
    let alike = ["a", "A", "a ", "ａ", "á", "a\u{301}", "ä", "Ä", "a\0", "ß", "ss", "SS", "ı", "i", "I", "İ"];
    for text in alike {
        let lines = alike.map(|task| attempt(task, 1, None, "running"));
        let lines: Vec<(u64, &String)> = (1..).zip(&lines).collect();
        assert_eq!(put(&*store, text, "p", &lines).unwrap().stored, alike.len() as u64);
        let opens = opening(text, text);
        assert_eq!(put(&*store, text, "P", &[(1, opens)]).unwrap().stored, 1);
    }
    let page = store.runs(&RunQuery::default()).unwrap();
    assert_eq!(page.total, alike.len() as u64);
    for run in page.runs {
        assert_eq!(run.tasks.total(), alike.len() as u64, "{:?}", run.id);
        let filter = RunFilter { workflow: Some(run.id.clone()), ..RunFilter::default() };
        assert_eq!(store.runs(&RunQuery { filter, ..RunQuery::default() }).unwrap().total, 1);
    }
}

pub(crate) fn times_and_numbers_keep_all_their_digits(home: &dyn Home) {
    let store = home.open();
    let (early, late) = (i64::MIN + 1, i64::MAX);
    tell(
        &*store,
        "r",
        &[
            format!("{{\"event\":\"run\",\"run\":\"r\",\"started\":{early},\"ended\":{late}}}"),
            attempt("t", 1_767_600_000_123_456_789, Some(1_767_600_000_123_456_790), "succeeded"),
            attempt("early", early, Some(early), "succeeded"),
            attempt("late", late, Some(late), "succeeded"),
            "{\"event\":\"sample\",\"name\":\"huge\",\"value\":1.7976931348623157e308}".to_owned(),
            "{\"event\":\"sample\",\"name\":\"tiny\",\"value\":5e-324}".to_owned(),
            "{\"event\":\"sample\",\"name\":\"third\",\"value\":0.3333333333333333}".to_owned(),
            "{\"event\":\"sample\",\"name\":\"swing\",\"value\":1.7976931348623157e308}".to_owned(),
            "{\"event\":\"sample\",\"name\":\"swing\",\"value\":-1.7976931348623157e308}".to_owned(),
        ],
    );
    let run = store.run("r").unwrap().unwrap();
    assert_eq!((run.recorded_start, run.recorded_end), (Some(early), Some(late)));
    assert_eq!((run.started(), run.ended(), run.makespan()), (Some(early), Some(late), Some(i64::MAX)));
    let task = |id: &str| {
        let query = HistoryQuery { task: id.to_owned(), ..HistoryQuery::default() };
        store.history(&query).unwrap().tasks.swap_remove(0).task
    };
    assert_eq!(task("t").started, Some(1_767_600_000_123_456_789));
    assert_eq!(
        (task("t").duration(), task("early").ended, task("late").ended),
        (Some(1), Some(early), Some(late))
    );
    let metrics = store.metrics("r").unwrap();
    let latest: Vec<(&str, f64)> = metrics.iter().map(|m| (m.name.as_str(), m.latest)).collect();
    assert_eq!(
        latest,
        [("huge", f64::MAX), ("swing", -f64::MAX), ("third", 0.333_333_333_333_333_3), ("tiny", 5e-324)]
    );
    assert_eq!((metrics[1].mean, metrics[1].deviation()), (0.0, None));
    // A list that begins before the first time there is, and one that begins after the last.
    let since = |since| {
        let filter = RunFilter { since: Some(since), ..RunFilter::default() };
        store.runs(&RunQuery { filter, ..RunQuery::default() }).unwrap().total
    };
    assert_eq!((since(i64::MIN), since(early), since(early + 1), since(i64::MAX)), (1, 1, 0, 0));
    let days = store.counts(&RunFilter::default(), makespan_store::Grouping::Day).unwrap();
    assert_eq!(days[0].group, makespan_store::Group::Day(early.div_euclid(86_400_000_000_000)));
}

pub(crate) fn events_of_the_future_are_kept(home: &dyn Home) {
    let store = home.open();
    let told = [
        "{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}",
        "{\"event\":\"teleport\",\"task\":\"a\",\"to\":{\"x\":[1,2,{\"y\":null}]}}",
        "{\"event\":\"task\",\"task\":\"a\",\"of the future\":true}",
        "{\"event\":\"task\",\"makespan\":99,\"task\":\"b\"}",
        "this is no JSON at all, but somebody sent it",
    ];
    tell(&*store, "r", &told);
    assert_eq!(lines(&*store, "r"), told);
    let run = store.run("r").unwrap().unwrap();
    assert_eq!((run.events, run.unread, run.tasks.total()), (5, 3, 1));
    let mut builder = makespan_model::RunsBuilder::new();
    assert!(store.events("r", &mut builder).unwrap().is_empty());
    let run = &builder.finish().0[0];
    assert_eq!((run.id.as_str(), run.task_count()), ("r", 1));
    let said = run.diagnostics.iter().find(|d| d.code == "unknown-event").unwrap();
    assert_eq!((said.count, said.line), (3, Some(2)));
}
