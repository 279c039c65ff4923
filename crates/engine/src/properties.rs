//! The labels, parameters and metrics of a run, to choose from.

use makespan_views::{Property, ViewState};

use crate::answer::Properties;
use crate::session::Session;

/// Maximum number of properties per answer.
const MOST: usize = 200;

/// Returns the properties of the current run whose names contain a text, ignoring case. Without `numbers`, metrics are
/// left out.
pub(crate) fn properties(
    session: &Session,
    view: &ViewState,
    text: &str,
    numbers: bool,
) -> Option<Properties> {
    let all = session.run(view.run)?.properties();
    let text = text.trim().to_lowercase();
    let fits = all.iter().filter(|listed| {
        (numbers || !matches!(listed.property, Property::Metric(_)))
            && listed.property.name().to_lowercase().contains(&text)
    });
    let mut list: Vec<_> = fits.cloned().collect();
    let left_out = list.len().saturating_sub(MOST);
    list.truncate(MOST);
    Some(Properties { list, left_out })
}
