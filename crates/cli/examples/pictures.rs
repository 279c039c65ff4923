//! Draws every chart and every matrix of run files as SVG, to look at: `pictures OUT WIDTH THEME FILES…`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_import::{Options, Source};
use makespan_model::RunsBuilder;
use makespan_scene::{Scene, Theme, svg};
use makespan_views::Look;
use makespan_views::chart::{self, Subject};

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
    for (i, facts) in runs.iter().enumerate() {
        let look = Look { selected: (facts.run().task_count() > 2).then_some(2), ..Look::default() };
        let subject = Subject { facts, runs: &all, mask: None, look: &look };
        for offered in chart::list(&subject) {
            let name = format!("{i}-{}", offered.key());
            match chart::picture(&subject, &offered.choice) {
                Ok(made) => write(&out, &name, &made.scene(width, made.height(width)), &theme),
                Err(why) => println!("{name}: {why}"),
            }
        }
    }
}

fn write(out: &Path, name: &str, scene: &Scene, theme: &Theme) {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    fs::write(out.join(format!("{name}.svg")), svg(scene, theme)).unwrap();
    println!("{name}: {} by {}, {} items", scene.width, scene.height, scene.item_count());
}
