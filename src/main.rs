//! Entry of the page. In a worker the same program runs without a document, and only `worker_main` is of use there.

fn main() {
    makespan_app::start();
}
