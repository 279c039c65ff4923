//! The menu of a timeline lane, with the keys of menus (ARIA Authoring Practices, "Menu").

use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use makespan_views::timeline::{LaneAct, LaneOrder};
use web_sys::{HtmlElement, KeyboardEvent};

use crate::platform::{dom, frame};
use crate::state::actions::Action;
use crate::state::store::Store;

/// Returns the item that a key moves to, of `count` from the one at `now`; `None` if the key does not move.
fn moved(key: &str, now: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match key {
        "ArrowDown" => (now + 1) % count,
        "ArrowUp" => (now + last) % count,
        "Home" => 0,
        "End" => last,
        _ => return None,
    })
}

/// The menu of a lane whose name was clicked. Closing it returns the keyboard focus to the picture.
#[component]
pub(super) fn LaneMenu(store: Store, canvas: NodeRef<Canvas>) -> impl IntoView {
    let menu = Memo::new(move |_| store.state.with(|s| s.panels.lane_menu));
    let list = NodeRef::<Div>::new();
    let items = move || -> Vec<HtmlElement> {
        list.get_untracked().map_or_else(Vec::new, |list| dom::within(&list, "[role=menuitem]"))
    };
    // The menu must be gone first, because until then it has the focus.
    let give_back: Rc<dyn Fn()> = Rc::new(move || {
        if dom::focused().is_none()
            && let Some(canvas) = canvas.try_get_untracked().flatten()
        {
            let _ = canvas.focus();
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = menu.with(Option::is_some);
        if list.get().is_some() {
            if let Some(first) = items().first() {
                let _ = first.focus();
            }
        } else if was_open == Some(true) && !is_open {
            frame::request(&give_back);
        }
        is_open
    });
    let close = move || store.dispatch(Action::LaneMenu(None));
    let keys = move |e: KeyboardEvent| {
        let all = items();
        let here = dom::focused();
        let now = all.iter().position(|item| Some(item) == here.as_ref()).unwrap_or(0);
        match e.key().as_str() {
            "Escape" => close(),
            // A menu is a single tab stop: the next one is after the picture.
            "Tab" => {
                close();
                return;
            }
            key => match moved(key, now, all.len()) {
                Some(to) => {
                    let _ = all[to].focus();
                }
                None if matches!(key, "Enter" | " ") => {
                    // The browser activates the button; the key must have no other effect.
                    e.stop_propagation();
                    return;
                }
                None => return,
            },
        }
        e.prevent_default();
        e.stop_propagation();
    };
    move || {
        let (lane, x, y) = menu.get()?;
        let rows = store.view.with_untracked(|v| v.rows.clone());
        let pin = if rows.pinned.is_empty() { "Pin to the top" } else { "Pin or unpin" };
        // An order that is chosen already is left out, and so is what would change nothing.
        let orders = [
            ("Sort by name", LaneOrder::Name),
            ("Sort by first start", LaneOrder::Start),
            ("Sort by work", LaneOrder::Work),
            ("Sort by failures", LaneOrder::Failures),
        ];
        let others = move || orders.into_iter().filter(move |(_, order)| *order != rows.order);
        let is_arranged = store.view.with_untracked(|v| !v.rows.is_natural());
        let item = move |title: &'static str, lane: Option<u32>, act: LaneAct| {
            let press = move |_| store.dispatch(Action::Lane(lane, act));
            view! { <button type="button" role="menuitem" tabindex="-1" on:click=press>{title}</button> }
        };
        Some(view! {
            <div class="lane-menu" role="menu" aria-label="Lane" aria-orientation="vertical" data-testid="lane-menu" node_ref=list
                style:left=format!("{x}px") style:top=format!("{y}px") on:keydown=keys>
                {item(pin, Some(lane), LaneAct::Pin)}
                {item("Hide", Some(lane), LaneAct::Hide)}
                <hr/>
                {others().map(|(title, order)| item(title, None, LaneAct::Sort(order))).collect::<Vec<_>>()}
                {is_arranged.then(|| view! { <hr/> })}
                {is_arranged.then(|| item("Show all in default order", None, LaneAct::ShowAll))}
            </div>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_around_and_home_and_end_go_to_the_ends() {
        let go = |key, now| moved(key, now, 3);
        assert_eq!((go("ArrowDown", 0), go("ArrowDown", 2)), (Some(1), Some(0)));
        assert_eq!((go("ArrowUp", 0), go("ArrowUp", 2)), (Some(2), Some(1)));
        assert_eq!((go("Home", 2), go("End", 0)), (Some(0), Some(2)));
        assert_eq!((go("a", 1), moved("ArrowDown", 0, 0)), (None, None));
    }
}
