//! Values as colours: the matrices, their choices, and the cell that has the focus.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use makespan_analysis::Facts;
use makespan_analysis::compare::lineup;
use makespan_scene::{Scene, visible};
use makespan_views::filter::Filter;
use makespan_views::heatmap::{
    self, Calendar, DayColour, Frame, Heating, Lead, LineOrder, Matrix, Normal, RowOrder, RunColour, Runs,
    Tasks, Way, Which, WorkerOrder, Workers,
};
use makespan_views::timeline::Lanes;
use makespan_views::{Look, Subject, TimeMode, View};

use crate::platform::clock;
use crate::state::actions::Action;
use crate::state::session::Loaded;
use crate::state::store::{Ask, Store};
use crate::state::update::Move;
use crate::surface::{Gesture, MakeScene, Stage};
use crate::widgets::Grid;

type Made = Result<Rc<dyn Matrix>, String>;

/// What a matrix is made from; while it stays the same, so does the matrix.
#[derive(Clone, PartialEq)]
struct From {
    runs: Vec<*const Loaded>,
    shown: *const Loaded,
    filter: Filter,
    heat: Heating,
    time: TimeMode,
    window: Option<(i64, i64)>,
    bins: usize,
}

type Kept = Rc<RefCell<Option<(From, Made)>>>;

/// The matrix that is chosen, made once for what it is made from.
fn matrix(store: Store, kept: &Kept, width: f32) -> Option<Made> {
    let loaded = store.run()?;
    let runs: Vec<Rc<Loaded>> = store.session.with(|s| s.runs.clone());
    let view = store.view.get();
    let heat = Heating { row: 0, ..view.heat.clone() };
    let workers = heat.which == Which::Workers;
    let from = From {
        runs: runs.iter().map(Rc::as_ptr).collect(),
        shown: Rc::as_ptr(&loaded),
        filter: view.filter.clone(),
        time: view.time,
        window: view.window.filter(|_| workers),
        bins: if workers { Workers::bins_for(width) } else { 0 },
        heat,
    };
    if let Some((of, made)) = kept.borrow().as_ref()
        && *of == from
    {
        return Some(made.clone());
    }
    let made = make(&loaded, &runs, &from);
    *kept.borrow_mut() = Some((from, made.clone()));
    Some(made)
}

fn make(loaded: &Loaded, runs: &[Rc<Loaded>], from: &From) -> Made {
    let offset = loaded.run.span().map_or(0, |(start, _)| clock::offset_at(start));
    let look = Look { time: from.time, offset, ..Look::default() };
    let facts: Vec<&Facts> = runs.iter().map(|l| &l.facts).collect();
    let rc = |m: Box<dyn Matrix>| -> Rc<dyn Matrix> { Rc::from(m) };
    match from.heat.which {
        Which::Tasks => {
            let mask = loaded.mask(&from.filter);
            let mask = (!mask.is_empty()).then_some(&mask[..]);
            let subject = Subject { facts: &loaded.facts, runs: &facts, mask, look: &look };
            Tasks::new(&subject, &from.heat.tasks).map(|m| rc(Box::new(m)))
        }
        Which::Workers => {
            let window = from.window.or_else(|| loaded.run.span()).unwrap_or((0, 1));
            Workers::new(&loaded.facts, &look, window, from.bins, from.heat.workers).map(|m| rc(Box::new(m)))
        }
        Which::Runs => {
            let rows: Vec<_> = lineup(&facts).rows.into_iter().map(|r| (r.title, r.tasks)).collect();
            Runs::new(&facts, rows, &look, from.heat.runs).map(|m| rc(Box::new(m)))
        }
        Which::Days => {
            let offset = if from.time == TimeMode::Local { offset } else { 0 };
            Calendar::new(&facts, offset, from.heat.days).map(|m| rc(Box::new(m)))
        }
    }
}

/// Goes where a cell leads.
fn follow(store: Store, lead: Lead) {
    match lead {
        Lead::Task(task) => store.dispatch(Action::Select(Some(task.0))),
        Lead::TaskOfRun(run, task) => store.dispatch(Action::SelectIn(run, task.0)),
        Lead::Runs(runs) => {
            if let Some(run) = runs.first() {
                store.dispatch(Action::ShowRun(*run));
            }
        }
        Lead::Worker(_, window) => {
            store.change(|v| (v.lanes, v.window) = (Lanes::Worker, Some(window)));
            store.dispatch(Action::Show(View::Timeline));
        }
    }
}

