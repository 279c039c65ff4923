//! The choice of baseline and candidate.

use leptos::prelude::*;
use makespan_engine::Touch;
use makespan_scene::counted;

use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::run_options;

/// The bar.
#[component]
pub(super) fn SidesBar(store: Store) -> impl IntoView {
    let pick = move |is_candidate: bool| {
        let options = move || {
            store.shell.with(|s| {
                let now = s.sides.pair().map(|p| if is_candidate { p.1 } else { p.0 });
                run_options(s, now)
            })
        };
        let changed = move |e: leptos::ev::Event| {
            if let Ok(number) = event_target_value(&e).parse() {
                store.touch(Touch::Side(number, is_candidate));
            }
        };
        let (word, about) = if is_candidate { ("B", "Candidate") } else { ("A", "Baseline") };
        view! { <label class="side"><b class:side-b=is_candidate class="side-sign">{word}</b><select aria-label=about on:change=changed>{options}</select></label> }
    };
    let many = Memo::new(move |_| store.shell.with(|s| s.run_count > 2));
    let chips = move || {
        let shell = store.shell.get();
        let side_of = |i: &usize| match () {
            () if shell.sides.baseline.contains(i) => "A",
            () if shell.sides.candidate.contains(i) => "B",
            () => "–",
        };
        let chip = |i: &usize| {
            let (i, side) = (*i, side_of(i));
            let name = shell.runs.iter().find(|r| r.number == i).map_or_else(String::new, |r| r.name.clone());
            let about = format!("{name}: side {side}. Press for the next side.");
            view! { <button type="button" class="chip plain" title=about on:click=move |_| store.touch(Touch::NextSide(i))><b class="side-sign" class:side-b=side == "B">{side}</b>" "<bdi>{name}</bdi></button> }
        };
        shell.by_age.iter().map(chip).collect::<Vec<_>>()
    };
    let sizes = move || {
        store.shell.with(|s| format!("{} against {}", s.side_sizes.0, counted(s.side_sizes.1, "run")))
    };
    let not_listed = move || {
        let left_out = store.shell.with(|s| s.run_count - s.runs.len());
        (left_out > 0).then(|| view! { <span class="note">{format!("{} are not listed", counted(left_out, "more run"))}</span> })
    };
    view! {
        <div class="sides">
            {pick(false)}
            <button type="button" title=store.hint("Swap A and B", "X") aria-label="Swap A and B" on:click=move |_| store.dispatch(Action::Swap)>"⇄"</button>
            {pick(true)}
            <Show when=move || many.get()>
                <details class="sets"><summary>{sizes}</summary>
                    <div class="set-chips">
                        <button type="button" class="chip" on:click=move |_| store.touch(Touch::Halves)>"Older half against newer half"</button>
                        {chips}
                        {not_listed}
                    </div>
                </details>
            </Show>
        </div>
    }
}
