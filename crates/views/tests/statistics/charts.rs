//! What the charts say.

use makespan_analysis::Facts;
use makespan_scene::hit;
use makespan_views::chart::{Body, Choice, Kind, Picture, list, picture};
use makespan_views::{Look, Subject, Target};

use crate::{logged, measured, rows, task, words};

const RUN: &str = "
    run nightly
    fetch   0..4    w1
    align   4..9    w1   fetch          step=align
    sort    4..5    w2   fetch   failed step=align
    call    9..19   w1   align
    publish -       -    call    pending";

fn made(facts: &Facts, kind: Kind, of: &str) -> Picture {
    picture(&Subject::of(facts), &Choice { kind, of: of.into(), ..Choice::default() }).unwrap()
}

fn why_not(facts: &Facts, kind: Kind) -> String {
    picture(&Subject::of(facts), &Choice { kind, ..Choice::default() }).unwrap_err()
}

#[test]
fn every_offered_chart_can_be_drawn_and_others_state_the_reason() {
    let facts = measured(RUN, &[]);
    let subject = Subject::of(&facts);
    let offered = list(&subject);
    for kind in Kind::ALL {
        assert!(offered.iter().any(|c| c.choice.kind == kind), "{kind:?}");
    }
    for chart in offered {
        let drawn = picture(&subject, &chart.choice);
        assert_eq!(drawn.is_err(), chart.missing.is_some(), "{}: {:?}", chart.key(), chart.missing);
    }
    assert_eq!(why_not(&facts, Kind::Series), "This file holds no samples of metrics.");
    assert_eq!(why_not(&facts, Kind::InputOutput), "This file records no bytes read or written.");
}

#[test]
fn the_longest_tasks_come_first_and_lead_to_themselves() {
    let facts = measured(RUN, &[]);
    let look = Look { selected: Some(task(&facts, "align").0), ..Look::PLAIN };
    let choice = Choice { kind: Kind::Tasks, ..Choice::default() };
    let chart = picture(&Subject { look: &look, ..Subject::of(&facts) }, &choice).unwrap();
    assert_eq!(
        rows(&chart.twin),
        [
            "call | succeeded | 10 s",
            "align | succeeded | 5 s",
            "fetch | succeeded | 4 s",
            "sort | failed | 1 s"
        ]
    );
    let Body::Plot(plot) = &chart.body else { panic!("no plot") };
    assert_eq!(plot.notes, ["Unknown for 1 task."]);
    assert_eq!(plot.bars.iter().map(|b| b.marked).collect::<Vec<_>>(), [false, true, false, false]);
    let (w, h) = (600.0, chart.height(600.0));
    let scene = chart.scene(w, h);
    assert!(words(&scene).iter().any(|text| text == "1 s"));
    // The tip of each bar stands where the bar can be hit.
    let tips: Vec<_> = (0..h as u32).filter_map(|y| chart.tip((w, h), 200.0, y as f32)).collect();
    let first = tips.first().unwrap();
    assert_eq!(first.text, "call\nDuration 10 seconds (10000000000 ns)");
    assert_eq!(first.target, Some(Target::Task(task(&facts, "call").0)));
    assert_eq!(Target::of(hit(&scene, first.at.0, first.at.1, 0.0)), first.target);
    assert_eq!(tips.last().unwrap().target, Some(Target::Task(task(&facts, "sort").0)));
}

#[test]
fn a_filter_leaves_out_tasks() {
    let facts = measured(RUN, &[]);
    let mut mask = vec![true; facts.run().task_count()];
    mask[task(&facts, "call").index()] = false;
    let subject = Subject { mask: Some(&mask), ..Subject::of(&facts) };
    let choice = Choice { kind: Kind::Tasks, ..Choice::default() };
    assert_eq!(rows(&picture(&subject, &choice).unwrap().twin)[0], "align | succeeded | 5 s");
}