/// One of several: a name in links and what people read.
fn choices<T: Copy + PartialEq + Send + Sync + 'static>(
    store: Store,
    label: &'static str,
    all: &'static [(T, &'static str)],
    get: fn(&Heating) -> T,
    set: fn(&mut Heating, T),
) -> impl IntoView {
    let options = move || {
        let now = store.view.with(|v| get(&v.heat));
        all.iter()
            .enumerate()
            .map(|(i, (value, title))| view! { <option value=i.to_string() selected=*value == now>{*title}</option> })
            .collect::<Vec<_>>()
    };
    let changed = move |e: leptos::ev::Event| {
        let chosen = event_target_value(&e).parse().ok().and_then(|i: usize| all.get(i));
        if let Some((value, _)) = chosen {
            store.change(|v| {
                set(&mut v.heat, *value);
                v.heat.row = 0;
            });
        }
    };
    view! { <label class="group">{label}" "<select on:change=changed>{options}</select></label> }
}

const WHICH: &[(Which, &str)] = &[
    (Which::Tasks, "tasks by measure"),
    (Which::Workers, "workers over time"),
    (Which::Runs, "tasks by run"),
    (Which::Days, "days of runs"),
];
const ORDERS: &[(RowOrder, &str)] = &[
    (RowOrder::Start, "start"),
    (RowOrder::Name, "name"),
    (RowOrder::Column, "a measure"),
    (RowOrder::Alike, "likeness"),
];
const NORMALS: &[(Normal, &str)] = &[(Normal::Range, "lowest to highest"), (Normal::Rank, "place among all")];
const COLOURS: &[(RunColour, &str)] = &[
    (RunColour::Status, "status"),
    (RunColour::Duration, "duration"),
    (RunColour::Change, "change against the median"),
    (RunColour::Attempts, "attempts"),
];
const LINES: &[(LineOrder, &str)] =
    &[(LineOrder::Given, "the workflow"), (LineOrder::Failed, "failures"), (LineOrder::Change, "change")];
const WORKERS: &[(WorkerOrder, &str)] =
    &[(WorkerOrder::Name, "name"), (WorkerOrder::Busiest, "time at work")];
const DAYS: &[(DayColour, &str)] = &[
    (DayColour::Failures, "failures"),
    (DayColour::Makespan, "makespan"),
    (DayColour::Count, "number of runs"),
];

/// The choices of the matrix that is shown.
#[component]
fn Choices(store: Store) -> impl IntoView {
    let which = Memo::new(move |_| store.view.with(|v| v.heat.which));
    let order = Memo::new(move |_| store.view.with(|v| v.heat.tasks.order));
    let measures = move || {
        let now = store.view.with(|v| v.heat.tasks.by.clone());
        let all = store.run().map_or_else(Vec::new, |l| l.facts.measures().list.clone());
        all.into_iter()
            .map(|m| {
                let on = m.key == now;
                view! { <option value=m.key selected=on>{m.title}</option> }
            })
            .collect::<Vec<_>>()
    };
    let by = move |e: leptos::ev::Event| {
        let key = event_target_value(&e);
        store.change(|v| v.heat.tasks.by = key);
    };
    let own = move || {
        match which.get() {
        Which::Tasks => view! {
            {choices(store, "Rows by", ORDERS, |h| h.tasks.order, |h, v| h.tasks.order = v)}
            <Show when=move || order.get() == RowOrder::Column><select aria-label="Measure of the order" on:change=by>{measures}</select></Show>
            <button type="button" title="Turn the order around" aria-pressed=move || store.view.with(|v| v.heat.tasks.descending).to_string()
                on:click=move |_| store.change(|v| v.heat.tasks.descending = !v.heat.tasks.descending)>"⇅"</button>
            {choices(store, "Colours from", NORMALS, |h| h.tasks.normal, |h, v| h.tasks.normal = v)}
            <button type="button" title="Equal ratios are equal steps of colour" aria-pressed=move || store.view.with(|v| v.heat.tasks.log).to_string()
                on:click=move |_| store.change(|v| v.heat.tasks.log = !v.heat.tasks.log)>"Logarithmic"</button>
        }.into_any(),
        Which::Workers => choices(store, "Rows by", WORKERS, |h| h.workers, |h, v| h.workers = v).into_any(),
        Which::Runs => view! {
            {choices(store, "Colour", COLOURS, |h| h.runs.colour, |h, v| h.runs.colour = v)}
            {choices(store, "Rows by", LINES, |h| h.runs.order, |h, v| h.runs.order = v)}
        }.into_any(),
        Which::Days => choices(store, "Colour", DAYS, |h| h.days, |h, v| h.days = v).into_any(),
    }
    };
    view! { {choices(store, "Show", WHICH, |h| h.which, |h, v| h.which = v)}{own} }
}

