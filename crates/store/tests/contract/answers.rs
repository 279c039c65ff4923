//! Questions about runs, against the slow and obvious answer: look at every run.

use std::collections::BTreeSet;

use makespan_format::Status;
use makespan_model::RunsBuilder;
use makespan_store::*;

use crate::support::homes::Home;
use crate::support::*;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

pub(crate) fn the_summary_follows_the_events(home: &dyn Home) {
    let store = home.open();
    let mut seq = 0;
    let mut say = |line: &str| {
        seq += 1;
        put(&*store, "r", "p", &[(seq, line)]).unwrap();
        let state = store.run("r").unwrap().unwrap();
        // After every single event the summary says what folding all events says.
        let mut builder = RunsBuilder::new();
        assert!(store.events("r", &mut builder).unwrap().is_empty());
        let run = builder.finish().0.swap_remove(0);
        assert_eq!(state.status(), run.status(), "after {line}");
        assert_eq!(state.tasks.total(), run.task_count() as u64, "after {line}");
        for status in Status::ALL {
            let of_run = run.tasks.status.iter().filter(|s| **s == status).count() as u64;
            assert_eq!(state.tasks.of(status), of_run, "{status:?} after {line}");
        }
        assert_eq!(state.started(), run.span().map(|s| s.0).or(state.recorded_start), "after {line}");
        state
    };
    let opened = say("{\"event\":\"run\",\"run\":\"r\",\"workflow\":\"w\",\"name\":\"n\",\"started\":5}");
    assert_eq!(
        (opened.status(), opened.started(), opened.at(), opened.is_active()),
        (None, Some(5), 5, true)
    );
    say("{\"event\":\"task\",\"task\":\"a\"}");
    say("{\"event\":\"task\",\"task\":\"b\",\"after\":[\"a\"]}");
    say("{\"event\":\"queue\",\"task\":\"a\",\"t\":10}");
    assert_eq!(say("{\"event\":\"start\",\"task\":\"a\",\"t\":20}").status(), Some(Status::Running));
    say("{\"event\":\"log\",\"task\":\"c\",\"text\":\"a task that nobody declared\"}");
    say("{\"event\":\"end\",\"task\":\"a\",\"t\":30,\"error\":\"out of memory\\nat line 3\"}");
    say("{\"event\":\"start\",\"task\":\"a\",\"try\":2,\"t\":40}");
    let over = say("{\"event\":\"end\",\"task\":\"a\",\"try\":2,\"t\":50}");
    assert_eq!((over.ended(), over.makespan()), (None, None));
    say("{\"event\":\"task\",\"task\":\"b\",\"status\":\"skipped\"}");
    say("{\"event\":\"attempt\",\"task\":\"c\",\"started\":60,\"ended\":55}");
    let end =
        say("{\"event\":\"run\",\"run\":\"r\",\"status\":\"succeeded\",\"ended\":70,\"labels\":{\"k\":[1]}}");
    assert_eq!(end.status(), Some(Status::Succeeded));
    assert_eq!((end.started(), end.ended(), end.makespan()), (Some(20), Some(60), Some(40)));
    assert_eq!((end.recorded_start, end.recorded_end, end.name.as_deref()), (Some(5), Some(70), Some("n")));
    assert_eq!(end.labels.get("k").map(String::as_str), Some("[1]"));
    assert!(end.created <= end.updated && !end.disordered && !end.pinned);
}

/// Some runs of three workflows over some days, of every status, some without times.
fn many_runs(store: &dyn Store) -> Vec<RunState> {
    let mut random = Random(11);
    for i in 0..120u64 {
        let id = format!("run-{i:03}");
        let workflow = ["etl", "train", "ETL "][random.below(3) as usize];
        let started = 1_767_600_000 * SECOND + random.below(40) as i64 * DAY / 7 - 20 * DAY;
        let status = ["succeeded", "failed", "running", "cancelled", "succeeded"][random.below(5) as usize];
        let mut lines = Vec::new();
        if i % 10 == 9 {
            lines.push(format!("{{\"event\":\"run\",\"run\":\"{id}\"}}"));
        } else {
            lines.push(format!(
                "{{\"event\":\"run\",\"run\":\"{id}\",\"workflow\":\"{workflow}\",\"labels\":\
                 {{\"team\":\"{}\",\"n\":{}}}}}",
                ["red", "blue"][random.below(2) as usize],
                random.below(4)
            ));
            let ended = (status != "running").then(|| started + 1 + random.below(1_000) as i64 * SECOND);
            lines.push(attempt("main", started, ended, status));
            if i % 3 == 0 {
                lines.push(attempt("sometimes", started, ended, status));
            }
        }
        tell(store, &id, &lines);
        if i % 17 == 0 {
            store.mark(&id, &Mark::Pin(true)).unwrap();
        }
        if i % 23 == 0 {
            store.mark(&id, &Mark::Trash(Some(1))).unwrap();
        }
        if i % 5 == 0 {
            let mark = Mark::Label { name: "team".to_owned(), value: Some("green".to_owned()) };
            store.mark(&id, &mark).unwrap();
        }
    }
    (0..120).map(|i| store.run(&format!("run-{i:03}")).unwrap().unwrap()).collect()
}

