//! `makespan convert`.

use makespan_model::notation;
use makespan_redact::Redactor;
use makespan_report::without_secrets;

use crate::args::{ConvertArgs, Target};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{print_foreign, tell_redacted, write_file};

/// Writes the runs one after the other.
pub(crate) fn run(args: &ConvertArgs, config: &Config) -> Result<(), Failure> {
    let mut text = String::new();
    let mut redactor = Redactor::default();
    for loaded in load(&args.input, config)? {
        let run = if args.redact { without_secrets(&loaded.run, &mut redactor) } else { loaded.run };
        match args.to {
            Target::Jsonl => text.push_str(&run.to_jsonl()),
            Target::Text => text.push_str(&notation::write(&run)),
        }
    }
    tell_redacted(&redactor);
    match &args.output {
        Some(path) if path.as_os_str() != "-" => write_file(path, text.as_bytes()),
        _ => print_foreign(&text),
    }
}