/// The view.
#[component]
pub(crate) fn HeatPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let size = RwSignal::new((0.0f64, 0.0f64));
    let across = RwSignal::new(f64::NAN);
    let hover = RwSignal::new(None::<(usize, usize)>);
    let focus = RwSignal::new(None::<(usize, usize)>);
    let kept: StoredValue<Kept, LocalStorage> = StoredValue::new_local(Rc::default());
    let made = move |width: f32| matrix(store, &kept.get_value(), width);
    // How far is scrolled down is in the link, in rows; to the right in px, from where the matrix begins by itself.
    let framed = move |matrix: &dyn Matrix, w: f32, h: f32| {
        let mut frame = Frame::fit(matrix, w, h);
        frame.scroll_y = store.view.with(|v| v.heat.row) as f64 * f64::from(frame.row_height);
        let sideways = across.get();
        if !sideways.is_nan() {
            frame.scroll_x = sideways;
        }
        frame.bounded(matrix)
    };
    let base = move |w: f32, h: f32| match made(w) {
        Some(Ok(m)) => heatmap::scene(&*m, &framed(&*m, w, h)),
        _ => Scene::new(w, h, "Nothing to show"),
    };
    let above = move |w: f32, h: f32| match made(w) {
        Some(Ok(m)) => heatmap::overlay(&*m, &framed(&*m, w, h), hover.get(), focus.get()),
        _ => Scene::default(),
    };
    let now = move || {
        let (w, h) = size.get_untracked();
        untrack(|| match made(w as f32) {
            Some(Ok(m)) => Some((Rc::clone(&m), framed(&*m, w as f32, h as f32))),
            _ => None,
        })
    };
    let scroll = move |dx: f64, dy: f64| {
        let Some((m, frame)) = now() else { return };
        let row = f64::from(frame.row_height);
        let step = if dy == 0.0 { 0.0 } else { (dy / row).abs().max(1.0) * dy.signum() };
        let to =
            Frame { scroll_x: frame.scroll_x + dx, scroll_y: frame.scroll_y + step.round() * row, ..frame };
        let to = to.bounded(&*m);
        if dx != 0.0 {
            across.set(to.scroll_x);
        }
        store.change(|v| v.heat.row = (to.scroll_y / row).round() as usize);
    };
    let press = move |cell: Option<(usize, usize)>| {
        focus.set(cell);
        if let Some((m, _)) = now()
            && let Some(lead) = cell.and_then(|(row, column)| m.lead(row, column))
        {
            follow(store, lead);
        }
    };
    let on: Rc<dyn Fn(Gesture)> = Rc::new(move |g| match g {
        Gesture::Hover(x, y, _) => {
            let cell = now().and_then(|(m, frame)| heatmap::cell_at(&*m, &frame, x as f32, y as f32));
            if hover.get_untracked() != cell {
                hover.set(cell);
            }
        }
        Gesture::Leave => hover.set(None),
        Gesture::Click(x, y, _) => {
            press(now().and_then(|(m, frame)| heatmap::cell_at(&*m, &frame, x as f32, y as f32)))
        }
        Gesture::Scroll(dx, dy) => scroll(dx, dy),
        Gesture::Drag(dx, dy) => scroll(-dx, -dy),
        Gesture::DoubleClick(..) | Gesture::Select(..) | Gesture::Zoom(..) => {}
    });
    Effect::new(move |_| {
        let Some((_, ask)) = store.ask.get() else { return };
        match ask {
            Ask::Camera(Move::Fit) => {
                across.set(f64::NAN);
                store.change(|v| v.heat.row = 0);
            }
            Ask::Camera(Move::Pan(x, y)) => {
                let (w, h) = size.get_untracked();
                scroll(x as f64 / 1000.0 * w, y as f64 / 1000.0 * h);
            }
            Ask::Camera(Move::Zoom(_)) | Ask::Reveal => {}
        }
    });
    let keys = move |e: leptos::ev::KeyboardEvent| {
        let way = match e.key().as_str() {
            "ArrowLeft" => Way::Left,
            "ArrowRight" => Way::Right,
            "ArrowUp" => Way::Up,
            "ArrowDown" => Way::Down,
            "PageUp" => Way::PageUp,
            "PageDown" => Way::PageDown,
            "Home" => Way::First,
            "End" => Way::Last,
            "Enter" => {
                press(focus.get_untracked());
                return;
            }
            _ => return,
        };
        let Some((m, frame)) = now() else { return };
        e.prevent_default();
        e.stop_propagation();
        let from = focus.get_untracked().unwrap_or((frame.rows(&*m).start, 0));
        let to =
            if focus.get_untracked().is_none() { from } else { heatmap::neighbour(&*m, &frame, from, way) };
        let moved = frame.showing(&*m, to.0, to.1);
        across.set(moved.scroll_x);
        store.change(|v| v.heat.row = (moved.scroll_y / f64::from(moved.row_height)).round() as usize);
        focus.set(Some(to));
    };
    let bubble = move || {
        let cell = hover.get().or(focus.get())?;
        let (w, h) = size.get();
        let Some(Ok(m)) = made(w as f32) else { return None };
        let frame = framed(&*m, w as f32, h as f32);
        let rect = frame.place(cell.0, cell.1);
        let lines: Vec<_> = heatmap::tip(&*m, cell.0, cell.1)
            .lines()
            .map(|l| view! { <div><bdi>{visible(l).into_owned()}</bdi></div> })
            .collect();
        let (x, y) = (rect.x + rect.w, rect.y + rect.h);
        let left = if f64::from(x) < w * 0.6 { format!("{}px", x + 6.0) } else { "auto".to_owned() };
        let right =
            if f64::from(x) < w * 0.6 { "auto".to_owned() } else { format!("{}px", w as f32 - rect.x + 6.0) };
        let top = if f64::from(y) < h * 0.7 { format!("{}px", y + 4.0) } else { "auto".to_owned() };
        let bottom =
            if f64::from(y) < h * 0.7 { "auto".to_owned() } else { format!("{}px", h as f32 - rect.y + 4.0) };
        Some(
            view! { <div class="tip" role="status" style:left=left style:right=right style:top=top style:bottom=bottom>{lines}</div> },
        )
    };
    let nothing = move || match made(size.get().0 as f32) {
        Some(Err(why)) => Some(view! { <p class="note empty">{why}</p> }),
        _ => None,
    };
    let label = Signal::derive(move || match made(size.get().0 as f32) {
        Some(Ok(m)) => format!(
            "{}: {} rows, {} columns. Arrows move the focus; the table (V) holds the same.",
            m.title(),
            m.rows(),
            m.columns()
        ),
        _ => String::new(),
    });
    let count = Memo::new(move |_| match made(800.0) {
        Some(Ok(m)) => m.rows(),
        _ => 0,
    });
    let rows: Rc<dyn Fn(std::ops::Range<usize>) -> makespan_views::Table> =
        Rc::new(move |range| match made(800.0) {
            Some(Ok(m)) => heatmap::twin(&*m, range),
            _ => Default::default(),
        });
    let columns = move || match untrack(|| made(800.0)) {
        Some(Ok(m)) => heatmap::twin(&*m, 0..0).columns,
        _ => Vec::new(),
    };
    let (base, above): (MakeScene, MakeScene) = (Rc::new(base), Rc::new(above));
    let parts = StoredValue::new_local((base, above, on, Rc::clone(&painted), painted, rows));
    view! {
        <div class="panel">
            <div class="tools" role="toolbar" aria-label="Heatmap">
                <Choices store=store/>
                <button type="button" title="As a table (V)" class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
                <button type="button" title="Copy the picture (Shift Y)" on:click=move |_| store.dispatch(Action::CopyPicture)>"Copy"</button>
                <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
            </div>
            {nothing}
            <Show when=move || !store.view.with(|v| v.twin)
                fallback=move || parts.with_value(|p| view! {
                    <Grid name="heatmap-twin" title="The matrix" columns=columns() count=count rows=Rc::clone(&p.5) selected=store.selected
                        place=Rc::new(|| None) sorted=Signal::derive(|| None) on_head=Rc::new(|_| {})
                        on_task=Rc::new(move |t| store.dispatch(Action::Select(Some(t)))) painted=Rc::clone(&p.4)/>
                })>
                {move || parts.with_value(|p| view! {
                    <div class="stage-holder" on:keydown=keys>
                        <Stage name="heatmap" label=label theme=store.theme size=size base=Rc::clone(&p.0) overlay=Rc::clone(&p.1) on=Rc::clone(&p.2) painted=Rc::clone(&p.3)/>
                        {bubble}
                    </div>
                })}
            </Show>
        </div>
    }
}