fn filters() -> Vec<RunFilter> {
    let any = RunFilter::default;
    let noon = 1_767_600_000 * SECOND - 10 * DAY;
    let label = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    vec![
        any(),
        RunFilter { trashed: true, ..any() },
        RunFilter { workflow: Some("etl".into()), ..any() },
        RunFilter { workflow: Some("ETL".into()), ..any() },
        RunFilter { statuses: vec![Status::Failed], ..any() },
        RunFilter { statuses: vec![Status::Failed, Status::Cancelled], active: Some(false), ..any() },
        RunFilter { active: Some(true), ..any() },
        RunFilter { pinned: Some(true), ..any() },
        RunFilter { pinned: Some(false), workflow: Some("train".into()), ..any() },
        RunFilter { since: Some(noon), ..any() },
        RunFilter { since: Some(noon), until: Some(noon + 5 * DAY), ..any() },
        RunFilter { labels: vec![label("team", Some("red"))], ..any() },
        RunFilter { labels: vec![label("team", Some("green")), label("n", Some("3"))], ..any() },
        RunFilter { labels: vec![label("n", None)], statuses: vec![Status::Succeeded], ..any() },
        RunFilter { labels: vec![label("Team", None)], ..any() },
    ]
}

pub(crate) fn lists_are_filtered_and_paged(home: &dyn Home) {
    let store = home.open();
    let all = many_runs(&*store);
    let mut nothing = 0;
    for filter in filters() {
        for order in [Order::Newest, Order::Oldest] {
            for limit in [1_000, 7, 1] {
                let mut query = RunQuery { filter: filter.clone(), order, limit, after: None };
                let mut seen = Vec::new();
                loop {
                    let page = store.runs(&query).unwrap();
                    assert_eq!(page, Page::of(&query, all.iter()), "{query:?}");
                    seen.extend(page.runs.into_iter().map(|run| run.id));
                    let Some(next) = page.next else { break };
                    query.after = Some(next.to_string().parse().unwrap());
                }
                let fitting: BTreeSet<&str> =
                    all.iter().filter(|run| filter.matches(run)).map(|run| run.id.as_str()).collect();
                assert_eq!(seen.len(), fitting.len());
                assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), fitting);
                nothing += usize::from(seen.is_empty());
                // A page of one is slow over a server and says no more than a page of seven.
                if filter != RunFilter::default() && limit == 7 {
                    break;
                }
            }
        }
    }
    assert!(nothing <= 12, "most filters fit some runs");
    let none = store.runs(&RunQuery { limit: 0, ..RunQuery::default() }).unwrap();
    assert_eq!((none.runs.len(), none.next), (0, None));
}

pub(crate) fn a_page_continues_where_the_last_one_ended(home: &dyn Home) {
    let store = home.open();
    for i in 0..9 {
        tell(&*store, &format!("r{i}"), &[attempt("t", i / 3 * SECOND, None, "running")]);
    }
    let query = RunQuery { limit: 4, ..RunQuery::default() };
    let first = store.runs(&query).unwrap();
    // Runs come and go between two pages: what was not seen and is still there is seen once.
    tell(&*store, "newer", &[attempt("t", 10 * SECOND, None, "running")]);
    store.delete(&first.runs[1].id).unwrap();
    let rest = store.runs(&RunQuery { after: first.next, limit: 100, ..query }).unwrap();
    let ids: BTreeSet<&str> = first.runs.iter().chain(&rest.runs).map(|run| run.id.as_str()).collect();
    assert_eq!((first.runs.len(), rest.runs.len(), ids.len()), (4, 5, 9));
    assert!(!ids.contains("newer"));
    assert!("12.zz".parse::<Cursor>().is_err() && "".parse::<Cursor>().is_err());
}

