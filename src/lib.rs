//! The page: a leptos app around the views. Nothing here computes what is shown, and no run is held here: the engine
//! does that in a worker ([`serve`]). The page holds the state of the view, asks, and paints what is answered.

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
