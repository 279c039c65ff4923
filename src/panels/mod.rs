//! The parts of the page. A panel reads the store and dispatches; no panel knows another.

mod charts;
mod compare;
mod details;
mod graph;
mod heat;
mod help;
mod landing;
mod live;
mod notice;
mod overview;
mod preview;
mod query;
mod runs;
mod tasks;
mod timeline;
mod top;

pub(crate) use charts::ChartsPanel;
pub(crate) use compare::ComparePanel;
pub(crate) use details::Details;
pub(crate) use graph::GraphPanel;
pub(crate) use heat::HeatPanel;
pub(crate) use help::Help;
pub(crate) use landing::Landing;
pub(crate) use live::LiveLine;
pub(crate) use notice::{Busy, Failed, Foot};
pub(crate) use overview::OverviewPanel;
pub(crate) use preview::Preview;
pub(crate) use query::QueryBox;
pub(crate) use runs::RunsPage;
pub(crate) use tasks::TasksPanel;
pub(crate) use timeline::TimelinePanel;
pub(crate) use top::{Chips, Rail, Top};
