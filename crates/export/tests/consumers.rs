//! What is written is read by the programs that it is for, and no name in it becomes more than a name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use makespan_analysis::Facts;
use makespan_export::{ExportError, Format, Options, Picture, Table, export, is_formula};
use pulldown_cmark::{Event, Options as Dialect, Parser, Tag, TagEnd};
use serde_json::Value;
use support::{UNKIND, consumed, events, facts, write};

const CSV: &str = "import csv, io, json, sys\n\
    text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='')\n\
    json.dump(list(csv.reader(text, strict=True)), sys.stdout)";
const XML: &str = "import sys, xml.etree.ElementTree as e\n\
    r = e.fromstring(sys.stdin.buffer.read())\n\
    print(' '.join(t.tag.split('}')[1] for t in r.iter()))";

#[test]
fn no_cell_of_a_table_is_a_formula_and_every_cell_comes_back() {
    let run = facts(&events(UNKIND));
    for table in [Table::Tasks, Table::Attempts, Table::Metrics, Table::Runs] {
        let text = write(&[&run], Format::Csv, &Options { table, ..Options::default() }).text;
        let raw = write(&[&run], Format::Csv, &Options { table, csv_raw: true, ..Options::default() }).text;
        // Readers of C refuse a NUL, which is no matter of ours.
        let read = |text: &str| consumed("python3", &["-c", CSV], &text.replace('\0', ""));
        let (Some(text), Some(raw)) = (read(&text), read(&raw)) else { return };
        let rows: Vec<Vec<String>> = serde_json::from_str(&text).unwrap();
        let raw: Vec<Vec<String>> = serde_json::from_str(&raw).unwrap();
        assert!(rows.len() > 1 && rows.iter().all(|row| row.len() == rows[0].len()), "{table:?}");
        for (cell, raw) in rows.iter().flatten().zip(raw.iter().flatten()) {
            assert!(!is_formula(cell), "{cell:?}");
            assert!(
                cell == raw || cell.strip_prefix('\'') == Some(raw) && is_formula(raw),
                "{cell:?} {raw:?}"
            );
        }
        let names: Vec<String> = UNKIND.iter().map(|name| name.replace('\0', "")).collect();
        if matches!(table, Table::Tasks) {
            assert!(names.iter().all(|name| raw.iter().any(|row| row[2] == *name)));
        }
    }
}

#[test]
fn the_table_of_tasks_holds_what_is_known() {
    let run = facts(
        "{\"event\":\"run\",\"run\":\"r\"}\n\
        {\"event\":\"attempt\",\"task\":\"a\",\"queued\":0,\"started\":1500000000,\"ended\":4000000001,\"worker\":\"w\"}\n\
        {\"event\":\"task\",\"task\":\"b\",\"after\":[\"a\"]}\n",
    );
    let text = write(&[&run], Format::Csv, &Options::default()).text;
    let rows: Vec<Vec<&str>> = text.split_terminator("\r\n").map(|row| row.split(',').collect()).collect();
    let cell = |row: usize, name: &str| rows[row][rows[0].iter().position(|c| *c == name).unwrap()];
    assert_eq!((cell(1, "started"), cell(1, "duration_s")), ("1970-01-01T00:00:01.500Z", "2.500000001"));
    assert_eq!((cell(1, "worker"), cell(1, "attempts"), cell(1, "critical")), ("w", "1", "true"));
    assert_eq!((cell(2, "depends_on"), cell(2, "started"), cell(2, "duration_s")), ("a", "", ""));
}

#[test]
fn names_of_a_run_become_no_markdown_markup() {
    let run = facts(&events(UNKIND));
    let text = write(&[&run], Format::Markdown, &Options::default()).text;
    let dialect = Dialect::ENABLE_TABLES | Dialect::ENABLE_STRIKETHROUGH | Dialect::ENABLE_TASKLISTS;
    let (mut headings, mut in_heading) = (Vec::new(), false);
    for event in Parser::new_ext(&text, dialect) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::Strikethrough)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Code(_)
            | Event::TaskListMarker(_) => {
                panic!("{event:?}")
            }
            Event::Start(Tag::Heading { .. }) => {
                in_heading = true;
                headings.push(String::new());
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Text(text) if in_heading => headings.iter_mut().last().unwrap().push_str(&text),
            _ => {}
        }
    }
    assert!(headings.len() > 10 && !headings.iter().any(|h| h.contains("three")), "{headings:?}");
    for title in ["## Summary", "## Bottlenecks", "## Insights", "## Task details", "## Graph", "## Timeline"]
    {
        assert!(text.contains(title), "{title}");
    }
    // What GitHub looks for in the text afterwards, and what its log takes for commands.
    assert!(!text.contains("@octocat") && !text.contains("@x.example") && !text.contains("https://"));
    assert!(!text.lines().any(|l| l.trim_start().starts_with("::") || l.contains("##[")));
    let rows = text.lines().filter(|l| l.starts_with("| ")).count();
    assert!(rows > UNKIND.len(), "{rows}");
}

