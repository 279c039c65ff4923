//! Which runs are the baseline, and which the candidate.

use leptos::prelude::*;

use crate::state::actions::Action;
use crate::state::store::Store;
use crate::state::versus::Sides;

/// Puts a run on a side of the pair: it becomes the newest of a side of one, and takes the place of the one that stood
/// for a side of several.
fn set_pair(store: Store, is_b: bool, place: usize) {
    let Sides { mut baseline, mut candidate } = untrack(|| store.sides());
    let (mine, other) = if is_b { (&mut candidate, &mut baseline) } else { (&mut baseline, &mut candidate) };
    let before = mine.pop();
    mine.retain(|i| *i != place);
    mine.push(place);
    other.retain(|i| *i != place);
    if let Some(before) = before.filter(|_| other.is_empty()) {
        other.push(before);
    }
    store.change(|v| (v.compare.baseline, v.compare.candidate) = (baseline, candidate));
}

/// Goes on: A, B, neither.
fn next_side(store: Store, place: usize) {
    let Sides { mut baseline, mut candidate } = untrack(|| store.sides());
    if baseline.contains(&place) {
        baseline.retain(|i| *i != place);
        candidate.push(place);
    } else if candidate.contains(&place) {
        candidate.retain(|i| *i != place);
    } else {
        baseline.push(place);
    }
    if baseline.is_empty() || candidate.is_empty() {
        store.said.set("Each side needs a run.".to_owned());
        return;
    }
    store.change(|v| (v.compare.baseline, v.compare.candidate) = (baseline, candidate));
}

/// The older half against the newer half.
fn halves(store: Store) {
    let by_age = store.session.with_untracked(|s| s.by_age());
    let (old, new) = by_age.split_at(by_age.len() / 2);
    store.change(|v| (v.compare.baseline, v.compare.candidate) = (old.to_vec(), new.to_vec()));
}

/// The bar.
#[component]
pub(super) fn SidesBar(store: Store) -> impl IntoView {
    let labels = move || store.session.with(|s| s.labels());
    let pick = move |is_b: bool| {
        let options = move || {
            let now = store.sides().pair().map(|p| if is_b { p.1 } else { p.0 });
            labels()
                .into_iter()
                .enumerate()
                .map(
                    |(i, name)| view! { <option value=i.to_string() selected=now == Some(i)>{name}</option> },
                )
                .collect::<Vec<_>>()
        };
        let changed = move |e: leptos::ev::Event| {
            if let Ok(place) = event_target_value(&e).parse() {
                set_pair(store, is_b, place);
            }
        };
        let (word, about) = if is_b { ("B", "Candidate") } else { ("A", "Baseline") };
        view! { <label class="side"><b class:side-b=is_b class="side-sign">{word}</b><select aria-label=about on:change=changed>{options}</select></label> }
    };
    let many = Memo::new(move |_| store.session.with(|s| s.runs.len() > 2));
    let chips = move || {
        let sides = store.sides();
        let labels = labels();
        let by_age = store.session.with(|s| s.by_age());
        by_age
            .into_iter()
            .map(|i| {
                let side = if sides.baseline.contains(&i) {
                    "A"
                } else if sides.candidate.contains(&i) {
                    "B"
                } else {
                    "–"
                };
                let name = labels.get(i).cloned().unwrap_or_default();
                let about = format!("{name}: side {side}. Press for the next side.");
                view! { <button type="button" class="chip plain" title=about on:click=move |_| next_side(store, i)><b class="side-sign" class:side-b=side == "B">{side}</b>" "<bdi>{name}</bdi></button> }
            })
            .collect::<Vec<_>>()
    };
    let counted = move || {
        let s = store.sides();
        format!("{} against {} runs", s.baseline.len(), s.candidate.len())
    };
    view! {
        <div class="sides">
            {pick(false)}
            <button type="button" title="Swap A and B (X)" aria-label="Swap A and B" on:click=move |_| store.dispatch(Action::Swap)>"⇄"</button>
            {pick(true)}
            <Show when=move || many.get()>
                <details class="sets"><summary>{counted}</summary>
                    <div class="set-chips">
                        <button type="button" class="chip" on:click=move |_| halves(store)>"Older half against newer half"</button>
                        {chips}
                    </div>
                </details>
            </Show>
        </div>
    }
}
