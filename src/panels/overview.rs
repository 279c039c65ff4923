//! The overview as a page.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Page, Question};
use makespan_import::Unit;
use makespan_views::View;

use crate::asking::{PageView, page_title};
use crate::state::actions::Action;
use crate::state::store::Store;
use crate::widgets::Choice;

/// The page.
#[component]
pub(crate) fn OverviewPanel(store: Store, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    // What only affects pictures does not change the page.
    let about = Memo::new(move |_| store.view.with(|v| v.without_places()));
    let question: Rc<dyn Fn(f32) -> Question> =
        Rc::new(move |width| Question::Page { view: about.get(), width });
    let head: Rc<dyn Fn(&Page) -> AnyView> = Rc::new(move |page| {
        let jump = [(View::Timeline, "Timeline"), (View::Graph, "Graph"), (View::Table, "All tasks")]
        .map(|(to, word)| view! { <button type="button" on:click=move |_| store.dispatch(Action::Show(to))>{word}</button> })
        .into_iter()
        .collect::<Vec<_>>();
        view! { {page_title(page)}<div class="buttons jump">{jump}</div> }.into_any()
    });
    let units = [(None, "detected")]
        .into_iter()
        .chain(Unit::ALL.map(|unit| (Some(unit), unit.name())))
        .collect::<Vec<_>>();
    let may_choose = Memo::new(move |_| store.may_choose_unit());
    view! {
        <div class="overview" data-testid="overview">
            <Show when=move || may_choose.get()>
                <div class="units" data-testid="units">
                    <Choice label="Unit of numeric times" all=units.clone() now=store.unit.into() choose=move |unit| store.dispatch(Action::ReadAs(unit))/>
                </div>
            </Show>
            <Show when=move || store.shell.with(|s| s.tables > 0)>
                <div class="units">
                    <button type="button" aria-haspopup="dialog" title="Choose what the columns of the table stand for" on:click=move |_| store.dispatch(Action::Columns(Some(0)))>"Map columns"</button>
                </div>
            </Show>
            <PageView store=store name="overview-page" question=question painted=painted head=head/>
        </div>
    }
}
