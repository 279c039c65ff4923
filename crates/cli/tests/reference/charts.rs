//! A page per kind of chart, with a picture of a run of the examples.

use makespan_analysis::Facts;
use makespan_scene::{Theme, svg};
use makespan_views::Subject;
use makespan_views::chart::{Kind, list, picture};

use crate::comments::above;
use crate::pages::{Pages, cell};
use crate::runs;

/// Width and height of a picture, px.
const SIZE: (f32, f32) = (720.0, 320.0);

/// The runs that pictures are made of: the first that can be drawn counts.
const RUNS: [&str; 5] = [
    "docs/examples/ml/resnet-lr-3e-4.jsonl",
    "docs/examples/ml/resnet-lr-1e-3.jsonl",
    "static/samples/pipeline-retry.jsonl",
    "static/samples/pipeline-a.jsonl",
    "static/samples/pipeline-b.jsonl",
];

/// The kinds that are drawn of the pipeline, whose tasks are many, and not of the first run.
const OF_MANY: [Kind; 5] = [Kind::Concurrency, Kind::Tasks, Kind::Distribution, Kind::Scatter, Kind::Steps];

pub(crate) fn pages() -> Pages {
    let source =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../views/src/chart/choice.rs"))
            .unwrap();
    let facts = RUNS.map(runs::facts);
    let all: Vec<&Facts> = facts.iter().collect();
    let mut index = "# Charts\n\nKey `7` shows the charts of a run in the app; reports contain them, and `makespan report \
                     --sections charts` writes them alone. A chart that cannot be drawn of a run says why.\n\n\
                     | chart | shows |\n|---|---|\n"
        .to_owned();
    let mut texts = Vec::new();
    for kind in Kind::ALL {
        let (title, missing) = plain(kind);
        let (path, drawing) = drawn(kind, &facts, &all);
        let meaning = above(&source, &format!("{kind:?},")).join(" ");
        let name = kind.name();
        index += &format!("| [{}]({name}.md) | {} |\n", cell(&title), cell(&meaning));
        let mut page =
            format!("# {title}\n\n{meaning}\n\n![{title}]({name}.svg)\n\nThe picture shows `{path}`.");
        if let Some(why) = missing {
            page += &format!(
                " Of a run without the necessary data, the chart is replaced by this sentence: *{why}*"
            );
        }
        if kind.has_log() {
            page += "\n\nThe axes can be logarithmic.";
        }
        texts.push((name, page + "\n", drawing));
    }
    let mut pages = Pages::new("README.md", index);
    for (name, page, drawing) in texts {
        assert!(drawing.len() < 60_000, "{name}.svg: {} bytes", drawing.len());
        pages.add(format!("{name}.md"), page);
        pages.add(format!("{name}.svg"), drawing);
    }
    pages
}

/// The run and the picture of the first chart of a kind that can be drawn; of metrics, that of the loss.
fn drawn(kind: Kind, facts: &[Facts], all: &[&Facts]) -> (&'static str, String) {
    let order = if OF_MANY.contains(&kind) { [2, 0, 1, 3, 4] } else { [0, 1, 2, 3, 4] };
    for at in order {
        let subject = Subject { runs: all, ..Subject::of(&facts[at]) };
        let mut charts = list(&subject);
        charts.retain(|chart| chart.choice.kind == kind && chart.missing.is_none());
        let loss = charts.iter().position(|chart| chart.choice.of == "loss").unwrap_or(0);
        if let Some(chart) = charts.get(loss) {
            let scene = picture(&subject, &chart.choice).unwrap().scene(SIZE.0, SIZE.1);
            return (RUNS[at], svg(&scene, &Theme::light()));
        }
    }
    panic!("no example has a chart of {kind:?}");
}

/// The title of a kind, and why it cannot be drawn, of a run of which nothing is known.
fn plain(kind: Kind) -> (String, Option<String>) {
    let run = makespan_model::notation::run("nothing - - pending").unwrap();
    let facts = Facts::new(std::sync::Arc::new(run));
    let chart = list(&Subject::of(&facts)).into_iter().find(|chart| chart.choice.kind == kind).unwrap();
    (chart.title, chart.missing)
}
