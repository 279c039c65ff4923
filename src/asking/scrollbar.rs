//! The scrollbar of a picture with more rows than fit.

use leptos::ev::PointerEvent;
use leptos::html::Div;
use leptos::prelude::*;
use makespan_views::gesture::{Movement, Scrolled};

use crate::state::actions::Action;
use crate::state::store::Store;

/// Minimum height of the thumb, px.
const SHORTEST: f64 = 24.0;

/// Returns top and height of the thumb in a bar, px.
fn thumb(seen: Scrolled, height: f64) -> (f64, f64) {
    let part = f64::from(seen.visible) / f64::from(seen.rows);
    let length = (height * part).max(SHORTEST).min(height);
    let last = f64::from(seen.rows - seen.visible).max(1.0);
    ((height - length) * f64::from(seen.first) / last, length)
}

/// Returns the first row if the top of the thumb is at this position.
fn row_at(seen: Scrolled, height: f64, top: f64) -> u32 {
    let room = (height - thumb(seen, height).1).max(1.0);
    let part = (top / room).clamp(0.0, 1.0);
    (part * f64::from(seen.rows - seen.visible)).round() as u32
}

/// The bar. Dragging the thumb moves the rows; a press beside it moves it there. Keys and the wheel do the same on the
/// picture, so the bar is no tab stop.
#[component]
pub(super) fn ScrollBar(store: Store, seen: Memo<Option<Scrolled>>, top: Memo<f64>) -> impl IntoView {
    let bar = NodeRef::<Div>::new();
    // The pointer, and how far below the top of the thumb it holds it.
    let held = StoredValue::new(None::<(i32, f64)>);
    let height = move || bar.get_untracked().map_or(0.0, |b| f64::from(b.client_height()));
    let go = move |seen: Scrolled, top: f64| {
        store.dispatch(Action::Move(Movement::Row(row_at(seen, height(), top))));
    };
    let y = move |e: &PointerEvent| {
        let from = bar.get_untracked().map_or(0.0, |b| b.get_bounding_client_rect().top());
        f64::from(e.client_y()) - from
    };
    let down = move |e: PointerEvent| {
        let (Some(seen), Some(bar)) = (seen.get_untracked(), bar.get_untracked()) else { return };
        e.prevent_default();
        let _ = bar.set_pointer_capture(e.pointer_id());
        let ((begin, length), at) = (thumb(seen, height()), y(&e));
        let is_on_thumb = at >= begin && at <= begin + length;
        let grip = if is_on_thumb { at - begin } else { length / 2.0 };
        held.set_value(Some((e.pointer_id(), grip)));
        if !is_on_thumb {
            go(seen, at - grip);
        }
    };
    let moved = move |e: PointerEvent| {
        let grip = held.with_value(|h| h.filter(|h| h.0 == e.pointer_id()));
        if let (Some((_, grip)), Some(seen)) = (grip, seen.get_untracked()) {
            go(seen, y(&e) - grip);
        }
    };
    let up = move |_: PointerEvent| held.set_value(None);
    let shape = move || {
        let seen = seen.get()?;
        // Fractions of the bar, whose height only the style sheet knows.
        let part = f64::from(seen.visible) / f64::from(seen.rows);
        let begin = f64::from(seen.first) / f64::from(seen.rows - seen.visible).max(1.0);
        let length = format!("max({SHORTEST}px, {:.3}%)", part * 100.0);
        let from = format!("calc((100% - {length}) * {begin:.5})");
        Some(view! { <div class="thumb" style:top=from style:height=length></div> })
    };
    let number = move |of: fn(Scrolled) -> u32| seen.get().map_or(0, of).to_string();
    view! {
        <Show when=move || seen.with(Option::is_some)>
            <div class="scrollbar" node_ref=bar role="scrollbar" aria-label="Rows" aria-controls="makespan-view" aria-orientation="vertical"
                aria-valuemin="0" aria-valuemax=move || number(|s| s.rows - s.visible) aria-valuenow=move || number(|s| s.first)
                style:top=move || format!("{}px", top.get()) data-testid="scrollbar"
                on:pointerdown=down on:pointermove=moved on:pointerup=up on:pointercancel=up>{shape}</div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumb_and_the_rows_agree() {
        let seen = |first| Scrolled { first, visible: 10, rows: 50 };
        assert_eq!(thumb(seen(0), 200.0), (0.0, 40.0));
        assert_eq!(thumb(seen(40), 200.0), (160.0, 40.0));
        for first in [0, 7, 40] {
            assert_eq!(row_at(seen(first), 200.0, thumb(seen(first), 200.0).0), first);
        }
        let many = Scrolled { first: 500_000, visible: 10, rows: 1_000_010 };
        assert_eq!(thumb(many, 200.0), (88.0, 24.0));
        assert_eq!((row_at(many, 200.0, -9.0), row_at(many, 200.0, 900.0)), (0, 1_000_000));
    }
}
