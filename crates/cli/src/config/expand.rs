//! Variables of the environment in values of settings, and whose files may have them.

/// Whose file it is, which decides what it may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// The user's own file: `${NAME}` stands for a variable of the environment.
    User,
    /// A file that came with a folder: whoever wrote it may want to see the environment of whoever reads it.
    Project,
}

/// The text with `${NAME}` replaced by that variable of the environment, written by `written`: in a URL percent-encoded,
/// so that any password stays one part of it. `$` before anything else is a `$`.
pub(super) fn expanded(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
    written: impl Fn(&str) -> String,
) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            return Err("`${` without a closing `}`".to_owned());
        };
        let value = variable(name).ok_or_else(|| format!("environment variable {name} is not set"))?;
        out.push_str(before);
        out.push_str(&written(&value));
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}
