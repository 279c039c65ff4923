//! Exports pictures and runs.

use makespan_export::{Format, Options, ShownTable};
use makespan_scene::{Bars, Hit, Rect, Role, Scene, Theme, counted, svg};
use makespan_views::{View, ViewState};

use crate::answer::Exported;
use crate::question::Size;
use crate::session::Session;
use crate::{chart, picture, rows};

/// Returns the picture of a view, or its run in another format, as a file; `None` if there is none.
pub(crate) fn export(
    session: &Session,
    format: Format,
    view: &ViewState,
    size: Size,
    theme: &str,
) -> Option<Exported> {
    if format == Format::Svg {
        return svg_of(session, view, size, theme);
    }
    let open = session.run(view.run)?;
    if format == Format::Positions && view.view == View::Graph {
        let text = makespan_export::positions(&open.run, &open.graph_in(view, size.0));
        let name = format!("makespan-graph.{}", format.ending());
        return Some(Exported { name, kind: format.media_type().to_owned(), text, about: String::new() });
    }
    let exported = makespan_export::export(&[&open.facts], format, &Options::default()).ok()?;
    let name = format!("makespan-run.{}", format.ending());
    Some(Exported { name, kind: format.media_type().to_owned(), text: exported.text, about: String::new() })
}

/// Maximum number of rows that are copied: clipboards are not made for more.
const MOST_COPIED: usize = 100_000;

/// Returns the table of a view, with its columns, order and filter, as text for spreadsheets.
pub(crate) fn table_text(session: &Session, view: &ViewState, copied: bool) -> Option<Exported> {
    let most = if copied { MOST_COPIED } else { usize::MAX };
    let mut shown = ShownTable::new(copied);
    let count = loop {
        let from = shown.len();
        let part = rows::rows(session, view, from..most)?;
        shown.add(&part.table);
        if shown.len() >= part.count.min(most) || shown.len() == from {
            break part.count;
        }
    };
    let about = match shown.len() {
        n if n < count => {
            format!("the first {} of {}", makespan_scene::count(n as u64), counted(count, "row"))
        }
        n => counted(n, "row"),
    };
    let name = format!("makespan-{}.csv", view.view.name());
    Some(Exported { name, kind: Format::Csv.media_type().to_owned(), text: shown.finish(), about })
}

/// Returns the picture of a view as SVG with text elements, in the colours of a theme; `None` if the view has no
/// picture.
fn svg_of(session: &Session, view: &ViewState, size: Size, theme: &str) -> Option<Exported> {
    let mut scene: Scene = match view.view {
        View::Charts => {
            let picture = chart::charts(session, view)?.picture.ok()?;
            picture.scene(size.0, picture.height(size.0))
        }
        _ => picture::shown(session, view)?.picture(size).scene,
    };
    // A picture on its own needs a background.
    let mut ground = Bars::default();
    ground.push(Rect::new(0.0, 0.0, scene.width, scene.height), Role::Surface, Hit::NONE);
    scene.items.insert(0, ground.into());
    let theme = Theme::named(theme).unwrap_or_else(Theme::light);
    let name = format!("makespan-{}.svg", view.view.name());
    Some(Exported { name, kind: "image/svg+xml".to_owned(), text: svg(&scene, &theme), about: String::new() })
}
