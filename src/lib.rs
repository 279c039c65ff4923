//! The page: a leptos app around the views. Nothing here computes what is shown; it holds the state, listens, and
//! hands scenes to a canvas and tables to the document.

#![allow(unreachable_pub, reason = "the component macro makes its parts public")]

mod app;
mod panels;
mod platform;
mod state;
mod surface;
mod widgets;
mod worker;

pub use app::start;
pub use worker::worker_main;
