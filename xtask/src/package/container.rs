//! The folder that a container image is built from: the static program and a `Containerfile`.

use std::path::Path;
use std::process::Command;

use crate::outcome::Outcome;
use crate::process::{capture, run};
use crate::tools;
use crate::workspace::write_if_changed;

/// The base brings the certificates that TLS needs, the time zones, and a user that is not root; nothing else.
const CONTAINERFILE: &str = r#"# podman build -t makespan . && podman run --rm -v "$PWD:/data" makespan summary nightly.jsonl
ARG BASE=gcr.io/distroless/static-debian12:nonroot
FROM ${BASE}
COPY makespan /usr/bin/makespan
WORKDIR /data
ENTRYPOINT ["/usr/bin/makespan"]
"#;

/// Writes the folder.
pub(super) fn make(program: &Path, folder: &Path) -> Outcome {
    write_if_changed(&folder.join("Containerfile"), CONTAINERFILE.as_bytes())?;
    let copy = folder.join("makespan");
    std::fs::copy(program, &copy).map_err(|error| format!("cannot write {}: {error}", copy.display()))?;
    Ok(())
}

/// The program that builds images, if there is one whose service answers.
pub(super) fn builder() -> Option<&'static str> {
    let answers =
        |name: &&str| tools::which(name).is_some() && capture(Command::new(name).arg("info")).is_ok();
    ["podman", "docker"].iter().find(|name| answers(name)).copied()
}

/// Builds the image from nothing but the program, so that no base has to be fetched, and runs it.
pub(super) fn check(folder: &Path, builder: &str, version: &str) -> Outcome {
    let tag = "makespan-check:latest";
    let mut build = Command::new(builder);
    build.args(["build", "--build-arg", "BASE=scratch", "--tag", tag, "--file"]);
    run(build.arg(folder.join("Containerfile")).arg(folder))?;
    let said = capture(Command::new(builder).args(["run", "--rm", "--network", "none", tag, "--version"]));
    let _ = capture(Command::new(builder).args(["rmi", tag]));
    let said = said?;
    if said.trim() == format!("makespan {version}") {
        Ok(())
    } else {
        Err(format!("the image printed {said:?}"))
    }
}
