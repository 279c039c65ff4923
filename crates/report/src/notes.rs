//! Notes of the author of a report, in a subset of Markdown (CommonMark 0.31): headings, paragraphs, flat lists, fenced code,
//! quotes, emphasis, code and links. Everything else, including HTML, is text.

use crate::html::Html;

/// The schemes of addresses that a link may have.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Maximum length of the text and of the address of a link, bytes.
const LONGEST_LINK: usize = 2_000;

/// The kinds of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Quote,
    Bullets,
    Numbers,
}

impl Kind {
    /// Returns the element of the block, and that of each of its lines if they are separate.
    fn tags(self) -> (&'static str, Option<&'static str>) {
        match self {
            Kind::Paragraph => ("p", None),
            Kind::Quote => ("blockquote", None),
            Kind::Bullets => ("ul", Some("li")),
            Kind::Numbers => ("ol", Some("li")),
        }
    }
}

/// Writes notes under their own heading.
pub(crate) fn write(page: &mut Html, text: &str) {
    page.open("section", &[("id", "notes")]).element("h2", "Notes");
    let mut block: Option<(Kind, Vec<String>)> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if let Some(fence) = fence(bare) {
            flush(page, &mut block);
            code(page, fence, &mut lines);
        } else if bare.is_empty() {
            flush(page, &mut block);
        } else if let Some((tag, title)) = heading(bare) {
            flush(page, &mut block);
            page.open(tag, &[]);
            inline(page, title);
            page.close(tag);
        } else {
            let (kind, content, begins) = kind_of(bare);
            // A line without a sign continues the item or the quote above it.
            let continues = kind == Kind::Paragraph && block.is_some();
            match &mut block {
                Some((open, lines)) if continues || *open == kind => {
                    if let (false, Some(last)) = (begins && *open != Kind::Quote, lines.last_mut()) {
                        last.push(' ');
                        last.push_str(content);
                    } else {
                        lines.push(content.to_owned());
                    }
                }
                _ => {
                    flush(page, &mut block);
                    block = Some((kind, vec![content.to_owned()]));
                }
            }
        }
    }
    flush(page, &mut block);
    page.close("section");
}

/// Returns the kind of a line, its text, and whether it begins an item.
fn kind_of(line: &str) -> (Kind, &str, bool) {
    if let Some(rest) = line.strip_prefix('>') {
        return (Kind::Quote, rest.trim_start(), true);
    }
    for sign in ["- ", "* ", "+ "] {
        if let Some(rest) = line.strip_prefix(sign) {
            return (Kind::Bullets, rest.trim_start(), true);
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=9).contains(&digits)
        && let Some(rest) = line[digits..].strip_prefix(". ").or_else(|| line[digits..].strip_prefix(") "))
    {
        return (Kind::Numbers, rest.trim_start(), true);
    }
    (Kind::Paragraph, line, false)
}

/// The tag and the text of a heading; those of notes stand below the page's own.
fn heading(line: &str) -> Option<(&'static str, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    match level {
        1 | 2 => Some(("h3", title)),
        3..=6 => Some(("h4", title)),
        _ => None,
    }
}

/// Returns the fence that a line opens.
fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

/// Writes lines up to the closing fence, or to the end.
fn code<'l>(page: &mut Html, fence: &str, lines: &mut impl Iterator<Item = &'l str>) {
    let content: Vec<&str> = lines.take_while(|line| !line.trim_start().starts_with(fence)).collect();
    page.open("pre", &[]).lines(&content.join("\n")).close("pre");
}

fn flush(page: &mut Html, block: &mut Option<(Kind, Vec<String>)>) {
    let Some((kind, lines)) = block.take() else { return };
    let (outer, inner) = kind.tags();
    page.open(outer, &[]);
    match inner {
        Some(tag) => {
            for line in &lines {
                page.open(tag, &[]);
                inline(page, line);
                page.close(tag);
            }
        }
        None => inline(page, &lines.join(" ")),
    }
    page.close(outer);
}

