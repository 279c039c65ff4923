//! All tasks in rows.

use std::rc::Rc;

use leptos::prelude::*;

use crate::asking::TableView;
use crate::state::store::Store;

/// The table.
#[component]
pub(crate) fn TasksPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    view! { <div class="panel"><TableView store=store name="table" painted=painted/></div> }
}