#[test]
fn names_of_a_run_become_no_commands_of_a_log_that_shows_the_text() {
    let run = facts(&events(UNKIND));
    let text = write(&[&run], Format::Text, &Options::default()).text;
    assert!(!text.lines().any(|l| l.trim_start().starts_with("::") || l.contains("##")), "{text}");
}

#[test]
fn mermaid_has_as_many_nodes_as_there_are_tasks_and_nothing_else() {
    let run = facts(&events(UNKIND));
    let text = write(&[&run], Format::Mermaid, &Options::default()).text;
    let mut nodes = 0;
    for line in text.lines().skip(1) {
        let word = line.split([' ', '[']).next().unwrap();
        if word == "classDef" {
            continue;
        }
        assert!(word.starts_with("r0n") && word[3..].bytes().all(|b| b.is_ascii_digit()), "{line}");
        if let Some(rest) = line.strip_prefix(word).filter(|rest| rest.starts_with("[\"")) {
            let label = rest.strip_prefix("[\"").unwrap().split("\"]").next().unwrap();
            assert!(!label.contains(['"', '<', '>', '`', '{', '[', ']', '%', '\\']), "{line}");
            nodes += 1;
        } else {
            assert!(line[word.len()..].starts_with(" -->") || line.contains("-.->"), "{line}");
        }
    }
    assert_eq!(nodes, run.run().task_count());
    let gantt = write(&[&run], Format::Gantt, &Options::default()).text;
    let bars = gantt.lines().filter(|l| l.contains(" :")).count();
    assert_eq!(bars, UNKIND.len() * 2);
    for word in ["section ", "title "] {
        let ours = gantt.lines().filter(|l| l.starts_with(word)).count();
        assert_eq!(ours, if word == "title " { 1 } else { UNKIND.len() }, "{gantt}");
    }
}

#[test]
fn a_graph_too_large_for_mermaid_is_drawn_by_step() {
    let mut lines = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
    for i in 0..700 {
        lines.push_str(&format!("{{\"event\":\"task\",\"task\":\"m{i}\",\"step\":\"map\"}}\n"));
        lines.push_str(&format!(
            "{{\"event\":\"task\",\"task\":\"r{i}\",\"step\":\"reduce\",\"after\":[\"m{i}\"]}}\n"
        ));
    }
    let exported = write(&[&facts(&lines)], Format::Mermaid, &Options::default());
    assert_eq!(exported.text.matches("[\"").count(), 2, "{}", exported.text);
    assert!(exported.notes[0].contains("1,400 tasks"), "{:?}", exported.notes);
}

#[test]
fn runs_that_fit_together_are_drawn_by_task_and_otherwise_the_largest_by_step() {
    let chain = |run: &str, count: usize| {
        let mut lines = format!("{{\"event\":\"run\",\"run\":\"{run}\"}}\n");
        for i in 0..count {
            let after = i.checked_sub(1).map_or(String::new(), |i| format!("\"t{i}\""));
            lines.push_str(&format!(
                "{{\"event\":\"task\",\"task\":\"t{i}\",\"step\":\"s\",\"after\":[{after}]}}\n"
            ));
        }
        facts(&lines)
    };
    let (small, middle, large) = (chain("small", 40), chain("middle", 400), chain("large", 480));
    let drawn = |runs: &[&Facts]| write(runs, Format::Mermaid, &Options::default());
    let nodes = |text: &str, run: usize| {
        text.lines().filter(|l| l.starts_with(&format!("r{run}n")) && l.contains("[\"")).count()
    };
    let fits = drawn(&[&small, &middle]);
    assert_eq!((nodes(&fits.text, 0), nodes(&fits.text, 1)), (40, 400), "an equal share is not needed");
    assert_eq!(fits.notes, [] as [String; 0]);
    let three = drawn(&[&small, &middle, &large]);
    assert_eq!([0, 1, 2].map(|run| nodes(&three.text, run)), [40, 400, 1]);
    assert_eq!(three.notes.len(), 1, "{:?}", three.notes);
    assert!(three.notes[0].starts_with("1 of 3 runs"), "{:?}", three.notes);
}

