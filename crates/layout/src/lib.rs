//! Layered graph layout, lane packing and binning: sizes and edges in, positions out.
//!
//! This crate knows nodes, edges, intervals and pixels; it never knows tasks, runs or colours.
//!
//! [`layout`] follows the framework of Sugiyama, Tagawa and Toda (1981). Each stage is a module that takes the result
//! of the previous one, so each can be replaced separately:
//!
//! ```text
//! Request ─▶ components ─▶ acyclic ─▶ layering ─▶ proper ─▶ ordering ─▶ placing ─▶ routing ─▶ folding ─▶ packing ─▶ Layout
//!            (split)       Acyclic    Layering    Proper    Order       Places     Drawing    (fold)      (join)
//! ```
//!
//! Folding breaks drawings that are longer than a page into bands. If they are much higher than long, the nodes of wide
//! layers are first arranged in rows, and the stages run once more on these rows.
//!
//! Inside the stages there is no left or down, only *along* the flow and *across* it; the direction is applied once,
//! when the components are packed. The same request gives the same bytes on every machine: no clock, no hash order, no
//! function that platforms round differently, and work budgets in visited links, never in seconds. Every walk is
//! iterative, so a chain of a hundred thousand nodes needs no stack.
//!
//! [`lanes`] packs the bars of a timeline lane into rows, [`bins`] counts open intervals over time, and [`quality`]
//! measures a finished drawing.

pub mod bins;
pub mod lanes;
pub mod quality;

mod acyclic;
mod components;
mod folding;
mod graph;
mod layering;
mod ordering;
mod packing;
mod pipeline;
mod placing;
mod proper;
mod request;
mod routing;
mod rows;

pub use pipeline::layout;
pub use request::{Direction, Layout, Point, Request, Route, Size};
