//! The examples do what they say: each checks the run that it recorded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::duplicate_mod, unreachable_pub)]

#[path = "../examples/lineage.rs"]
mod lineage;
#[path = "../examples/performance.rs"]
mod performance;
#[path = "../examples/pipeline.rs"]
mod pipeline;
#[path = "../examples/server.rs"]
mod server;
#[path = "../examples/steps.rs"]
mod steps;
#[path = "../examples/storage.rs"]
mod storage;

#[test]
fn a_pipeline_of_functions() {
    pipeline::main().unwrap();
}

#[test]
fn stores_and_what_is_read_back() {
    storage::main().unwrap();
}

#[test]
fn a_program_configured_by_its_environment() {
    server::main().unwrap();
}

#[test]
fn steps_that_are_planned() {
    steps::main().unwrap();
}

#[test]
fn what_tasks_use() {
    performance::main().unwrap();
}

#[test]
fn a_graph_that_is_listened_to() {
    lineage::main().unwrap();
}