#[test]
fn a_graph_that_pages_refuse_to_draw_is_left_out_of_a_report() {
    let mut lines = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
    for i in 0..700usize {
        let after = i.checked_sub(1).map_or(String::new(), |i| format!("\"t{i}\""));
        lines.push_str(&format!(
            "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"started\":{i},\"ended\":{}}}\n\
             {{\"event\":\"task\",\"task\":\"t{i}\",\"step\":\"s{i}\",\"after\":[{after}]}}\n",
            i + 1
        ));
    }
    let run = facts(&lines);
    let report = write(&[&run], Format::Markdown, &Options::default()).text;
    assert!(!report.contains("flowchart LR") && report.contains("too large for Mermaid"));
    assert!(report.contains("gantt\n"), "the timeline fits");
    let alone = write(&[&run], Format::Mermaid, &Options::default());
    assert!(alone.notes.iter().any(|note| note.contains("maxEdges")), "{:?}", alone.notes);
}

#[test]
fn sections_of_a_gantt_chart_name_their_run() {
    let one = facts(
        "{\"event\":\"run\",\"run\":\"a\"}\n{\"event\":\"attempt\",\"task\":\"t\",\"started\":0,\"ended\":5}\n",
    );
    let two = facts(
        "{\"event\":\"run\",\"run\":\"b\"}\n{\"event\":\"attempt\",\"task\":\"t\",\"started\":0,\"ended\":5,\"worker\":\"w\"}\n",
    );
    let sections = |runs: &[&Facts]| -> Vec<String> {
        let text = write(runs, Format::Gantt, &Options::default()).text;
        text.lines().filter_map(|l| l.strip_prefix("section ")).map(str::to_owned).collect()
    };
    assert_eq!(sections(&[&one, &two]), ["a", "b · w"]);
    assert_eq!(sections(&[&one]), ["no worker"]);
}

#[test]
fn several_runs_are_clusters_of_one_picture_and_nodes_of_one_graph() {
    let run = facts(
        "{\"event\":\"run\",\"run\":\"a\"}\n{\"event\":\"task\",\"task\":\"x\"}\n{\"event\":\"task\",\"task\":\"y\",\"after\":[\"x\"]}\n",
    );
    let text = write(&[&run, &run], Format::Dot, &Options::default()).text;
    assert_eq!((text.matches("digraph").count(), text.matches("subgraph cluster_").count()), (1, 2));
    assert!(text.contains("0 -> 1") && text.contains("2 -> 3"), "{text}");
    if let Some(svg) = consumed("dot", &["-Tsvg"], &text) {
        assert_eq!((svg.matches("<svg").count(), svg.matches("class=\"node\"").count()), (1, 4));
    }
    let graph = write(&[&run, &run], Format::GraphMl, &Options::default()).text;
    assert_eq!(graph.matches("<data key=\"run\">a</data>").count(), 4, "{graph}");
}

