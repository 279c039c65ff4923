//! Small parts that know no state: statuses, tables, pairs.

mod findings;
mod grid;
mod parts;
mod section;

pub(crate) use findings::OnView;
pub(crate) use grid::Grid;
pub(crate) use parts::{Badge, CellView, OnTask, Pairs, Rows};
pub(crate) use section::SectionView;
