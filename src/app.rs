//! The page as a whole: which parts are shown, event listeners, and performance marks.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::{Theme, counted};
use makespan_views::{View, ViewState};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, HtmlInputElement};

use crate::asking::asked;
use crate::panels::{
    AlertBadge, AlertSheet, AreaDrawer, Busy, ChartsPanel, Chips, ColumnsSheet, ComparePanel, Crumbs,
    Details, Failed, Foot, GraphPanel, HeatPanel, Help, KeySheet, Landing, LiveLine, MarkerBar,
    OverviewPanel, Palette, Preview, PropertySheet, QueryBox, Rail, RunsPage, SettingsSheet,
    TableColumnsSheet, TasksPanel, TimelinePanel, Top,
};
use crate::platform::{boot, dom, embed, files, frame, random};
use crate::state::actions::Action;
use crate::state::panels::Sheet;
use crate::state::phase::Phase;
use crate::state::store::Store;
use crate::worker;

/// Starts the page. In a worker there is no document, and nothing happens.
pub fn start() {
    if dom::document().is_none() {
        return;
    }
    dom::tell_panics();
    random::seed_maps();
    leptos::mount::mount_to_body(App);
}

/// Sets a performance mark when the first complete picture of something new is drawn.
#[derive(Clone)]
struct Paints {
    store: Store,
    due: Rc<Cell<bool>>,
}

impl Paints {
    /// Returns the callback of a view, called in the frame that draws it, with the number of shapes drawn.
    fn of(&self, view: View) -> Rc<dyn Fn(usize)> {
        let (store, due) = (self.store, Rc::clone(&self.due));
        Rc::new(move |drawn| {
            if !due.replace(false) {
                return;
            }
            let tasks = store.shell.with_untracked(|s| s.tasks);
            // Views made of elements are drawn by the browser: their frame is the next one.
            let mark: Rc<dyn Fn()> = Rc::new(move || {
                let detail = [
                    ("tasks", (tasks as f64).into()),
                    ("drawn", (drawn as f64).into()),
                    ("view", view.name().into()),
                    ("wasmBytes", worker::memory_bytes().into()),
                ];
                dom::mark("makespan:painted", &detail);
            });
            if matches!(view, View::Overview | View::Table | View::Charts | View::Compare) {
                frame::request(&mark)
            } else {
                mark()
            }
        })
    }
}

