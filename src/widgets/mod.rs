//! Small components without access to the state: statuses, tables, pairs, choices.

mod choice;
mod dialog;
mod finder;
mod findings;
mod parts;
mod section;
mod tools;

pub(crate) use choice::{Choice, Options, Toggle, Zooming, run_options};
pub(crate) use dialog::Dialog;
pub(crate) use finder::Finder;
pub(crate) use findings::OnView;
pub(crate) use parts::{Badge, CellView, OnTask, Pairs, Rows};
pub(crate) use section::SectionView;
pub(crate) use tools::Tools;
