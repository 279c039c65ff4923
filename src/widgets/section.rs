//! A titled section of blocks from the views.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::{Hit, Scene};
use makespan_views::{Block, Section};

use super::findings::{Findings, OnView};
use super::parts::{CellView, CommandLine, Figures, OnTask};
use super::{Pairs, Rows};
use crate::surface::{Still, plotted};

/// Height of a chart within a section, px.
const CHART: f32 = 170.0;

/// A section.
#[component]
pub(crate) fn SectionView(
    section: Section,
    theme: Memo<usize>,
    on_task: OnTask,
    on_hit: Rc<dyn Fn(Hit)>,
    on_view: OnView,
    #[prop(optional)] folded: bool,
) -> impl IntoView {
    let blocks: Vec<_> = section
        .blocks
        .into_iter()
        .map(|block| {
            let on_task = Rc::clone(&on_task);
            match block {
                Block::Figures(figures) => view! { <Figures figures=figures/> }.into_any(),
                Block::Answer(cell) => {
                    view! { <p><b><CellView cell=cell on_task=on_task/></b></p> }.into_any()
                }
                Block::Caution(text) => view! { <p class="warn">{text}</p> }.into_any(),
                Block::Pairs(pairs) => view! { <Pairs pairs=pairs on_task=on_task/> }.into_any(),
                Block::Table(table) => view! { <Rows table=table on_task=on_task/> }.into_any(),
                Block::Command(text) => view! { <CommandLine text=text/> }.into_any(),
                Block::Text(text) => view! { <pre tabindex="0">{text}</pre> }.into_any(),
                Block::Found(all) => view! { <Findings all=all on_view=Some(on_view.clone())/> }.into_any(),
                Block::Note(text) => view! { <p class="note">{text}</p> }.into_any(),
                Block::Picture(scene) => {
                    let make: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |_| scene.clone());
                    view! { <Still theme=theme scene=make on_hit=Some(Rc::clone(&on_hit))/> }.into_any()
                }
                Block::Chart(plot) => {
                    let title = plot.title.clone();
                    let make: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |w| Scene::new(w, CHART, &*title));
                    let draw = plotted(Rc::new(*plot), theme, Rc::new(|| {}));
                    view! { <Still theme=theme scene=make draw=Some(draw)/> }.into_any()
                }
            }
        })
        .collect();
    let id = format!("section-{}", section.id);
    // Figures need no visible heading; it exists for readers who navigate by headings.
    let is_bare = section.id == "figures" && !folded;
    if folded {
        view! { <details class="section" id=id><summary><h2>{section.title}</h2></summary>{blocks}</details> }
            .into_any()
    } else {
        view! { <section class="section" id=id><h2 class:hidden=is_bare>{section.title}</h2>{blocks}</section> }.into_any()
    }
}