/// Writes emphasis, code and links; a sign without its counterpart is text. One pass from left to right: the rest of
/// the line is searched once for each kind of sign, and not again if that kind has no counterpart left.
fn inline(page: &mut Html, line: &str) {
    let mut rest = line;
    let mut plain = String::new();
    // Signs without a further counterpart in this line.
    let mut spent: Vec<&'static str> = Vec::new();
    while let Some(c) = rest.chars().next() {
        if c == '\\' && rest[1..].starts_with(|next: char| next.is_ascii_punctuation()) {
            plain.push_str(&rest[1..2]);
            rest = &rest[2..];
            continue;
        }
        let sign = ["`", "**", "__", "*", "_", "["].into_iter().find(|sign| rest.starts_with(sign));
        let inside_word = matches!(sign, Some("_" | "__")) && plain.ends_with(char::is_alphanumeric);
        let found = sign.filter(|sign| !inside_word && !spent.contains(sign)).and_then(|sign| {
            let behind = &rest[sign.len()..];
            let found = marked(sign, behind);
            if found.is_none() && !behind.contains(if sign == "[" { "]" } else { sign }) {
                spent.push(sign);
            }
            found
        });
        match found {
            Some((marked, behind)) => {
                page.text(&std::mem::take(&mut plain));
                marked.write(page);
                rest = behind;
            }
            None => {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    page.text(&plain);
}

/// Text between signs.
enum Marked<'t> {
    Code(&'t str),
    Strong(&'t str),
    Emphasis(&'t str),
    Link(&'t str, &'t str),
}

impl Marked<'_> {
    fn write(&self, page: &mut Html) {
        match *self {
            Marked::Code(text) => page.open("code", &[]).text(text).vouched("</code>"),
            Marked::Strong(text) => page.open("strong", &[]).text(text).vouched("</strong>"),
            Marked::Emphasis(text) => page.open("em", &[]).text(text).vouched("</em>"),
            Marked::Link(text, address) => page
                .open("a", &[("href", address), ("rel", "noopener noreferrer")])
                .text(text)
                .vouched("</a>"),
        };
    }
}

/// Returns the text between a sign and its counterpart, and the rest.
fn marked<'t>(sign: &str, behind: &'t str) -> Option<(Marked<'t>, &'t str)> {
    if sign == "[" {
        let (text, rest) = until(b']', behind)?;
        let (address, rest) = until(b')', rest.strip_prefix('(')?)?;
        let lower = address.to_ascii_lowercase();
        let is_fit = SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
            && !address.contains(|c: char| c.is_whitespace() || c.is_control());
        return (is_fit && !text.is_empty()).then_some((Marked::Link(text, address), rest));
    }
    let (text, rest) = behind.split_once(sign)?;
    if sign == "`" {
        return (!text.is_empty()).then_some((Marked::Code(text), rest));
    }
    let is_fit = !text.is_empty() && !text.starts_with(' ') && !text.ends_with(' ');
    let marked = if sign.len() == 2 { Marked::Strong(text) } else { Marked::Emphasis(text) };
    is_fit.then_some((marked, rest))
}

/// Returns the text before a sign that follows soon, and the rest.
fn until(sign: u8, text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().take(LONGEST_LINK).position(|b| b == sign)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut page = Html::default();
        write(&mut page, text);
        let page = page.finish().replace('\n', "");
        page.replace("<section id=\"notes\"><h2>Notes</h2>", "").replace("</section>", "")
    }

    #[test]
    fn notes_become_elements() {
        for (text, expected) in [
            (
                "# Why\n\nIt was *slow*, **really**.",
                "<h3>Why</h3><p>It was <em>slow</em>, <strong>really</strong>.</p>",
            ),
            ("one\ntwo", "<p>one two</p>"),
            (
                "- a\n- b\n  more\n\n1. c\n2) d",
                "<ul><li>a</li><li>b more</li></ul><ol><li>c</li><li>d</li></ol>",
            ),
            ("> said\n> so", "<blockquote>said so</blockquote>"),
            ("```sh\nmake <x>\n```\nend", "<pre>make &lt;x&gt;</pre><p>end</p>"),
            ("`a*b*c` and snake_case_name", "<p><code>a*b*c</code> and snake_case_name</p>"),
            (
                "[log](https://ci.example/1?a=b&c)",
                "<p><a href=\"https://ci.example/1?a=b&amp;c\" rel=\"noopener noreferrer\">log</a></p>",
            ),
            ("2 * 3 * 4 and \\*plain\\*", "<p>2 * 3 * 4 and *plain*</p>"),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_else_becomes_markup() {
        for text in [
            "[x](javascript:alert(1))",
            "[x](data:text/html,y)",
            "[x](//evil.example)",
            "![x](https://x.example/a.png \"t\")",
            "<img src=x onerror=alert(1)>",
            "<https://x.example>",
            "[x](https://a b)",
        ] {
            let page = written(text);
            assert!(!page.contains("<img") && !page.contains("href"), "{text}: {page}");
        }
        assert!(!written("[x](https://a\"onclick=b)").contains("\"onclick"));
    }

    proptest! {
        #[test]
        fn any_text_is_balanced_markup(text in "[-*_`#>\\[\\]()<&\" \na1.~\\\\:h]{0,80}") {
            let page = written(&text);
            let open = page.matches('<').count();
            prop_assert_eq!(open, page.matches("</").count() * 2, "{}", page);
        }
    }

    #[test]
    fn a_long_line_of_signs_is_read_in_one_pass() {
        let page = written(&"*[`_".repeat(200_000));
        assert!(page.len() > 800_000);
    }
}
