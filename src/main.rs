//! Entry point of the page.

fn main() {
    makespan_app::start();
}
