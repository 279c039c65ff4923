//! Timeline and graph as pictures within the page, drawn by the same code as in the app.

use makespan_analysis::Facts;
use makespan_scene::{Hit, Item, Path, Rect, Scene, Seg, counted, visible};
use makespan_views::{Look, Markers, Marks, graph, timeline};

use crate::html::{Html, clipped};

/// Width of the pictures, px: a page on a small desktop screen, and on paper.
pub(crate) const WIDTH: f32 = 1160.0;

/// Maximum height of the graph, px.
const MOST_HEIGHT: f32 = 1_200.0;

/// Maximum number of nodes of a graph without zoom: more are unreadable and large.
const MOST_NODES: usize = 200;

/// The look of both pictures: the critical path is marked.
fn look(facts: &Facts) -> Look {
    let critical = facts.critical_path().map(|p| p.on_path.clone()).unwrap_or_default();
    Look { marks: Marks { critical, ..Marks::default() }, ..Look::default() }
}

/// Attempts over time, with markers.
pub(crate) fn time(page: &mut Html, number: usize, facts: &Facts, markers: &Markers) {
    let (run, look) = (facts.run(), &look(facts));
    page.element("h3", "Timeline");
    let index = timeline::Index::still(run, timeline::MOST_ROWS);
    if index.row_count() == 0 {
        page.element("p", "No attempt in this file has times.");
        return;
    }
    let of = number.saturating_sub(1);
    let frame = timeline::Frame::whole(&index, WIDTH);
    let frame = if markers.has(of) { frame.with_markers() } else { frame };
    let mut scene = timeline::scene(run, &index, look, &frame);
    timeline::draw_markers(&mut scene, markers, of, &frame);
    picture(page, scene, &format!("t{number}-"));
    let hidden = index.row_count().saturating_sub(frame.visible_rows());
    if hidden > 0 {
        page.element("p", &format!("{} not shown.", counted(hidden, "more row")));
    }
}

/// Draws tasks and their dependencies; nothing if there are none.
pub(crate) fn dependencies(page: &mut Html, number: usize, facts: &Facts) {
    let (run, look) = (facts.run(), &look(facts));
    if run.edge_count() + run.cut.len() == 0 {
        return;
    }
    page.element("h3", "Graph");
    let drawn = graph::drawn(facts, &graph::Graphing::default(), None);
    let placed = &drawn.layout;
    if drawn.graph.nodes.len() > MOST_NODES {
        let nodes = counted(drawn.graph.nodes.len(), "node");
        page.element("p", &format!("{nodes} are too many for a graph without zoom; open it in the app."));
        return;
    }
    let height = (placed.height * (WIDTH / placed.width.max(1.0)).min(1.0) + 24.0).clamp(80.0, MOST_HEIGHT);
    let frame = graph::Frame { width: WIDTH, height, camera: graph::fit(placed, WIDTH, height) };
    picture(page, graph::scene(run, &drawn, look, &frame), &format!("g{number}-"));
    if let Some(words) = drawn.graph.grouped(run) {
        page.element("p", &format!("{words}."));
    }
    let mut notes = Vec::new();
    if run.edges_inferred {
        notes.push("The file records no dependencies: the dotted ones are inferred from times.");
    }
    if !run.cut.is_empty() {
        notes.push("Dashed dependencies close a cycle; every analysis ignores them.");
    }
    for note in notes {
        page.element("p", note);
    }
}

/// Writes a still picture; its ids begin with `id_prefix`.
pub(crate) fn picture(page: &mut Html, mut scene: Scene, id_prefix: &str) {
    // Read by screen readers, so a name of a megabyte or one that reverses the text must be cut and escaped.
    scene.title = clipped(&visible(&scene.title), 200);
    scene.items.iter_mut().for_each(lighten);
    page.open("div", &[("class", "p")]).picture(&scene, id_prefix).close("div");
}

/// Bars with round corners take twice as many bytes; in a picture with many bars, each is small and the corners are
/// invisible.
const MOST_ROUND: usize = 300;

/// Makes a still picture small: its shapes need no targets, so bars of one colour become one path, and so do outlines
/// without a fill.
fn lighten(item: &mut Item) {
    match item {
        Item::Bars(bars) => {
            bars.hit.clear();
            if bars.len() > MOST_ROUND {
                bars.radius = 0.0;
            }
            if let Some(stroke) = bars.outline.clone().filter(|_| bars.fill.iter().all(|f| f.alpha == 0)) {
                let around = |r: Rect| {
                    [
                        Seg::Move(r.x, r.y),
                        Seg::Line(r.right(), r.y),
                        Seg::Line(r.right(), r.bottom()),
                        Seg::Line(r.x, r.bottom()),
                        Seg::Close,
                    ]
                };
                let many = bars.len() > MOST_ROUND / 10;
                if many {
                    *item = Path::stroked(bars.iter().flat_map(|(r, ..)| around(r)).collect(), stroke).into();
                }
            }
        }
        // Scenes of ours are a few groups deep.
        Item::Group(group) => group.items.iter_mut().for_each(lighten),
        Item::Path(path) => path.hit = Hit::NONE,
        Item::Text(text) => text.hit = Hit::NONE,
        Item::Link(_) => {}
    }
}
