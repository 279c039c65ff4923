//! The sheet of settings.

use leptos::prelude::*;
use makespan_scene::Theme;
use makespan_views::TimeMode;

use crate::state::actions::{Action, Setting};
use crate::state::drag::Drag;
use crate::state::store::Store;
use crate::widgets::{Choice, Dialog, Options};

/// The sheet.
#[component]
pub(crate) fn SettingsSheet(store: Store) -> impl IntoView {
    let close = move || store.dispatch(Action::Settings);
    let themes =
        Theme::all().iter().map(|t| (t.name.to_owned(), t.name.replace('-', " "))).collect::<Vec<_>>();
    let theme = Signal::derive(move || Theme::all()[store.theme.get()].name.to_owned());
    let times = TimeMode::ALL.map(|t| (t, t.label())).to_vec();
    let time = Signal::derive(move || store.view.with(|v| v.time));
    let drag = Signal::derive(move || store.state.with(|s| s.settings.drag));
    let keys = Signal::derive(move || store.state.with(|s| s.settings.keys));
    let keep = Signal::derive(move || store.state.with(|s| s.settings.keep));
    let map = Signal::derive(move || store.state.with(|s| s.settings.map));
    let set = move |setting| store.dispatch(Action::Set(setting));
    view! {
        <Dialog label="Settings" close=close>
            <div class="sheet-head"><h2>"Settings"</h2><button type="button" autofocus on:click=move |_| close()>"Close"</button></div>
            <div class="settings">
                <Options label="Theme" all=Signal::stored(themes) now=theme choose=move |name| set(Setting::Theme(name))/>
                <Choice label="Times" all=times now=time choose=move |t| set(Setting::Time(t))/>
                <Choice label="Dragging on the timeline" all=Drag::ALL.to_vec() now=drag choose=move |d| set(Setting::Drag(d))/>
                <p class="note">"Shift and drag does the other. The middle button and Space always move the picture; so does one finger."</p>
                <Choice label="Single-character keys" all=vec![(true, "On"), (false, "Off")] now=keys choose=move |on| set(Setting::Keys(on))/>
                <button type="button" aria-haspopup="dialog" on:click=move |_| store.dispatch(Action::KeySheet)>"Change keys…"</button>
                <Choice label="Map of a large graph" all=vec![(true, "On"), (false, "Off")] now=map choose=move |on| set(Setting::Map(on))/>
                <Choice label="Keep open files for a reload" all=vec![(true, "On"), (false, "Off")] now=keep choose=move |on| set(Setting::Keep(on))/>
                <p class="note">"They stay in this browser, for a day at most, and go when the run is closed."</p>
                <p class="note">"Keys with Ctrl, arrows and Esc always work. Settings are stored in this browser, if it allows that."</p>
            </div>
        </Dialog>
    }
}