/// The page.
#[component]
fn App() -> impl IntoView {
    dom::clear_boot();
    let store = Store::new();
    Effect::new(move |_| dom::apply_theme(&Theme::all()[store.theme.get()]));
    // Paper is light.
    let before = window_event_listener(leptos::ev::beforeprint, |_| dom::apply_theme(&Theme::light()));
    let after = window_event_listener(leptos::ev::afterprint, move |_| {
        dom::apply_theme(&Theme::all()[store.theme.get_untracked()]);
    });
    on_cleanup(move || {
        before.remove();
        after.remove();
    });
    Effect::new(move |_| {
        dom::say_state(store.phase.with(|p| match p {
            Phase::Empty => "empty",
            Phase::Loading(_) => "loading",
            Phase::Ready => "ready",
            Phase::Failed(_) => "error",
        }));
    });
    let dragging = RwSignal::new(false);
    listen(store);
    listen_to_drops(store, dragging);
    store.start_engine();
    ask_for_shell(store);
    store.open_what_came();
    dom::mark("makespan:ready", &[]);

    let paints = Paints { store, due: Rc::new(Cell::new(false)) };
    let paints = StoredValue::new_local(paints);
    let shown =
        Memo::new(move |_| (store.view.with(|v| (v.view, v.run)), store.phase.with(|p| *p == Phase::Ready)));
    let main = move || {
        // A new file or a new view gives a new picture; any other change updates the current one.
        store.generation.track();
        let ((view, _), ready) = shown.get();
        if !ready {
            return ().into_any();
        }
        let painted = paints.with_value(|p| {
            p.due.set(true);
            p.of(view)
        });
        match view {
            View::Overview => view! { <OverviewPanel store=store painted=painted/> }.into_any(),
            View::Graph => view! { <GraphPanel store=store painted=painted/> }.into_any(),
            View::Timeline => {
                view! { <TimelinePanel store=store painted=painted><Crumbs store=store/><MarkerBar store=store/><AreaDrawer store=store/></TimelinePanel> }
                    .into_any()
            }
            View::Heatmap => view! { <HeatPanel store=store painted=painted/> }.into_any(),
            View::Compare => view! { <ComparePanel store=store painted=painted/> }.into_any(),
            View::Table => view! { <TasksPanel store=store painted=painted/> }.into_any(),
            View::Charts => view! { <ChartsPanel store=store painted=painted/> }.into_any(),
        }
    };
    // The overview has a title of its own.
    let heading = move || {
        let view = store.view.with(|v| v.view);
        let title = store.shell.with(|s| format!("{}: {}", view.title(), s.title));
        (view != View::Overview).then(|| view! { <h1 class="hidden">{title}</h1> })
    };
    let page = Memo::new(move |_| store.phase.with(std::mem::discriminant));
    let body = move || {
        // Read, not only tracked: a memo that nobody has read does not know its sources yet.
        let _ = page.get();
        match store.phase.get_untracked() {
            Phase::Empty => match boot::server() {
                Some(server) => view! { <RunsPage store=store server=server/> }.into_any(),
                None => view! { <Landing store=store/> }.into_any(),
            },
            Phase::Loading(_) => {
                let now = move || {
                    store.phase.with(|p| if let Phase::Loading(l) = p { Some(l.clone()) } else { None })
                };
                view! {
                    <div>{move || now().map(|l| view! { <Busy store=store loading=l/> })}</div>
                    <Preview store=store/>
                }
                .into_any()
            }
            Phase::Failed(failure) => view! { <Failed store=store failure=failure/> }.into_any(),
            Phase::Ready => {
                let details = move || {
                    (store.selected.get().is_some()
                        || store.view.with(|v| v.view == View::Graph && v.graph.group.is_some()))
                        && !store.state.with(|s| s.panels.no_details)
                };
                view! {
                    <LiveLine store=store/>
                    <div class="work" class:with-details=details>
                        <Rail store=store/>
                        <main class="view" id=MAIN tabindex="-1">{heading}<Chips store=store/>{main}</main>
                        <Show when=details><Details store=store/></Show>
                    </div>
                    <Foot store=store/>
                }
                .into_any()
            }
        }
    };
    let sheet = Memo::new(move |_| store.state.with(|s| s.panels.sheet));
    let sheet = move || match sheet.get() {
        Some(Sheet::Help) => view! { <Help store=store/> }.into_any(),
        Some(Sheet::Palette) => view! { <Palette store=store/> }.into_any(),
        Some(Sheet::Alerts) => view! { <AlertSheet store=store/> }.into_any(),
        Some(Sheet::Columns(table)) => view! { <ColumnsSheet store=store table=table/> }.into_any(),
        Some(Sheet::Properties(chosen)) => view! { <PropertySheet store=store chosen=chosen/> }.into_any(),
        Some(Sheet::TableColumns) => view! { <TableColumnsSheet store=store/> }.into_any(),
        Some(Sheet::Keys) => view! { <KeySheet store=store/> }.into_any(),
        Some(Sheet::Settings) => view! { <SettingsSheet store=store/> }.into_any(),
        None => ().into_any(),
    };
    keep_focus(store);
    let selected = move || store.shell.with(|s| s.selected_about.clone());
    view! {
        <div class="page" class:dragging=move || dragging.get()>
            <button type="button" class="skip" on:click=move |_| dom::focus(MAIN)>"Skip to the view"</button>
            <Top store=store badge=move || view! { <AlertBadge store=store/> }><QueryBox store=store/></Top>
            {body}
            {sheet}
            <p class="hidden" role="status" aria-live="polite" data-testid="selected">{selected}</p>
            <Show when=move || dragging.get()><div class="drop-over" aria-hidden="true">"Drop to open"</div></Show>
        </div>
    }
}

/// The id of the part of the page that holds the view.
const MAIN: &str = "makespan-view";

/// Moves the keyboard focus to the view when the focused element disappears. Otherwise it would go to the page as a
/// whole, and a reader would have to start from the top.
fn keep_focus(store: Store) {
    let mend: Rc<dyn Fn()> = Rc::new(|| {
        if dom::focused().is_none() {
            dom::focus(MAIN);
        }
    });
    let shown =
        Memo::new(move |_| store.state.with(|s| (s.view.view, s.view.twin, s.panels.sheet, s.panels.marker)));
    Effect::new(move |before: Option<()>| {
        shown.track();
        store.selected.track();
        if before.is_some() {
            frame::request(&mend);
        }
    });
}