pub(crate) fn a_task_has_a_history(home: &dyn Home) {
    let store = home.open();
    let all = many_runs(&*store);
    for (task, filter) in [("main", filters().swap_remove(2)), ("sometimes", RunFilter::default())] {
        for limit in [1_000, 3] {
            let runs = RunQuery { filter: filter.clone(), limit, ..RunQuery::default() };
            let mut query = HistoryQuery { runs, task: task.to_owned() };
            let mut seen = Vec::new();
            loop {
                let history = store.history(&query).unwrap();
                assert!(history.tasks.len() <= limit as usize);
                seen.extend(history.tasks);
                let Some(next) = history.next else { break };
                query.runs.after = Some(next);
            }
            let has = |run: &&RunState| run.tasks.total() > if task == "main" { 0 } else { 1 };
            let unlimited = RunQuery { filter: filter.clone(), limit: 1_000, ..RunQuery::default() };
            let fitting = Page::of(&unlimited, all.iter());
            let expected: Vec<_> =
                fitting.runs.iter().filter(has).map(|r| (r.id.clone(), r.at(), r.status())).collect();
            let told: Vec<_> = seen.iter().map(|t| (t.run.clone(), t.at, t.run_status)).collect();
            assert!(expected.len() > 10);
            assert_eq!(told, expected);
            for entry in &seen {
                let run = all.iter().find(|run| run.id == entry.run).unwrap();
                assert_eq!((entry.task.id.as_str(), entry.task.first_start()), (task, run.started()));
                assert_eq!((Some(entry.task.status), entry.task.duration()), (run.status(), run.makespan()));
            }
        }
    }
    let none = store.history(&HistoryQuery { task: "Main".to_owned(), ..HistoryQuery::default() }).unwrap();
    assert_eq!(none, History::default());
}

pub(crate) fn runs_are_counted_and_their_durations_known(home: &dyn Home) {
    let store = home.open();
    assert_eq!(store.counts(&RunFilter::default(), Grouping::All).unwrap(), []);
    assert_eq!(store.durations(&RunFilter::default()).unwrap(), None);
    let all = many_runs(&*store);
    for filter in filters() {
        let fitting = || all.iter().filter(|run| filter.matches(run));
        for grouping in [Grouping::All, Grouping::Workflow, Grouping::Day] {
            let counts = store.counts(&filter, grouping).unwrap();
            assert_eq!(counts, Counts::of(grouping, fitting()), "{filter:?}");
            assert_eq!(counts.iter().map(Counts::total).sum::<u64>(), fitting().count() as u64);
        }
        assert_eq!(store.durations(&filter).unwrap(), Durations::of(fitting()), "{filter:?}");
    }
    let overall = store.counts(&RunFilter::default(), Grouping::All).unwrap();
    let rate = overall[0].success_rate().unwrap();
    assert!(rate > 0.3 && rate < 0.9, "{rate}");
    // Sums of such durations have more than 64 bits.
    let huge = RunFilter { workflow: Some("huge".to_owned()), ..RunFilter::default() };
    for i in 0..3 {
        let id = format!("huge-{i}");
        tell(&*store, &id, &[opening(&id, "huge"), attempt("t", -i, Some(i64::MAX - 10), "succeeded")]);
    }
    let durations = store.durations(&huge).unwrap().unwrap();
    assert_eq!((durations.runs, durations.mean, durations.max), (3, i64::MAX - 9, i64::MAX - 8));
}

pub(crate) fn metrics_are_summarised(home: &dyn Home) {
    let store = home.open();
    let sample = |name: &str, unit: Option<&str>, value: f64, t: Option<i64>| {
        let unit = unit.map_or(String::new(), |unit| format!(",\"unit\":\"{unit}\""));
        let t = t.map_or(String::new(), |t| format!(",\"t\":{t}"));
        format!("{{\"event\":\"sample\",\"task\":\"a\",\"name\":\"{name}\",\"value\":{value}{unit}{t}}}")
    };
    for (i, value) in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().enumerate() {
        let line = sample("memory", Some("MB"), value, Some(100 - i as i64));
        put(&*store, "r", "p", &[(i as u64, line)]).unwrap();
    }
    let mut more = vec![sample("memory", Some("GB"), 1.5, None), sample("memory", None, -1.0, None)];
    more.push("{\"event\":\"sample\",\"name\":\"memory\",\"value\":\"no number\"}".to_owned());
    more.extend((0..300).map(|i| sample(&format!("m{i:03}"), None, f64::from(i), None)));
    put(&*store, "r", "q", &(1..).zip(more).collect::<Vec<_>>()).unwrap();
    let metrics = store.metrics("r").unwrap();
    assert_eq!(metrics.len(), 303);
    let of = |unit: Option<&str>| {
        metrics.iter().find(|m| m.name == "memory" && m.unit.as_deref() == unit).unwrap()
    };
    let mb = of(Some("MB"));
    assert_eq!((mb.count, mb.mean, mb.min, mb.max, mb.latest), (8, 5.0, 2.0, 9.0, 2.0));
    assert!((mb.deviation().unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
    assert_eq!((of(Some("GB")).latest, of(None).count, of(None).deviation()), (1.5, 1, None));
    let names: Vec<&String> = metrics.iter().map(|m| &m.name).collect();
    assert!(names.is_sorted());
    assert!(matches!(store.metrics("s"), Err(Error::NoRun { .. })));
}
