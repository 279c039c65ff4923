//! A page per verb, as `makespan man --markdown` writes them.

use std::fs;
use std::process::Command;

use crate::pages::{Pages, linked};

const INDEX: &str = "makespan.md";

pub(crate) fn pages() -> Pages {
    let folder = std::env::temp_dir().join(format!(
        "makespan-reference-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let mut command = Command::new(env!("CARGO_BIN_EXE_makespan"));
    let output = command.args(["man", "--markdown", "--output"]).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| linked(&fs::read_to_string(folder.join(name)).unwrap());
    let mut pages = Pages::new(INDEX, read(INDEX));
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != INDEX {
            let text = read(&name);
            pages.add(name, text);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    pages
}
