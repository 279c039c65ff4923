//! `makespan convert`.

use makespan_model::notation;

use crate::args::{ConvertArgs, Target};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{print_foreign, write_file};

/// Writes the runs one after the other.
pub(crate) fn run(args: &ConvertArgs, config: &Config) -> Result<(), Failure> {
    let mut text = String::new();
    for loaded in load(&args.input, config)? {
        match args.to {
            Target::Jsonl => text.push_str(&loaded.run.to_jsonl()),
            Target::Text => text.push_str(&notation::write(&loaded.run)),
        }
    }
    match &args.output {
        Some(path) if path.as_os_str() != "-" => write_file(path, text.as_bytes()),
        _ => print_foreign(&text),
    }
}