#[test]
fn percentiles_are_those_of_all_tasks() {
    let facts = measured(RUN, &[]);
    let chart = made(&facts, Kind::Distribution, "duration");
    // Of 1, 4, 5 and 10 s: the median lies between 4 and 5; P90 at 2.7 of 3 steps, 70 % of the way from 5 to 10.
    assert_eq!(
        rows(&chart.twin)[..6],
        ["tasks | 4", "least | 1 s", "P50 | 4.5 s", "P90 | 8.5 s", "P95 | 9.25 s", "P99 | 9.85 s"]
    );
    let counted: usize =
        rows(&chart.twin)[7..].iter().map(|r| r.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(counted, 4);
    let logarithmic = Choice { kind: Kind::Distribution, of: "wait".into(), log: true, ..Choice::default() };
    // Waits: 0 of four tasks; none has a logarithm.
    assert!(picture(&Subject::of(&facts), &logarithmic).unwrap_err().contains("logarithm"));
}

#[test]
fn two_runs_are_laid_over_each_other() {
    let (a, b) = (measured(RUN, &[]), measured("run again\nfetch 0..8 w\nalign 8..9 w fetch", &[]));
    let runs = [&a, &b];
    let choice = Choice { kind: Kind::Distribution, of: "duration".into(), against: "1".into(), log: false };
    let chart = picture(&Subject { runs: &runs, ..Subject::of(&a) }, &choice).unwrap();
    assert_eq!(rows(&chart.twin)[..3], ["tasks | 4 | 2", "least | 1 s | 1 s", "P50 | 4.5 s | 4.5 s"]);
    let Body::Plot(plot) = &chart.body else { panic!("no plot") };
    assert_eq!((plot.lines.len(), plot.y.label.as_str()), (1, "share of the tasks"));
    assert_eq!(plot.legend[1].text, "again (2 tasks)");
}

#[test]
fn bytes_read_are_shown_beside_bytes_written() {
    let facts = measured(
        RUN,
        &[
            (Some("fetch"), "io_read_bytes", "B", 4096.0, Some(4)),
            (Some("fetch"), "io_write_bytes", "B", 0.0, Some(4)),
            (Some("call"), "io_write_bytes", "B", 1.5e6, Some(19)),
        ],
    );
    let chart = made(&facts, Kind::InputOutput, "bytes");
    assert_eq!(chart.twin.columns.iter().map(|c| &*c.title).collect::<Vec<_>>(), ["Task", "read", "written"]);
    assert_eq!(rows(&chart.twin), ["fetch | 4.1 kB | 0 B", "call |  | 1.5 MB"]);
    let Body::Plot(plot) = &chart.body else { panic!("no plot") };
    // What is not known has no bar; what is 0 has one.
    assert_eq!(plot.bars.len(), 3);
}

#[test]
fn sums_of_steps_where_there_are_many_tasks() {
    let ids: Vec<String> = (0..40).map(|i| format!("t{i}")).collect();
    let text: String = ids.iter().map(|id| format!("{id} 0..1 w step=s{}\n", id.len())).collect();
    let samples: Vec<_> =
        ids.iter().map(|id| (Some(id.as_str()), "io_read_bytes", "B", 100.0, Some(1))).collect();
    let chart = made(&measured(&text, &samples), Kind::InputOutput, "bytes");
    assert_eq!(rows(&chart.twin), ["s3 | 3 kB | ", "s2 | 1 kB | "]);
}

#[test]
fn series_of_one_name_are_lines_of_one_chart() {
    let mut samples = Vec::new();
    for i in 0..6 {
        samples.push((None, "optimizer.curve[b]", "", f64::from(10 - i), None));
        samples.push((None, "optimizer.curve[a]", "", f64::from(9 - i), None));
    }
    samples.push((None, "expert.weight[e1].x", "", 0.25, None));
    samples.push((None, "expert.weight[e1].x", "", 0.75, None));
    samples.push((None, "expert.weight[e2].x", "", 1.0, None));
    samples.push((None, "expert.weight[e2].y", "", 2.0, None));
    let facts = measured(RUN, &samples);
    let curve = made(&facts, Kind::Series, "optimizer.curve");
    let Body::Plot(plot) = &curve.body else { panic!("no plot") };
    assert_eq!(
        plot.lines.iter().map(|l| (l.name.as_str(), l.points.len())).collect::<Vec<_>>(),
        [("a", 6), ("b", 6)]
    );
    assert_eq!(rows(&curve.twin)[..2], ["a | 1 | 9", "a | 2 | 8"]);
    assert!(plot.x.label.contains("no times recorded"));
    // Few numbers are bars: a row a part, a bar an expert, and of several samples their mean.
    let weights = made(&facts, Kind::Series, "expert.weight");
    assert_eq!(rows(&weights.twin), ["x | e1 | 0.5", "x | e2 | 1", "y | e2 | 2"]);
}

#[test]
fn samples_of_tasks_are_at_their_times() {
    let facts = measured(
        RUN,
        &[
            (Some("fetch"), "cpu", "%", 50.0, Some(1)),
            (Some("fetch"), "cpu", "%", 70.0, Some(3)),
            (Some("call"), "cpu", "%", 10.0, Some(10)),
            (Some("call"), "cpu", "%", 30.0, None),
        ],
    );
    let chart = made(&facts, Kind::Series, "cpu");
    assert_eq!(rows(&chart.twin), ["fetch | +1 s | 50 %", "fetch | +3 s | 70 %", "call | +10 s | 10 %"]);
    let Body::Plot(plot) = &chart.body else { panic!("no plot") };
    assert_eq!(plot.notes, ["Not shown, no time recorded: 1 sample."]);
    let (w, h) = (600.0, chart.height(600.0));
    let tip = (0..h as u32).find_map(|y| chart.tip((w, h), 560.0, y as f32)).unwrap();
    assert_eq!(tip.text, "call: 10 %\nat +10 s");
}

#[test]
fn recorded_choices_are_counted() {
    let line = |id: u32, word: &str| {
        format!("meta learner selected {{\"id\":\"s{id}\",\"algorithm\":\"{word}\",\"n\":3}}")
    };
    let lines: Vec<String> = ["DE", "DE", "ES", "DE"].iter().zip(0..).map(|(w, i)| line(i, w)).collect();
    let mut decisions: Vec<(&str, &str)> = lines.iter().map(|l| ("decision", l.as_str())).collect();
    decisions.push(("decision", "no object {here"));
    let facts = logged(RUN, &decisions);
    let keys: Vec<String> = list(&Subject::of(&facts))
        .iter()
        .filter(|c| c.choice.kind == Kind::Counts)
        .map(|c| c.key())
        .collect();
    // An id is another one each time, and no choice.
    assert_eq!(keys, ["counts:decision.algorithm"]);
    let chart = made(&facts, Kind::Counts, "decision.algorithm");
    assert_eq!(rows(&chart.twin), ["DE | 3 | 75.0 %", "ES | 1 | 25.0 %"]);
}

#[test]
fn the_trend_goes_by_start_and_marks_failures() {
    let run = |text: &str| measured(text, &[]);
    let (late, early, never) =
        (run("run c\nt 100..109 w failed"), run("run a\nt 10..13 w"), run("run b\nt - - pending"));
    let runs = [&late, &early, &never];
    let subject = Subject { runs: &runs, ..Subject::of(&late) };
    let chart = picture(&subject, &Choice { kind: Kind::Trend, ..Choice::default() }).unwrap();
    assert_eq!(
        rows(&chart.twin),
        [
            "a | succeeded | 1970-01-01T00:00:10.000Z | 3 s | −67 %",
            "c | failed | 1970-01-01T00:01:40.000Z | 9 s | +0 %",
            "b | pending | start unknown |  | ",
        ]
    );
    let Body::Plot(plot) = &chart.body else { panic!("no plot") };
    assert_eq!(
        plot.dots.iter().map(|d| d.shape).collect::<Vec<_>>(),
        [makespan_views::chart::Shape::Disc, makespan_views::chart::Shape::Cross]
    );
    assert_eq!((plot.rules[0].x, plot.rules[0].label.as_str()), (2.0, "this run"));
    let durations = |of: &str| {
        let choice = Choice { kind: Kind::Trend, of: of.into(), ..Choice::default() };
        picture(&subject, &choice)
            .map(|made| made.twin.rows.iter().map(|r| r[3].text().into_owned()).collect::<Vec<_>>())
    };
    assert_eq!(durations("task:t").unwrap(), ["3 s", "9 s", ""]);
    assert_eq!(durations("step:t").unwrap(), ["3 s", "9 s", ""]);
    assert!(durations("task:nobody").is_err());
}

#[test]
fn a_radar_scales_to_the_largest_and_has_gaps_for_unknown_values() {
    let facts = measured(
        RUN,
        &[
            (Some("fetch"), "cpu", "%", 50.0, Some(1)),
            (Some("call"), "cpu", "%", 100.0, Some(1)),
            (Some("call"), "rss", "MB", 7.0, Some(1)),
        ],
    );
    let chart = made(&facts, Kind::Steps, "");
    let Body::Radar(radar) = &chart.body else { panic!("no radar") };
    let cpu = radar.spokes.iter().position(|s| s.name == "cpu").unwrap();
    assert_eq!(radar.spokes[cpu].largest, 100.0);
    let value = |step: &str| radar.outlines.iter().find(|o| o.name == step).unwrap().values[cpu];
    assert_eq!((value("call"), value("fetch")), (100.0, 50.0));
    assert!(value("align").is_nan());
    // The mean of align and sort, 5 s and 1 s.
    let duration = chart.twin.columns.iter().position(|c| c.title == "Duration").unwrap();
    let align = chart.twin.rows.iter().find(|r| r[0].text() == "align").unwrap();
    assert_eq!(align[duration].text(), "3 s");
    assert!(radar.notes.iter().any(|n| n.contains("gap")));
}
