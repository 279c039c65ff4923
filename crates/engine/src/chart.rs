//! The charts of a run.

use makespan_views::chart::{self, Chart, Choice};
use makespan_views::{Look, Subject, ViewState};

use crate::answer::Charts;
use crate::session::Session;
use crate::shell::LISTED;

/// Returns the available charts, and the one of the view.
pub(crate) fn charts(session: &Session, view: &ViewState) -> Option<Charts> {
    let open = session.run(view.run)?;
    let mask = open.mask(&view.filter);
    let look = Look { selected: open.selected(view).map(|t| t.0), ..session.plain_look(open, view) };
    let runs = session.facts();
    let mask = (!mask.is_empty()).then_some(&mask[..]);
    let subject = Subject { facts: &open.facts, runs: &runs, mask, look: &look };
    let list = open.charts.get((view.filter.clone(), session.generation()), |_| chart::list(&subject));
    let mut choice = chosen(&view.chart, &list);
    let picture = chart::picture(&subject, &choice).map(|mut picture| {
        picture.twin = picture.twin.first(LISTED);
        picture
    });
    // A link may name a measure by its short name.
    let measures = open.facts.measures();
    for of in [&mut choice.of, &mut choice.against] {
        if let Some(at) = measures.find(of) {
            of.clone_from(&measures.list[at].key);
        }
    }
    let at = list.iter().position(|c| c.choice.kind == choice.kind && c.choice.of == choice.of);
    let kept = list.iter().enumerate().filter(|(i, _)| *i < LISTED || Some(*i) == at);
    let mut measures = chart::known_measures(&subject);
    let mut place = 0;
    measures.retain(|(key, _)| {
        place += 1;
        place <= LISTED || *key == choice.of || *key == choice.against
    });
    let kept: Vec<Chart> = kept.map(|(_, c)| c.clone()).collect();
    Some(Charts { left_out: list.len() - kept.len(), list: kept, choice, measures, picture })
}

/// Returns the chart in the link, or the first one of the run.
fn chosen(choice: &Choice, charts: &[Chart]) -> Choice {
    let named =
        |c: &&Chart| c.choice.kind == choice.kind && (c.choice.of == choice.of || choice.of.is_empty());
    let offered = charts.iter().find(|c| named(c) && c.missing.is_none());
    if !choice.of.is_empty() || offered.is_some_and(|c| c.choice.of.is_empty()) {
        return choice.clone();
    }
    let first = offered.or_else(|| charts.iter().find(|c| c.missing.is_none()));
    first.map_or_else(Choice::default, |c| Choice { log: choice.log, ..c.choice.clone() })
}
