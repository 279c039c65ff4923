//! Lanes, colours and rows by the labels, parameters and metrics of a run.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_format::{EventSink as _, Status, read_line};
use makespan_model::{RunsBuilder, notation};
use makespan_scene::Role;
use makespan_views::filter::Filter;
use makespan_views::tasks::{Field, Listing, Shown, Sort, Tabling};
use makespan_views::timeline::{Index, Lanes};
use makespan_views::{Colouring, Colours, Look, Property, properties};

/// Four tasks: two of the team "search", one of "10" and one without a team; three have a metric.
fn facts() -> Facts {
    let mut runs = RunsBuilder::new();
    notation::read("a 0..4 w1\nb 4..5 w1\nc 5..9 w1 failed step=s\nd 9..12 w2", &mut runs);
    for line in [
        r#"{"event":"task","task":"a","labels":{"team":"search"},"params":{"rows out":7}}"#,
        r#"{"event":"task","task":"b","labels":{"team":"search"}}"#,
        r#"{"event":"task","task":"c","labels":{"team":10}}"#,
        r#"{"event":"task","task":"d","labels":{"team":null}}"#,
        r#"{"event":"sample","task":"a","name":"rows","value":1}"#,
        r#"{"event":"sample","task":"b","name":"rows","value":2}"#,
        r#"{"event":"sample","task":"c","name":"rows","value":90}"#,
    ] {
        runs.event(read_line(line.as_bytes()).unwrap().event);
    }
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

fn property(name: &str) -> Property {
    Property::parse(name).unwrap()
}

#[test]
fn properties_are_listed_with_their_counts() {
    let listed: Vec<_> =
        properties(&facts()).into_iter().map(|p| (p.property.name(), p.tasks, p.values)).collect();
    let expected = [
        ("label.team".to_owned(), 3, Some(2)),
        ("param.rows out".to_owned(), 1, Some(1)),
        ("metric.rows".to_owned(), 3, None),
    ];
    assert_eq!(listed, expected);
}

#[test]
fn each_value_of_a_label_has_a_lane_and_tasks_without_one_the_last() {
    let facts = facts();
    let lanes = |property: &str| {
        let index = Index::new(facts.run(), Lanes::Of(self::property(property)));
        index.lanes.iter().map(|l| format!("{} {}", l.name, l.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(lanes("label.team"), ["10 1", "search 2", "(no team) 1"]);
    assert_eq!(lanes("label.nothing"), ["(no nothing) 4"]);
    assert_eq!(Lanes::named("label.team"), Some(Lanes::Of(property("label.team"))));
    assert_eq!(Lanes::named("metric.rows"), None, "numbers make no lanes");
}

#[test]
fn each_colour_of_a_property_is_what_its_query_selects() {
    let facts = facts();
    for (name, entries) in [("label.team", 3), ("param.rows out", 2), ("metric.rows", 3), ("metric.none", 1)]
    {
        let colours = Colours::of(&facts, &Colouring::Of(property(name))).unwrap();
        assert_eq!(colours.legend.len(), entries, "{name}: {:?}", colours.legend);
        for entry in colours.legend.iter().filter(|c| !c.query.is_empty()) {
            let mask = Filter::default().with_text(&*entry.query).mask(&facts);
            assert!(mask.contains(&true), "{} selects a task", entry.query);
            for task in facts.run().task_ids().filter(|t| mask[t.index()]) {
                assert_eq!(colours.role(task.0, Status::Succeeded), entry.role, "{} of {name}", entry.name);
            }
        }
    }
    let colours = Colours::of(&facts, &Colouring::Of(property("label.team"))).unwrap();
    assert_eq!(colours.role(2, Status::Failed), Role::Failed);
}

/// Returns the rows of the table as text, with `>` before those of groups.
fn rows(facts: &Facts, tabling: &Tabling) -> Vec<String> {
    let listing = Listing::new(facts, None, tabling);
    let (table, groups) = listing.table(facts, 0..100, &Look::default());
    let text = |(at, row): (usize, &Vec<makespan_views::Cell>)| {
        let cells: Vec<_> = row.iter().map(|c| c.text().into_owned()).collect();
        let head = if groups.iter().any(|g| g.row == at) { "> " } else { "" };
        format!("{head}{}", cells.join("|"))
    };
    table.rows.iter().enumerate().map(text).collect()
}

#[test]
fn rows_are_grouped_and_groups_sum_up_their_tasks() {
    let facts = facts();
    let columns = ["status", "name", "duration", "metric.rows", "label.team"];
    let columns = columns.map(|name| Shown { field: Field::named(name).unwrap(), width: None });
    let mut tabling = Tabling { columns: columns.to_vec(), ..Tabling::default() };
    assert_eq!(rows(&facts, &tabling)[2], "failed|c|4 s|90|10");
    tabling.group_by(Field::named("label.team"));
    tabling.toggle("search");
    assert_eq!(
        rows(&facts, &tabling),
        [
            "> succeeded|search (2 tasks, medians)|2.5 s|1.5|",
            "succeeded|a|4 s|1|search",
            "succeeded|b|1 s|2|search",
            "> failed|10 (1 task)|4 s|90|",
            "> succeeded|none (1 task)|3 s||",
        ],
        "by first start"
    );
    tabling.sort = Sort { key: Field::named("metric.rows").unwrap(), descending: true };
    let rows = rows(&facts, &tabling);
    let heads: Vec<&str> =
        rows.iter().filter(|r| r.starts_with('>')).filter_map(|r| r.split('|').nth(1)).collect();
    assert_eq!(heads, ["10 (1 task)", "search (2 tasks, medians)", "none (1 task)"]);
    let listing = Listing::new(&facts, None, &tabling);
    assert_eq!(listing.place_of(2), Some(0), "a task in a collapsed group is where its group is");
    assert_eq!(listing.tasks().collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn two_runs_have_common_lanes_by_a_label() {
    let (a, b) = (facts(), facts());
    let matching = makespan_analysis::compare::matching(&a, &b);
    let pair = makespan_views::compare::Pair::new(&a, &b, &matching);
    let lanes = Lanes::Of(property("label.team"));
    let aligned = makespan_views::compare::timeline::Aligned::new(&pair, lanes, None);
    let names: Vec<&str> = aligned.b.lanes.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["10", "search", "(no team)"]);
}
