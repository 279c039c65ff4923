//! The summary of a report, which is outside its data: the outcome, the error, the command and the folders of the run.

use memchr::memmem;

/// The summary at the top of a report.
#[derive(Default)]
pub(super) struct Page {
    /// Whether the run succeeded by Nextflow's rules, which may ignore failed tasks.
    pub(super) succeeded: Option<bool>,
    /// The message that ended the run.
    pub(super) error: Option<String>,
    /// Names and texts of the list, in its order.
    pub(super) facts: Vec<(String, String)>,
}

/// Longest part of a page that is read; the summary is in front of the data and of the code of libraries.
const LONGEST: usize = 1 << 20;
const MOST_FACTS: usize = 100;

impl Page {
    pub(super) fn read(bytes: &[u8]) -> Page {
        let from = memmem::find(bytes, b"<samp>[").unwrap_or(0);
        let rest = bytes.get(from..).unwrap_or_default();
        let end = memmem::find(rest, b"<h2 id=\"resources\"").unwrap_or(rest.len()).min(LONGEST);
        let text = String::from_utf8_lossy(&rest[..end]);
        let mut page = Page::default();
        if text.contains("execution completed successfully") {
            page.succeeded = Some(true);
        } else if text.contains("execution completed unsuccessfully") {
            page.succeeded = Some(false);
        }
        let error = text.split_once("full error message was:").map(|(_, behind)| behind);
        page.error = error.and_then(|behind| between(behind, "<pre", "</pre>")).map(plain);
        for item in text.split("<dt").skip(1).take(MOST_FACTS) {
            let name = item.split_once('>').and_then(|(_, rest)| rest.split("</dt>").next());
            let value = between(item, "<dd", "</dd>");
            if let (Some(name), Some(value)) = (name.map(plain), value.map(plain))
                && !name.is_empty()
                && !value.is_empty()
            {
                page.facts.push((name, value));
            }
        }
        page
    }

    pub(super) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The pipeline: its repository, otherwise what the command runs.
    pub(super) fn pipeline(&self) -> Option<String> {
        let repository = self.fact("Workflow repository").and_then(|text| text.split([' ', ',']).next());
        let command = || {
            let mut words = self.fact("Nextflow command")?.split_whitespace();
            words.by_ref().find(|word| *word == "run")?;
            words.next().filter(|word| !word.starts_with('-'))
        };
        let path = repository.or_else(command)?.trim_end_matches(['/', '.']);
        let path = path.split_once("://").map_or(path, |(_, path)| path).trim_end_matches(".git");
        // `github.com/nf-core/rnaseq` and `nf-core/rnaseq` are the same pipeline; of a folder the name is enough.
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let kept = if path.starts_with('/') { 1 } else { 2 };
        let name = parts[parts.len().saturating_sub(kept)..].join("/");
        (!name.is_empty()).then_some(name)
    }
}

/// The content of the first element that begins so.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once('>')?.1.split(close).next()
}

/// The text of HTML, without elements; lines stay lines, other space is one blank.
fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (at, piece) in html.split('<').enumerate() {
        let text = if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) };
        out.push_str(text);
    }
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    for (entity, text) in entities {
        out = out.replace(entity, text);
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_has_its_error_and_its_pipeline() {
        let html = b"<h2><samp>[a_b]</samp></h2><div><h4>Workflow execution completed unsuccessfully!</h4>\
            <p>The full error message was:</p><pre class=\"x\"><code>Process &#39;A&#39; failed\n\n  Caused by: 1 &lt; 2</code></pre></div>\
            <dl><dt>Nextflow command</dt>\n<dd><pre><code>nextflow run nf-core/demo -r 1.0</code></pre></dd>\
            <dt class=\"c\">Workflow profile</dt><dd class=\"d\">test</dd><dt>Empty</dt><dd> </dd></dl>";
        let page = Page::read(html);
        assert_eq!(page.succeeded, Some(false));
        assert_eq!(page.error.as_deref(), Some("Process 'A' failed\nCaused by: 1 < 2"));
        assert_eq!((page.fact("Workflow profile"), page.facts.len()), (Some("test"), 2));
        assert_eq!(page.pipeline().as_deref(), Some("nf-core/demo"));
        let of = |command: &str| {
            let facts = vec![("Nextflow command".to_owned(), command.to_owned())];
            Page { facts, ..Page::default() }.pipeline()
        };
        assert_eq!(of("nextflow run /data/pipelines/chipseq -profile test").as_deref(), Some("chipseq"));
        assert_eq!(
            of("nextflow run https://github.com/nf-core/rnaseq.git").as_deref(),
            Some("nf-core/rnaseq")
        );
        assert_eq!((of("nextflow run -resume"), of("nextflow run .")), (None, None));
    }
}
