//! Draws every chart and every matrix of run files as SVG, to look at: `pictures OUT WIDTH THEME FILES…`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_import::{Options, Source};
use makespan_model::RunsBuilder;
use makespan_scene::{Scene, Theme, svg};
use makespan_views::chart;
use makespan_views::heatmap::{self, Matrix};
use makespan_views::{Look, Subject};

fn main() {
    let mut args = std::env::args().skip(1);
    let out = PathBuf::from(args.next().expect("a folder to write to"));
    let width: f32 = args.next().expect("a width").parse().unwrap();
    let theme = Theme::named(&args.next().expect("a theme")).expect("light, dark, …");
    fs::create_dir_all(&out).unwrap();
    let sources: Vec<Source> = args.map(|name| Source::new(name.clone(), fs::read(&name).unwrap())).collect();
    let mut fold = RunsBuilder::new();
    makespan_import::open(sources, &Options::default(), &mut fold);
    let runs: Vec<Facts> = fold.finish().0.into_iter().map(|run| Facts::new(Arc::new(run))).collect();
    let all: Vec<&Facts> = runs.iter().collect();
    let matrix = |name: &str, made: Result<&dyn Matrix, &String>| match made {
        Ok(made) => {
            let frame = heatmap::Frame::fit(made, width, 700.0);
            write(&out, name, &heatmap::scene(made, &frame), &theme);
        }
        Err(why) => println!("{name}: {why}"),
    };
    let rows = lined_up(&all);
    for colour in heatmap::RunColour::ALL {
        let options = heatmap::RunsOptions { colour, ..Default::default() };
        let made = heatmap::Runs::new(&all, rows.clone(), &Look::PLAIN, options);
        matrix(&format!("runs-{}", colour.name()), made.as_ref().map(|m| m as &dyn Matrix));
    }
    for colour in heatmap::DayColour::ALL {
        let made = heatmap::Calendar::new(&all, 0, colour);
        matrix(&format!("calendar-{}", colour.name()), made.as_ref().map(|m| m as &dyn Matrix));
    }
    for (i, facts) in runs.iter().enumerate() {
        let look = Look { selected: (facts.run().task_count() > 2).then_some(2), ..Look::default() };
        let subject = Subject { facts, runs: &all, mask: None, look: &look };
        for (normal, order) in [
            (heatmap::Normal::Range, heatmap::RowOrder::Start),
            (heatmap::Normal::Rank, heatmap::RowOrder::Alike),
        ] {
            let options = heatmap::TasksOptions { normal, order, ..Default::default() };
            let made = heatmap::Tasks::new(&subject, &options);
            let name = format!("{i}-matrix-{}-{}", normal.name(), order.name());
            matrix(&name, made.as_ref().map(|m| m as &dyn Matrix));
        }
        let window = facts.run().span().unwrap_or_default();
        let bins = heatmap::Workers::bins_for(width);
        let made = heatmap::Workers::new(facts, &look, window, bins, heatmap::WorkerOrder::Busiest);
        matrix(&format!("{i}-workers"), made.as_ref().map(|m| m as &dyn Matrix));
        for offered in chart::list(&subject) {
            let name = format!("{i}-{}", offered.key());
            match chart::picture(&subject, &offered.choice) {
                Ok(made) => write(&out, &name, &made.scene(width, made.height(width)), &theme),
                Err(why) => println!("{name}: {why}"),
            }
        }
    }
}

/// The tasks of each run by their names, those of the first run first.
fn lined_up(runs: &[&Facts]) -> Vec<heatmap::LinedUp> {
    let mut rows: Vec<heatmap::LinedUp> = Vec::new();
    for (i, facts) in runs.iter().enumerate() {
        for task in facts.run().task_ids() {
            let name = facts.run().task_name(task);
            let at = rows.iter().position(|(row, tasks)| row == name && tasks[i].is_none());
            let at = at.unwrap_or_else(|| {
                rows.push((name.to_owned(), vec![None; runs.len()]));
                rows.len() - 1
            });
            rows[at].1[i] = Some(task);
        }
    }
    rows
}

fn write(out: &Path, name: &str, scene: &Scene, theme: &Theme) {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    fs::write(out.join(format!("{name}.svg")), svg(scene, theme)).unwrap();
    println!("{name}: {} by {}, {} items", scene.width, scene.height, scene.item_count());
}
