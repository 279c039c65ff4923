//! A page per format: what its importer says of itself, and by what it recognised files that the tests keep.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use makespan_import::testing::Count;
use makespan_import::{Importer, Options, REGISTRY, Source, Verdict, open};

use crate::pages::{Pages, cell, plain};

/// By format and kind of file, what gave files of it away.
type Reasons = BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>;

pub(crate) fn pages() -> Pages {
    let reasons = reasons();
    let mut index = "# Formats\n\nMakespan recognises a file by its content, never by its name alone. Files of a run may be \
                     given together, as files, a folder or an archive. `makespan formats` prints this list.\n\n\
                     | format | files |\n|---|---|\n"
        .to_owned();
    for importer in REGISTRY.iter().map(|entry| entry.importer) {
        index += &format!(
            "| [{}]({}.md) | {} |\n",
            cell(importer.title),
            importer.id,
            cell(&importer.parts.join(", "))
        );
    }
    let mut pages = Pages::new("README.md", index);
    for importer in REGISTRY.iter().map(|entry| entry.importer) {
        pages.add(format!("{}.md", importer.id), page(importer, &reasons));
    }
    pages
}

fn page(importer: &Importer, reasons: &Reasons) -> String {
    let mut out =
        format!("# {}\n\nTo get such files: {}\n\n", importer.title, plain(&sentence(importer.how)));
    out += "## Files\n\n| kind | recognised by, for example |\n|---|---|\n";
    let found = reasons.get(importer.id);
    for part in importer.parts {
        let why = found.and_then(|parts| parts.get(part)).map_or(String::new(), |why| why.join("; "));
        out += &format!("| {} | {} |\n", cell(part), cell(&why));
    }
    out += "\n## Not recorded\n\n";
    out += &match importer.lossy {
        "" => "The format records everything that Makespan shows.\n".to_owned(),
        lossy => format!(
            "Files of this format do not contain: {} The app, reports and `makespan summary` list it under *Data \
             quality*.\n",
            plain(&sentence(lossy))
        ),
    };
    out += &format!("\nIn the JSON of the program, this format is `{}`.\n", importer.id);
    out
}

fn sentence(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// What gave away the files that the tests of the importers keep.
fn reasons() -> Reasons {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../import/tests/fixtures");
    let mut out = Reasons::new();
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = Source::new(name, fs::read(&path).unwrap());
        let outcome = open(vec![source], &Options::default(), &mut Count::default());
        for file in outcome.files.into_iter().filter(|file| file.kind == Verdict::Read) {
            let Some(format) = file.format else { continue };
            let of_part = out.entry(format).or_default().entry(file.part).or_default();
            if !of_part.contains(&file.reason) {
                of_part.push(file.reason);
            }
        }
    }
    out
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort_unstable();
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths
        .into_iter()
        .flat_map(below)
        .filter(|path| path.extension().is_none_or(|end| end != "events"))
        .collect()
}
