//! The state of a view as the hash of a link: `v=1&view=timeline&task=align&…`, versioned, readable, tolerant.
//!
//! Unknown keys and invalid values are ignored; a link of a later version is rejected with a message. Links come from
//! anywhere and are treated as hostile: at most 64 KiB, and nothing in them is trusted to exist.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt::Write as _;

use crate::area::Area;
use crate::chart::{Choice, Kind};
use crate::colours::Colouring;
use crate::compare::{self, Alignment, Comparing, Mode, Part};
use crate::filter::Filter;
use crate::look::{Camera, TimeMode, View};
use crate::state::ViewState;
use crate::timeline::{Gaps, Lanes};

/// The version of links that this program writes.
pub const LINK_VERSION: u32 = 1;
const LONGEST: usize = 64 * 1024;

/// The reason why a link cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It was made by a later version.
    Newer(u32),
    /// It is longer than any link of Makespan.
    TooLong,
}

impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LinkError::Newer(v) => {
                write!(f, "this link has version {v}; this page supports versions up to {LINK_VERSION}")
            }
            LinkError::TooLong => f.write_str("this link is longer than 64 KiB and was ignored"),
        }
    }
}

impl std::error::Error for LinkError {}

/// Characters that a link contains unencoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b':')
    .remove(b'!')
    .remove(b',')
    .remove(b'*');

fn quote(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, PLAIN));
}

