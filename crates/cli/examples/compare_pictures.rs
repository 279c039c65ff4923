//! Draws the comparison of runs as SVG files to look at, at two widths and in two themes, and prints its tables:
//! `cargo run -p makespan-cli --example compare_pictures -- FOLDER FILE…`. The first two runs are held against each
//! other, of four and more the first half against the second, of three and more all in a row.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching, step_deltas, trends, verdicts};
use makespan_import::{Options, Source, open};
use makespan_layout::{Direction, layout};
use makespan_model::RunsBuilder;
use makespan_scene::{Scene, Theme, svg};
use makespan_views::compare::{
    Legend, Mode, Pair, figures, graph, headline, parameters, statistics, steps, tasks, timeline, trend,
    waterfall,
};
use makespan_views::graph::{Frame, fit};
use makespan_views::timeline::{Index, Lanes};
use makespan_views::{Block, Look, Table};

/// Wide as a page and narrow as a telephone, px.
const WIDTHS: [f32; 2] = [1100.0, 340.0];
const ROWS: usize = 12;

struct Folder(PathBuf);

impl Folder {
    fn write(&self, name: &str, scene: &Scene) {
        for theme in [Theme::light(), Theme::dark()] {
            let path = self.0.join(format!("{name}-{}-{}.svg", scene.width.round(), theme.name));
            std::fs::write(&path, svg(scene, &theme)).expect("the folder can be written");
        }
    }
}

fn opened(files: &[String]) -> Vec<Facts> {
    let source = |file: &String| {
        let name = Path::new(file).file_name().map(|n| n.to_string_lossy().into_owned());
        Source::new(name.unwrap_or_default(), std::fs::read(file).expect("the file can be read"))
    };
    let mut all = RunsBuilder::new();
    open(files.iter().map(source).collect(), &Options::default(), &mut all);
    all.finish().0.into_iter().map(|run| Facts::new(Arc::new(run))).collect()
}

fn print(table: &Table) {
    let line = |words: Vec<std::borrow::Cow<'_, str>>| println!("  {}", words.join(" | "));
    println!("\n{}", table.title);
    line(table.columns.iter().map(|c| c.title.clone()).collect());
    table.rows.iter().take(ROWS).for_each(|row| line(row.iter().map(|c| c.text()).collect()));
    println!("  and {} more", table.left_out + table.rows.len().saturating_sub(ROWS));
}

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = Folder(PathBuf::from(words.next().expect("a folder for the pictures")));
    std::fs::create_dir_all(&folder.0).expect("the folder can be made");
    let facts = opened(&words.collect::<Vec<_>>());
    let [a, b, ..] = facts.as_slice() else { panic!("a comparison needs two runs") };
    two(&folder, a, b);
    several(&folder, &facts);
}

fn two(folder: &Folder, a: &Facts, b: &Facts) {
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let answer = headline(&pair);
    println!("{}\n{}\n{:#?}", answer.answer.text(), answer.subtitle, answer.notes);
    print(&figures(&pair));
    let mut contributions = Vec::new();
    if let Some(explanation) = explain(a, b, &matching) {
        contributions = waterfall::contributions(&pair, &explanation);
        let bars = waterfall::bars(&pair, &explanation, 10);
        print(&waterfall::table(&pair, &explanation, 0..usize::MAX));
        println!("{:#?}", waterfall::notes(&pair, &explanation));
        for width in WIDTHS {
            folder.write("waterfall", &waterfall::scene(&pair, &bars, width));
        }
    }
    let order = tasks::order(&pair, &contributions, None, tasks::Sort::default());
    print(&tasks::table(&pair, &contributions, &order, 0..ROWS));
    for block in parameters(&pair).blocks {
        match block {
            Block::Table(table) => print(&table),
            other => println!("{other:?}"),
        }
    }
    let by_step = step_deltas(a, b);
    print(&steps::twin(&pair, &by_step, 0..usize::MAX));
    for width in WIDTHS {
        folder.write("steps", &steps::scene(&pair, &by_step, 12, width));
        folder.write("legend-graph", &Legend::Graph.scene(width));
        folder.write("legend-timeline", &Legend::Timeline.scene(width));
    }
    union(folder, &pair);
    timelines(folder, &pair);
}

fn union(folder: &Folder, pair: &Pair<'_>) {
    let union = graph::Graph::new(pair, None);
    let placed = layout(&union.request(Direction::LeftRight));
    print(&graph::twin(pair, &union, 0..usize::MAX));
    for width in WIDTHS {
        let height = (placed.height * (width / placed.width.max(1.0)).min(1.0) + 24.0).clamp(80.0, 900.0);
        let frame = Frame { width, height, camera: fit(&placed, width, height) };
        for mode in Mode::ALL {
            let scene = graph::scene(pair, &union, &placed, &Look::default(), mode, &frame);
            folder.write(&format!("graph-{}", mode.name()), &scene);
        }
    }
}

fn timelines(folder: &Folder, pair: &Pair<'_>) {
    let longer = pair.rows().iter().position(|t| t.delta_ns.is_some_and(|d| d > 0));
    let pointed = Look { hover: longer.map(|r| r as u32), ..Look::default() };
    for lanes in [Lanes::Step, Lanes::Worker] {
        let aligned = timeline::Aligned::new(pair, lanes.clone(), None);
        print(&timeline::twin(pair, &aligned, 0..usize::MAX));
        for width in WIDTHS {
            let frame = timeline::frame(&aligned, width);
            let mut scene = timeline::scene(pair, &aligned, &Look::default(), &frame);
            folder.write(&format!("timeline-{}", lanes.name()), &scene);
            scene.items.extend(timeline::overlay(pair, &aligned, &pointed, &frame, None).items);
            folder.write(&format!("timeline-{}-pointed", lanes.name()), &scene);
        }
    }
}

fn several(folder: &Folder, facts: &[Facts]) {
    let all: Vec<&Facts> = facts.iter().collect();
    let look = Look::default();
    let (before, after) = all.split_at(all.len() / 2);
    if let Some(found) = verdicts(before, after, "duration").filter(|_| all.len() > 3) {
        println!("{}\n{:#?}", statistics::title(&found), statistics::notes(&found));
        print(&statistics::table(&found, 0..ROWS));
        for width in WIDTHS {
            let frame = statistics::frame(&found, width, 25);
            folder.write("statistics", &statistics::scene(&found, &look, &frame));
        }
    }
    let (Some(found), Some(newest)) = (trends(&all, "duration").filter(|_| all.len() > 2), facts.last())
    else {
        return;
    };
    let order = trend::order(&found, None);
    print(&trend::table(&found, &order, 0..ROWS));
    let index = Index::new(newest.run(), Lanes::Step);
    for width in WIDTHS {
        let frame = trend::frame(&found, &order, width, 14);
        folder.write("trend", &trend::scene(&found, &order, &look, None, &frame));
        let frame = makespan_views::timeline::Frame::whole(&index, width);
        let mut scene = makespan_views::timeline::scene(newest.run(), &index, &look, &frame);
        trend::with_before(&mut scene, newest.run(), &index, &found, &frame);
        folder.write("ghosts", &scene);
    }
}
