//! The page: a leptos app around the views. It computes nothing that is shown and holds no run; the engine does that in
//! a worker ([`serve`]). The page holds the state of the view, asks, and paints the answers.

#![allow(unreachable_pub, reason = "the component macro makes its parts public")]

mod app;
mod asking;
mod panels;
mod platform;
mod state;
mod surface;
mod widgets;
mod worker;

pub use app::start;
pub use worker::{serve, serve_report};
