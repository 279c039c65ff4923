//! The npm package: the element `<makespan-viewer>`, the app that it shows, and the JSON of the program as types.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::installed;
use crate::outcome::Outcome;
use crate::process;
use crate::tools;
use crate::workspace::{Workspace, files_under, make_folder, read, read_bytes, write_if_changed};

/// The name of the package, which is that of the element.
pub(super) const NAME: &str = "makespan-viewer";

/// What the element is written as for a page, and as a module of the package.
const PLACES: (&str, &str) =
    ("new URL('./', document.currentScript.src)", "new URL('./app/', import.meta.url)");

const ELEMENT_TYPES: &str = r#"// Types of the element <makespan-viewer> and of what `makespan VERB --json` prints.

/** Shows a run in a frame. Attributes: `src`, the address of a run file; `view`; `app`, the address of the folder `app`. */
export interface MakespanViewer extends HTMLElement {
  addEventListener(type: "error", listener: (event: CustomEvent<Error>) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "makespan-viewer": MakespanViewer;
  }
}
"#;

/// Files of the app that the element does not need: samples, and what only reports are made of.
fn is_left_out(path: &Path) -> bool {
    path.starts_with("samples")
        || ["report.js", "report.pack", "unpack_bg.wasm"].iter().any(|name| path == Path::new(name))
}

/// Writes the package into an empty folder. `dist/` must have been built.
///
/// # Errors
///
/// Fails if the app is not built, Node is missing, or a schema cannot be read.
pub(super) fn make(workspace: &Workspace, folder: &Path, version: &str) -> Outcome {
    let _ = std::fs::remove_dir_all(folder);
    let dist = workspace.dist();
    let mut app = files_under(&dist);
    app.retain(|path| !is_left_out(path));
    if !app.iter().any(|path| path == Path::new("index.html")) {
        return Err("the app is not built. Run: cargo xtask build".to_owned());
    }
    for path in &app {
        write_if_changed(&folder.join("app").join(path), &read_bytes(&dist.join(path))?)?;
    }
    let element = read(&workspace.root.join("static/makespan-viewer.js"))?;
    write_if_changed(&folder.join("index.js"), module(&element)?.as_bytes())?;
    types(workspace, folder)?;
    let manifest = format!("{:#}\n", manifest(version));
    write_if_changed(&folder.join("package.json"), manifest.as_bytes())?;
    write_if_changed(&folder.join("README.md"), &read_bytes(&workspace.root.join("docs/embedding.md"))?)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        write_if_changed(&folder.join(licence), &read_bytes(&workspace.root.join(licence))?)?;
    }
    Ok(())
}

/// The script of the element as a module, which finds the app beside itself.
fn module(element: &str) -> Outcome<String> {
    if element.matches(PLACES.0).count() != 1 {
        return Err(format!("static/makespan-viewer.js does not hold {:?} once", PLACES.0));
    }
    Ok(element.replace(PLACES.0, PLACES.1))
}

fn manifest(version: &str) -> Value {
    json!({
        "name": NAME,
        "version": version,
        "description": "The element <makespan-viewer>, which shows workflow runs, and types of the JSON that makespan prints",
        "license": "(Apache-2.0 OR MIT)",
        "keywords": ["workflow", "timeline", "critical path", "trace", "custom element"],
        "type": "module",
        "sideEffects": ["./index.js"],
        "exports": {
            ".": { "types": "./index.d.ts", "default": "./index.js" },
            "./json/*": { "types": "./json/*.d.ts" },
            "./app/*": "./app/*",
            "./package.json": "./package.json",
        },
        "types": "./index.d.ts",
        "files": ["app", "json", "index.js", "index.d.ts"],
    })
}

