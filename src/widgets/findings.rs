//! Findings, each with a button to the view that shows it.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_views::{Found, ViewState};

/// Called when the view of a finding is requested.
pub(crate) type OnView = Rc<dyn Fn(ViewState)>;

/// The list.
#[component]
pub(crate) fn Findings(all: Vec<Found>, #[prop(optional_no_strip)] on_view: Option<OnView>) -> impl IntoView {
    let items: Vec<_> = all
        .into_iter()
        .map(|f| {
            let class = format!("finding edge-{}", f.role.name());
            let show = on_view.clone().map(|on_view| {
                let view = f.view;
                view! { <button type="button" on:click=move |_| on_view(view.clone())>"Show"</button> }
            });
            view! {
                <li class=class data-finding=f.code.into_owned()>
                    <div><b><bdi>{f.title}</bdi></b><p><bdi>{f.text}</bdi></p><p class="note">{f.action.into_owned()}</p></div>
                    {show}
                </li>
            }
        })
        .collect();
    view! { <ul class="findings">{items}</ul> }
}