/// Decodes form encoding: `+` is a space, and invalid UTF-8 becomes U+FFFD.
fn unquote(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Returns the hash of a state, without `#`. Defaults are omitted to keep links short.
pub fn encode(state: &ViewState) -> String {
    let mut out = format!("v={LINK_VERSION}&view={}", state.view.name());
    let mut put = |key: &str, value: &str| {
        let _ = write!(out, "&{key}=");
        quote(value, &mut out);
    };
    if state.run > 0 {
        put("run", &state.run.to_string());
    }
    if let Some(task) = &state.selected {
        put("task", task);
    }
    if !state.filter.text.trim().is_empty() {
        put("q", &state.filter.text);
    }
    if state.filter.statuses != 0 {
        put("status", &format!("{:x}", state.filter.statuses));
    }
    if let Some(area) = &state.filter.area {
        put("area", &area.encode());
    }
    if state.lanes != Lanes::default() {
        put("lanes", &state.lanes.name());
    }
    if state.gaps != Gaps::default() {
        put("gaps", state.gaps.name());
    }
    if state.colours != Colouring::default() {
        put("colours", &state.colours.name());
    }
    if state.time != TimeMode::default() {
        put("time", state.time.name());
    }
    if let Some((from, to)) = state.window {
        put("window", &format!("{from}..{to}"));
    }
    if state.scroll > 0 {
        put("row", &state.scroll.to_string());
    }
    state.markers.members().for_each(|(key, value)| put(key, &value));
    if state.critical {
        put("critical", "1");
    }
    if state.before {
        put("before", "1");
    }
    if state.counters {
        put("counters", "1");
    }
    state.table.members().iter().for_each(|(key, value)| put(key, value));
    if let Some(c) = state.camera {
        put("camera", &camera(c));
    }
    state.graph.members().iter().for_each(|(key, value)| put(key, value));
    if state.twin {
        put("twin", "1");
    }
    let chart = &state.chart;
    if *chart != Choice::default() {
        put("chart", chart.kind.name());
    }
    for (key, value) in [("of", &chart.of), ("against", &chart.against)] {
        if !value.is_empty() {
            put(key, value);
        }
    }
    if chart.log {
        put("log", "1");
    }
    state.rows.members().iter().for_each(|(key, value)| put(key, value));
    state.heat.members().iter().for_each(|(key, value)| put(key, value));
    compared(&state.compare, &mut put);
    if !state.mapping.is_empty() {
        put("map", &state.mapping);
    }
    if let Some(theme) = &state.theme {
        put("theme", theme);
    }
    out
}

/// Adds the members of a comparison.
fn compared(c: &Comparing, put: &mut dyn FnMut(&str, &str)) {
    for (key, side) in [("a", &c.baseline), ("b", &c.candidate)] {
        if !side.is_empty() {
            put(key, &Comparing::places(side));
        }
    }
    for (key, value, usual) in [
        ("part", c.part.name(), Part::default().name()),
        ("mode", c.mode.name(), Mode::default().name()),
        ("align", c.alignment.name(), Alignment::default().name()),
        ("measure", &c.measure, ""),
    ] {
        if value != usual {
            put(key, value);
        }
    }
    if c.sort != compare::tasks::Sort::default() {
        put("csort", &format!("{}{}", if c.sort.descending { "-" } else { "" }, c.sort.key.name()));
    }
    if let Some(at) = c.camera {
        put("ccamera", &camera(at));
    }
    if let Some((from, to)) = c.window {
        put("cwindow", &format!("{from}..{to}"));
    }
    if c.scroll > 0 {
        put("crow", &c.scroll.to_string());
    }
}

/// Reads a member of a comparison.
fn read_compared(c: &mut Comparing, key: &str, value: &str) {
    let named = |name: &str| value == name;
    match key {
        "a" => c.baseline = Comparing::from_places(value),
        "b" => c.candidate = Comparing::from_places(value),
        "part" => c.part = Part::ALL.into_iter().find(|p| named(p.name())).unwrap_or_default(),
        "mode" => c.mode = Mode::ALL.into_iter().find(|m| named(m.name())).unwrap_or_default(),
        "align" => c.alignment = Alignment::ALL.into_iter().find(|a| named(a.name())).unwrap_or_default(),
        "measure" => c.measure = value.to_owned(),
        "csort" => {
            let (descending, name) = value.strip_prefix('-').map_or((false, value), |n| (true, n));
            if let Some(key) = compare::tasks::SortKey::ALL.into_iter().find(|k| k.name() == name) {
                c.sort = compare::tasks::Sort { key, descending };
            }
        }
        "ccamera" => c.camera = read_camera(value),
        "cwindow" => c.window = read_window(value),
        "crow" => c.scroll = value.parse().unwrap_or(0),
        _ => {}
    }
}

fn camera(c: Camera) -> String {
    format!("{:.1},{:.1},{:.4}", c.x, c.y, c.zoom)
}

fn read_camera(text: &str) -> Option<Camera> {
    let numbers: Vec<f32> =
        text.split(',').filter_map(|n| n.parse().ok()).filter(|n: &f32| n.is_finite()).collect();
    let [x, y, zoom] = numbers[..] else { return None };
    Some(Camera { x, y, zoom: zoom.clamp(0.001, 16.0) })
}

fn read_window(text: &str) -> Option<(i64, i64)> {
    let ends = text.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    ends.filter(|(a, b): &(i64, i64)| a < b)
}

/// Parses a hash (with or without `#`).
pub fn decode(hash: &str) -> Result<ViewState, LinkError> {
    if hash.len() > LONGEST {
        return Err(LinkError::TooLong);
    }
    let mut state = ViewState::default();
    for pair in hash.trim_start_matches('#').split('&') {
        let Some((key, value)) = pair.split_once('=') else { continue };
        let value = unquote(value);
        let named = |name: &str| value == name;
        match key {
            "v" => {
                if let Some(v) = value.parse().ok().filter(|v| *v > LINK_VERSION) {
                    return Err(LinkError::Newer(v));
                }
            }
            "view" => state.view = View::ALL.into_iter().find(|v| named(v.name())).unwrap_or_default(),
            "run" => state.run = value.parse().unwrap_or(0),
            "task" => state.selected = Some(value),
            "q" => state.filter.text = value,
            "status" => state.filter.statuses = u16::from_str_radix(&value, 16).unwrap_or(0) & 0x3ff,
            "lanes" => state.lanes = Lanes::named(&value).unwrap_or_default(),
            "gaps" => state.gaps = Gaps::ALL.into_iter().find(|g| named(g.name())).unwrap_or_default(),
            "colours" => state.colours = Colouring::named(&value).unwrap_or_default(),
            "time" => state.time = TimeMode::ALL.into_iter().find(|t| named(t.name())).unwrap_or_default(),
            "area" => state.filter.area = Area::decode(&value),
            "window" => state.window = read_window(&value),
            "row" => state.scroll = value.parse().unwrap_or(0),
            "critical" => state.critical = named("1"),
            "before" => state.before = named("1"),
            "counters" => state.counters = named("1"),
            "camera" => state.camera = read_camera(&value).or(state.camera),
            "twin" => state.twin = named("1"),
            "chart" => state.chart.kind = Kind::ALL.into_iter().find(|k| named(k.name())).unwrap_or_default(),
            "of" => state.chart.of = value,
            "against" => state.chart.against = value,
            "log" => state.chart.log = named("1"),
            "map" => state.mapping = value,
            "theme" => state.theme = makespan_scene::Theme::named(&value).map(|t| t.name.to_owned()),
            _ => {
                state.graph.take(key, &value);
                state.rows.take(key, &value);
                state.table.take(key, &value);
                state.markers.take(key, &value);
                state.heat.take(key, &value);
                read_compared(&mut state.compare, key, &value);
            }
        }
    }
    Ok(state)
}

/// Returns the hash with its texts replaced: `change` gives the new text for a key and its value. Values that consist
/// only of digits and separators are kept.
pub fn with_texts(hash: &str, mut change: impl FnMut(&str, &str) -> String) -> String {
    let mut out = String::new();
    for pair in hash.trim_start_matches('#').split('&') {
        out.push_str(if out.is_empty() { "" } else { "&" });
        match pair.split_once('=') {
            Some((key, value)) if value.contains(|c: char| !c.is_ascii_digit() && !".,-".contains(c)) => {
                let _ = write!(out, "{key}=");
                quote(&change(key, &unquote(value)), &mut out);
            }
            _ => out.push_str(pair),
        }
    }
    out
}

/// Filters for links that a page builds in addition to its own state.
impl Filter {
    /// Creates a filter for one word.
    pub fn word(text: impl Into<String>) -> Filter {
        Filter { text: text.into(), ..Filter::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph;
    use crate::heatmap::{self, Heating};
    use crate::property::Property;
    use crate::tasks::{Field, Shown, Sort, Tabling};
    use crate::timeline::Arrangement;

    #[test]
    fn texts_of_a_link_are_replaced_and_numbers_are_not() {
        let link = "v=1&view=timeline&task=a%2Fb&mark=0,5,key%20abc%26d&window=-5..7&odd";
        let same = with_texts(link, |_, text| text.to_owned());
        assert_eq!(decode(&same), decode(link));
        let changed = with_texts(link, |key, text| match key {
            "mark" => text.replace("abc", "&"),
            _ => text.to_owned(),
        });
        let read = decode(&changed).unwrap_or_default();
        assert_eq!(read.markers.get(0).map(|m| m.note.as_str()), Some("key &&d"));
        assert_eq!((read.window, read.selected.as_deref()), (Some((-5, 7)), Some("a/b")));
    }

    #[test]
    fn a_link_is_a_view() {
        let state = ViewState {
            view: View::Timeline,
            run: 2,
            selected: Some("a/b & <c>=é".to_owned()),
            filter: Filter {
                text: "status:failed up".to_owned(),
                statuses: 0b10_0001,
                area: Some(Area { from: -7, to: 9, lanes: Lanes::Step, rows: Some(vec![(2, 5), (9, 9)]) }),
            },
            colours: Colouring::Step,
            lanes: Lanes::Step,
            rows: Arrangement {
                order: crate::timeline::LaneOrder::Work,
                flipped: vec!["p:a/b,c".to_owned()],
                pinned: vec!["w2".to_owned(), "w1".to_owned()],
                hidden: vec!["t:x&y".to_owned()],
                focus: Some("p:a".to_owned()),
            },
            gaps: Gaps::Shown,
            markers: crate::Markers::default(),
            time: TimeMode::Utc,
            window: Some((-5, i64::MAX)),
            scroll: 7,
            critical: true,
            before: true,
            counters: true,
            table: Tabling {
                sort: Sort { key: Field::Duration, descending: true },
                columns: vec![
                    Shown { field: Field::Name, width: Some(220) },
                    Shown { field: Field::Of(Property::Label("a,b:c".to_owned())), width: None },
                ],
                by: Some(Field::Step),
                open: vec!["x,~".to_owned()],
            },
            camera: Some(Camera { x: 1.5, y: -2.0, zoom: 0.25 }),
            graph: graph::Graphing {
                drawing: graph::Drawing::Matrix,
                by: graph::Grouping::Steps,
                open: vec!["s:a,b".to_owned()],
                group: Some("s:c&d".to_owned()),
                focus: graph::Focus::Between("x,~".to_owned(), "y+z".to_owned()),
                from: None,
            },
            twin: true,
            chart: Choice {
                kind: Kind::Scatter,
                of: "duration".to_owned(),
                against: "metric:x&y".to_owned(),
                log: true,
            },
            heat: Heating {
                which: heatmap::Which::Runs,
                tasks: heatmap::TasksOptions {
                    columns: Vec::new(),
                    normal: heatmap::Normal::Rank,
                    log: true,
                    order: heatmap::RowOrder::Column,
                    by: "mem".to_owned(),
                    descending: true,
                },
                runs: heatmap::RunsOptions {
                    colour: heatmap::RunColour::Change,
                    order: heatmap::LineOrder::Failed,
                },
                workers: heatmap::WorkerOrder::Busiest,
                days: heatmap::DayColour::Count,
                row: 40,
                across: Some(120),
            },
            compare: Comparing {
                baseline: vec![0, 2],
                candidate: vec![1],
                part: Part::Graph,
                mode: Mode::B,
                alignment: Alignment::Task,
                sort: compare::tasks::Sort { key: compare::tasks::SortKey::Name, descending: false },
                measure: "mem".to_owned(),
                camera: Some(Camera { x: 0.5, y: 8.0, zoom: 2.0 }),
                window: Some((0, 7)),
                scroll: 3,
            },
            mapping: "[columns]\nid = \"Jöb & co\"\n[status]\n\"A+B\" = \"failed\"\n".to_owned(),
            theme: Some("dark".to_owned()),
        };
        assert_eq!(decode(&encode(&state)), Ok(state));
        assert_eq!(decode(&format!("#{}", encode(&ViewState::default()))), Ok(ViewState::default()));
        assert_eq!(encode(&ViewState::default()), "v=1&view=overview");
    }

    #[test]
    fn hostile_links_do_no_harm() {
        assert_eq!(decode("v=2&view=graph"), Err(LinkError::Newer(2)));
        assert_eq!(decode(&"x".repeat(70_000)), Err(LinkError::TooLong));
        let odd = decode("view=nope&window=9..1&camera=NaN,1,inf&sort=-&status=zz&%%%=%&task=%F&run=-1");
        assert_eq!(odd, Ok(ViewState { selected: Some("%F".to_owned()), ..ViewState::default() }));
    }

    /// Bytes of links are changed at random (the same on every machine): each opens or is refused, and what opens has a link
    /// that gives the same view.
    #[test]
    fn damaged_links_are_harmless() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut random = |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        };
        let links = [
            "v=1&view=timeline&run=2&task=a%2Fb&q=status%3Afailed&status=21&area=-7..9.step.2-5&window=-5..9&row=7",
            "v=1&view=graph&camera=1.5,-2.0,0.25&nodes=steps&open=s:a%2Cb&group=s:c&focus=between:x~y&from=z",
            "v=1&view=compare&a=0,2-4&b=5&part=tasks&mode=a&align=start&measure=duration&csort=-delta&crow=3",
            "v=1&view=charts&chart=scatter&of=duration&against=metric:x&log=1&map=%5Bcolumns%5D%0Aid%20%3D%20%22J%22",
        ];
        let tokens =
            ["&", "=", "%", "%ff", "+", ",", "-", "~", "..", "é", "999999999999999999999", "v=1&", ":"];
        let mut opened = 0;
        for link in links {
            for _ in 0..2_000 {
                let mut damaged = link.to_owned();
                for _ in 0..=random(4) {
                    let at = random(damaged.len());
                    let end = (at + random(4)).min(damaged.len());
                    if damaged.is_char_boundary(at) && damaged.is_char_boundary(end) {
                        damaged.replace_range(at..end, tokens[random(tokens.len())]);
                    }
                }
                if let Ok(view) = decode(&damaged) {
                    opened += 1;
                    let link = encode(&view);
                    assert_eq!(decode(&link).map(|again| encode(&again)), Ok(link), "{damaged}");
                }
            }
        }
        assert!(opened > 4_000);
    }
}