/// Writes a module of types for each schema, and an index that names the document of each verb.
fn types(workspace: &Workspace, folder: &Path) -> Outcome {
    let json2ts = installed::schema_to_typescript()?;
    let (schemas, target) = (workspace.root.join("docs/schemas"), folder.join("json"));
    make_folder(&target)?;
    let mut command = Command::new(json2ts);
    command.arg("--input").arg(&schemas).arg("--output").arg(&target);
    command.args([
        "--no-additionalProperties",
        "--bannerComment",
        "// Made from the JSON Schema of `makespan schema`.",
    ]);
    process::capture(&mut command)?;
    let mut index = String::from(ELEMENT_TYPES);
    for path in files_under(&schemas) {
        let file = path.to_string_lossy().into_owned();
        let Some(verb) = file.strip_suffix(".schema.json") else { continue };
        let made = target.join(format!("{verb}.schema.d.ts"));
        let text = read(&made)?;
        let name = main_type(&text).ok_or_else(|| format!("{} has no type of the output", made.display()))?;
        let kept = target.join(format!("{verb}.d.ts"));
        std::fs::rename(&made, &kept)
            .map_err(|error| format!("cannot rename {}: {error}", made.display()))?;
        index.push_str(&format!(
            "\n/** What `makespan {verb} --json` prints. */\nexport type {{ {name} as {} }} from \"./json/{verb}.js\";\n",
            capitalised(verb)
        ));
    }
    write_if_changed(&folder.join("index.d.ts"), index.as_bytes()).map(drop)
}

/// The type of a whole document, by the title that each schema has.
fn main_type(text: &str) -> Option<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find(|word| word.starts_with("OutputOfMakespan"))
}

fn capitalised(verb: &str) -> String {
    let mut letters = verb.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Installs the package in an empty folder, without a network, and imports it as a server and as a page would. Gives the
/// reason why its types were not compiled, if they were not.
///
/// # Errors
///
/// Fails if the package cannot be packed, installed or imported, or its types are wrong.
pub(super) fn check(folder: &Path, scratch: &Path, version: &str) -> Outcome<Option<&'static str>> {
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(scratch).arg(folder);
    let packed = process::capture(&mut pack)?;
    let name = packed.lines().last().unwrap_or_default().trim();
    let mut install = Command::new("npm");
    install.args(["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    process::capture(install.arg(scratch).arg(scratch.join(name)))?;
    let script = scratch.join("check.mjs");
    write_if_changed(&script, include_bytes!("check.mjs"))?;
    process::capture(Command::new("node").arg(&script).arg(version).current_dir(scratch))?;

    let Some(tsc) = tools::which("tsc") else {
        return Ok(Some("types of the npm package: no tsc on the PATH"));
    };
    write_if_changed(&scratch.join("check.ts"), include_bytes!("check.ts"))?;
    let mut compile = Command::new(tsc);
    compile.args([
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--lib",
        "es2022,dom",
        "check.ts",
    ]);
    process::capture(compile.current_dir(scratch))?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_element_becomes_a_module_that_needs_no_script_tag() {
        let element = include_str!("../../../static/makespan-viewer.js");
        let module = module(element).expect("a module");
        assert!(!module.contains("currentScript") && module.contains("import.meta.url"), "{module}");
        assert!(super::module("nothing").is_err());
    }

    #[test]
    fn the_type_of_the_document_is_found_among_others() {
        let text = "export interface Gone {}\nexport type OutputOfMakespanListJson = Gone[];\n";
        assert_eq!(main_type(text), Some("OutputOfMakespanListJson"));
        assert_eq!(main_type("export interface Gone {}"), None);
        assert_eq!(capitalised("stats"), "Stats");
    }

    #[test]
    fn samples_and_parts_of_reports_stay_out() {
        let names = ["samples/a.jsonl", "report.pack", "index.html", "app_bg.wasm"];
        let left: Vec<_> = names.iter().filter(|name| is_left_out(Path::new(name))).collect();
        assert_eq!(left, [&"samples/a.jsonl", &"report.pack"]);
    }
}
