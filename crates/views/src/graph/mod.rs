//! Tasks and their dependencies: the nodes, their positions, and the picture.

mod arrange;
mod card;
pub(crate) mod choice;
mod focus;
pub(crate) mod groups;
mod implied;
mod map;
mod matrix;
mod members;
mod node;
mod nodes;
mod open;
mod picture;
mod plane;
mod timed;
mod twin;

pub use arrange::{Drawn, PAGE, READABLE, page_for};
pub use choice::{ALL_HOPS, Centre, Drawing, Focus, Graphing, Grouping};
pub use focus::{group_members, tasks_in_focus};
pub use map::{map, map_point, map_size, mark_seen, sees_all};
pub use matrix::{edges_twin, fit_matrix, matrix, matrix_overlay, matrix_scene};
pub use members::group_details;
pub use node::{Node, Spread};
pub use nodes::{BUDGET, Graph};
pub use open::{drawn, nodes_of};
pub use picture::{overlay, scene};
pub use plane::{Frame, fit, opening};
pub(crate) use plane::{bounds, push_route};
pub use timed::in_time;
pub use twin::twin;
