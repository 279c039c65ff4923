//! What edges are drawn from.

use crate::acyclic::Acyclic;
use crate::ordering::Order;
use crate::placing::{Axes, Gaps, Places};
use crate::proper::Proper;

/// Everything that is known about a component when its edges are drawn.
pub(crate) struct Plan<'a> {
    pub(crate) edges: &'a [(u32, u32)],
    pub(crate) sizes: &'a [Axes],
    pub(crate) gaps: Gaps,
    pub(crate) acyclic: &'a Acyclic,
    pub(crate) proper: &'a Proper,
    pub(crate) order: &'a Order,
    pub(crate) places: &'a Places,
}