/// Keeps the parts around the views up to date with the engine.
fn ask_for_shell(store: Store) {
    // Window and scroll positions change with every movement, but do not affect the parts around the view.
    let about = Memo::new(move |_| {
        store.view.with(|v| ViewState { markers: v.markers.clone(), ..v.without_places() })
    });
    let answered = asked(
        store,
        move || {
            let view = about.get();
            store.phase.with(|p| *p == Phase::Ready).then_some(Question::Shell { view })
        },
        |answer| if let Answer::Shell(shell) = answer { Some(shell) } else { None },
    );
    Effect::new(move |_| {
        if let Some(shell) = answered.get() {
            store.shell.set(shell);
        }
    });
}

/// Handles keys, changes of the address, and pasted text.
fn listen(store: Store) {
    let keys = window_event_listener(leptos::ev::keydown, move |e| {
        let escape = e.key() == "Escape";
        // Single letters and editing keys belong to a text box; the key of the palette does not.
        let is_palette = (e.ctrl_key() || e.meta_key()) && e.code() == "KeyK";
        if dom::takes_text(e.target()) && !is_palette {
            if escape && let Some(box_) = e.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
                let _ = box_.blur();
            }
            return;
        }
        if e.alt_key() {
            return;
        }
        store.space.set_value(e.key() == " ");
        let is_plain = !e.ctrl_key() && !e.meta_key() && e.key().chars().count() == 1;
        let (keys_on, sheet, shown) =
            store.state.with_untracked(|s| (s.settings.keys, s.panels.sheet, s.view.view));
        let find =
            |shift, ctrl| store.keys.with_untracked(|map| map.find(shown, &e.code(), &e.key(), shift, ctrl));
        if (is_plain && !keys_on) || (sheet.is_some() && !escape) {
            return;
        }
        if let Some(action) = find(e.shift_key(), e.ctrl_key() || e.meta_key()) {
            let ready = store.phase.with_untracked(|p| *p == Phase::Ready);
            if action == Action::Back && store.phase.with_untracked(|p| matches!(p, Phase::Loading(_))) {
                e.prevent_default();
                store.cancel();
                return;
            }
            if ready
                || matches!(
                    action,
                    Action::Help
                        | Action::Palette
                        | Action::Settings
                        | Action::Alerts
                        | Action::Theme
                        | Action::Open
                        | Action::Back
                )
            {
                e.prevent_default();
                store.dispatch(action);
            }
        }
    });
    let released = window_event_listener(leptos::ev::keyup, move |_| store.space.set_value(false));
    let address = window_event_listener(leptos::ev::popstate, move |_| store.follow_address());
    let hash = window_event_listener(leptos::ev::hashchange, move |_| store.follow_address());
    let paste = window_event_listener(leptos::ev::paste, move |e| {
        if dom::takes_text(e.target()) {
            return;
        }
        let Some(data) = e.clipboard_data() else { return };
        let list = data.files().map(|l| files::of_list(&l)).unwrap_or_default();
        if !list.is_empty() {
            store.open_own(list, Vec::new());
        } else if let Ok(text) = data.get_data("text/plain")
            && !text.trim().is_empty()
        {
            store.open(vec![files::Given::Bytes("pasted text".to_owned(), text.into_bytes())]);
        }
    });
    let sent = embed::listen(move |given| store.open(given));
    on_cleanup(move || {
        sent.remove();
        keys.remove();
        released.remove();
        address.remove();
        hash.remove();
        paste.remove();
    });
}

/// Handles files that are dropped anywhere on the page.
fn listen_to_drops(store: Store, dragging: RwSignal<bool>) {
    let over = move |e: DragEvent| {
        e.prevent_default();
        dragging.set(true);
    };
    let enter = window_event_listener(leptos::ev::dragenter, over);
    let over = window_event_listener(leptos::ev::dragover, over);
    // A drag constantly leaves one element for the next; it ends only when it leaves the window.
    let leave = window_event_listener(leptos::ev::dragleave, move |e| {
        if e.related_target().is_none() {
            dragging.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |e| {
        e.prevent_default();
        dragging.set(false);
        let Some(transfer) = e.data_transfer() else { return };
        let (entries, plain) = files::take_drop(&transfer);
        let handles = files::drop_handles(&transfer);
        leptos::task::spawn_local(async move {
            let (walked, lost) = files::walk(entries).await;
            if lost > 0 {
                store.said.set(format!(
                    "Skipped {}: unreadable, or too many for one folder.",
                    counted(lost, "file")
                ));
            }
            let handles = handles.await;
            let handles = if handles.len() == plain.len() { handles } else { Vec::new() };
            store.open_own(plain.into_iter().chain(walked).collect(), handles);
        });
    });
    on_cleanup(move || {
        enter.remove();
        over.remove();
        leave.remove();
        drop.remove();
    });
}