#[test]
fn positions_name_every_task_once_and_every_line_meets_its_nodes() {
    let run = facts(&events(UNKIND));
    let text = write(&[&run], Format::Positions, &Options::default()).text;
    let graph: serde_json::Value = serde_json::from_str(&text).unwrap();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let nodes = graph["nodes"].as_array().unwrap();
    let mut ids: Vec<&str> =
        nodes.iter().flat_map(|n| n["tasks"].as_array().unwrap()).map(|id| id.as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut expected: Vec<&str> = run.run().task_ids().map(|t| run.run().task_id(t)).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let is_at = |node: &serde_json::Value, point: &serde_json::Value| {
        let away = |at: usize, centre: &str, side: &str| {
            (number(&point[at]) - number(&node[centre])).abs() - number(&node[side]) / 2.0
        };
        away(0, "x", "width") <= 1.0 && away(1, "y", "height") <= 1.0
    };
    let edges = graph["edges"].as_array().unwrap();
    assert_eq!(edges.len(), run.run().edge_count() + run.run().cut.len());
    for edge in edges {
        let points = edge["points"].as_array().unwrap();
        let [from, to] = ["from", "to"].map(|end| &nodes[edge[end].as_u64().unwrap() as usize]);
        assert!(is_at(from, &points[0]) && is_at(to, points.last().unwrap()), "{edge}");
        assert_eq!(points.len() % 3, 1, "{edge}");
    }
}

#[test]
fn graphviz_draws_what_is_written_and_nothing_links() {
    let run = facts(&events(UNKIND));
    let text = write(&[&run], Format::Dot, &Options::default()).text;
    assert!(!text.contains("URL") && !text.contains("image") && !text.contains("=<"));
    assert_eq!(text.matches("label=").count(), run.run().task_count());
    assert_eq!(text.matches(" -> ").count(), run.run().edge_count() + run.run().cut.len());
    assert!(text.contains("style=dashed"), "the cycle is drawn");
    if let Some(svg) = consumed("dot", &["-Tsvg"], &text) {
        assert_eq!(svg.matches("class=\"node\"").count(), run.run().task_count());
        assert!(!svg.contains("<a ") && !svg.contains("xlink:href=") && !svg.contains("<image"));
    }
}

#[test]
fn xml_is_well_formed_and_holds_what_it_should() {
    let run = facts(&events(UNKIND));
    let graph = write(&[&run, &run], Format::GraphMl, &Options::default()).text;
    for picture in [Picture::Graph, Picture::Timeline] {
        let svg = write(&[&run], Format::Svg, &Options { picture, ..Options::default() }).text;
        let Some(tags) = consumed("python3", &["-c", XML], &svg) else { return };
        for bad in ["script", "a", "image", "foreignObject", "style", "use"] {
            assert!(!tags.split_whitespace().any(|tag| tag == bad), "{bad}");
        }
        assert!(tags.contains("text"));
        let _ = consumed("xmllint", &["--noout", "-"], &svg);
    }
    let Some(tags) = consumed("python3", &["-c", XML], &graph) else { return };
    let count = |name: &str| tags.split_whitespace().filter(|tag| *tag == name).count();
    assert_eq!((count("graph"), count("node")), (1, run.run().task_count() * 2));
    assert_eq!(count("edge"), (run.run().edge_count() + run.run().cut.len()) * 2);
    let _ = consumed("xmllint", &["--noout", "-"], &graph);
}

#[test]
fn traces_are_json_with_a_slice_for_each_attempt_on_threads_where_none_overlap() {
    let run = facts(&events(UNKIND));
    let trace: Value =
        serde_json::from_str(&write(&[&run], Format::ChromeTrace, &Options::default()).text).unwrap();
    let records = trace["traceEvents"].as_array().unwrap();
    let of = |ph: &str| records.iter().filter(|r| r["ph"] == ph).collect::<Vec<_>>();
    assert_eq!(of("X").len(), UNKIND.len() * 2 + 1);
    assert_eq!(of("s").len(), of("f").len());
    assert!(of("s").len() >= UNKIND.len() - 1);
    let mut slices: Vec<(u64, f64, f64)> = of("X")
        .iter()
        .map(|r| (r["tid"].as_u64().unwrap(), r["ts"].as_f64().unwrap(), r["dur"].as_f64().unwrap()))
        .collect();
    slices.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // A float of that size is a quarter of a microsecond off.
    assert!(slices.windows(2).all(|w| w[0].0 != w[1].0 || w[0].1 + w[0].2 <= w[1].1 + 1.0), "{slices:?}");
}

#[test]
fn unsupported_exports_are_refused_with_a_reason() {
    let run = facts(&events(&["a"]));
    let all = [&run, &run];
    assert_eq!(export(&[], Format::Json, &Options::default()), Err(ExportError::NoRun));
    for format in [Format::Svg, Format::Positions] {
        assert_eq!(export(&all, format, &Options::default()), Err(ExportError::OneRun(format.title(), 2)));
    }
    let empty = facts("{\"event\":\"run\",\"run\":\"r\"}\n");
    for format in Format::ALL.into_iter().filter(|f| !matches!(f, Format::Svg | Format::Positions)) {
        assert!(export(&[&empty], format, &Options::default()).is_ok(), "{format:?}");
        let text = export(&all, format, &Options::default()).unwrap();
        assert_eq!(Ok(text), export(&all, format, &Options::default()), "{format:?}: same input, same bytes");
    }
    for format in [Format::Svg, Format::Positions] {
        assert_eq!(export(&[&empty], format, &Options::default()), Err(ExportError::NoPicture("tasks")));
    }
}
