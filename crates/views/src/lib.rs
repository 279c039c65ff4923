//! Views as values: functions from a run, its facts and the state of a view to a [`Scene`](makespan_scene::Scene) or a
//! [`Section`]. No browser, no clock, no disk; the app paints scenes on a canvas, reports as SVG.
//!
//! ```
//! use makespan_views::{Look, timeline};
//! use makespan_scene::{Theme, svg};
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch").unwrap();
//! let index = timeline::Index::new(&run, timeline::Lanes::Worker);
//! let scene = timeline::scene(&run, &index, &Look::default(), &timeline::Frame::whole(&index, 600.0));
//! assert!(svg(&scene, &Theme::light()).contains("align"));
//! ```

pub mod amount;
mod area;
mod brush;
pub mod chart;
mod clip;
mod colours;
pub mod compare;
pub mod details;
mod exact;
pub mod filter;
pub mod findings;
pub mod gesture;
pub mod graph;
pub mod heatmap;
mod link;
mod look;
mod marker;
mod moment;
mod named;
pub mod overview;
mod property;
mod recorded;
pub mod rerun;
mod roles;
pub mod section;
pub mod sections;
mod state;
mod subject;
mod table;
mod target;
pub mod tasks;
pub mod timeline;
mod tip;
mod value;

pub use area::Area;
pub use brush::{Brush, Grip};
pub use colours::{Coloured, Colouring, Colours};
pub use exact::exactly;
pub use link::{LINK_VERSION, LinkError, decode, encode, with_texts};
pub use look::{Camera, Look, Marks, TimeMode, View};
pub use marker::{LONGEST_NOTE, MOST_MARKERS, Marker, Markers};
pub use moment::Moments;
pub use property::{ListedProperty, Property, properties};
pub use recorded::Recorded;
pub use roles::status_role;
pub use section::{Block, Figure, Found, Section};
pub use state::ViewState;
pub use subject::Subject;
pub use table::{Align, Cell, Column, Table};
pub use target::Target;
pub use tip::{task_tip, tasks_tip};
pub use value::{Plot, Value};
