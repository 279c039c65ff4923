//! Rows of tables of any length: only the visible ones.

use std::ops::Range;

use makespan_views::compare::Part;
use makespan_views::{View, ViewState, compare};

use crate::answer::Rows;
use crate::picture;
use crate::session::Session;

/// Maximum number of rows per answer.
const MOST: usize = 1_000;

/// Returns the rows of the table of a view: its tasks, or the data of its picture.
pub(crate) fn rows(session: &Session, view: &ViewState, range: Range<usize>) -> Option<Rows> {
    let bounded = |count: usize| {
        let first = range.start.min(count);
        first..range.end.min(count).min(first.saturating_add(MOST)).max(first)
    };
    match (view.view, view.compare.part) {
        (View::Table, _) => {
            let open = session.run(view.run)?;
            let listing = open.listing(view);
            let look = session.plain_look(open, view);
            let range = bounded(listing.len());
            let selected = open.selected(view).map(|t| t.0);
            let first = range.start;
            let (table, groups) = listing.table(&open.facts, range, &look);
            Some(Rows {
                first,
                table,
                groups,
                count: listing.len(),
                marked: selected,
                place: selected.and_then(|task| listing.place_of(task)),
            })
        }
        (View::Compare, Part::Tasks) => {
            let compared = session.compared(view)?;
            let order = compared.order(&view.filter, view.compare.sort);
            let range = bounded(order.len());
            let selected = compared.selected(view);
            Some(Rows {
                first: range.start,
                table: compare::tasks::table(&compared.pair(), compared.contribution(), &order, range),
                groups: Vec::new(),
                count: order.len(),
                marked: selected,
                place: selected.and_then(|s| order.iter().position(|r| *r == s)),
            })
        }
        _ => {
            let shown = picture::shown(session, view)?;
            let count = shown.rows();
            let range = bounded(count);
            Some(Rows {
                first: range.start,
                table: shown.table(range),
                groups: Vec::new(),
                count,
                marked: shown.marked(),
                place: None,
            })
        }
    }
}
