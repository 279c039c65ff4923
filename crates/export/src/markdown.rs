//! Sections as Markdown (CommonMark with GitHub's tables). Text from a run stays text: it never becomes a link, picture,
//! element, mention or CI log command.

use makespan_scene::{counted, visible};
use makespan_views::{Align, Block, Cell, Section, Table};

/// Maximum length of a text in a cell or a sentence, in characters.
const LONGEST: usize = 500;

/// Writes sections under headings of this level.
pub fn sections(all: &[Section], level: usize, out: &mut String) {
    for section in all {
        let mut body = String::new();
        section_body(section, &mut body);
        if body.is_empty() {
            continue;
        }
        out.push_str(&format!("{} {}\n\n", "#".repeat(level.clamp(1, 6)), inline(&section.title)));
        out.push_str(&body);
    }
}

/// Writes the blocks of a section without its heading. Pictures and charts are left out.
pub(crate) fn section_body(section: &Section, out: &mut String) {
    for block in &section.blocks {
        match block {
            Block::Figures(all) => {
                out.push_str("| | | |\n|---|---:|---|\n");
                for f in all {
                    let row = [inline(&f.label), cell(&f.value), inline(&f.note)];
                    out.push_str(&format!("| {} |\n", row.join(" | ")));
                }
                out.push('\n');
            }
            Block::Pairs(all) => {
                for (name, value) in all {
                    out.push_str(&format!("- **{}**: {}\n", inline(name), cell(value)));
                }
                out.push('\n');
            }
            Block::Table(all) => {
                if all.title != section.title {
                    out.push_str(&format!("**{}**\n\n", inline(&all.title)));
                }
                table(all, out);
            }
            Block::Text(text) => fenced(text, "text", out),
            Block::Command(text) => fenced(text, "sh", out),
            Block::Answer(value) => out.push_str(&format!("**{}**\n\n", cell(value))),
            Block::Note(text) => out.push_str(&format!("{}\n\n", inline(text))),
            Block::Caution(text) => out.push_str(&format!("**Note:** {}\n\n", inline(text))),
            Block::Found(all) => {
                for f in all {
                    let rest = [inline(&f.text), inline(&f.action)].join(" ");
                    out.push_str(&format!("- **{}.** {}\n", inline(&f.title), rest.trim()));
                }
                out.push('\n');
            }
            Block::Picture(_) | Block::Chart(_) => {}
        }
    }
}

/// Writes a table; drawings in cells are left out.
pub(crate) fn table(table: &Table, out: &mut String) {
    if table.is_empty() {
        return;
    }
    let shown: Vec<usize> =
        (0..table.columns.len()).filter(|&i| table.columns[i].align != Align::Plot).collect();
    let title = |&i: &usize| inline(&table.columns[i].title);
    let rule = |&i: &usize| if table.columns[i].align == Align::Right { "---:" } else { "---" };
    out.push_str(&format!("| {} |\n", shown.iter().map(title).collect::<Vec<_>>().join(" | ")));
    out.push_str(&format!("|{}|\n", shown.iter().map(rule).collect::<Vec<_>>().join("|")));
    for row in &table.rows {
        let cells: Vec<String> = shown.iter().map(|&i| row.get(i).map_or_else(String::new, cell)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    if table.left_out > 0 {
        out.push_str(&format!("{} not shown.\n\n", counted(table.left_out, "more row")));
    }
}

fn cell(cell: &Cell) -> String {
    inline(&cell.text())
}

/// Writes text unchanged, in a fence that is longer than any inside it.
pub(crate) fn fenced(text: &str, language: &str, out: &mut String) {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    out.push_str(&format!("{fence}{language}\n"));
    for line in text.lines() {
        let line: Vec<_> = line.trim_end_matches('\r').split('\t').map(visible).collect();
        out.push_str(&no_command(&line.join("\t")));
        out.push('\n');
    }
    out.push_str(&format!("{fence}\n\n"));
}

/// Returns a line that no CI system interprets as a command when it is printed: GitHub's `::name::` and `##[name]`.
fn no_command(line: &str) -> String {
    let line = line.replace("##[", "## [");
    let indent = line.len() - line.trim_start().len();
    match line[indent..].strip_prefix("::") {
        Some(rest) => format!("{}: :{rest}", &line[..indent]),
        None => line,
    }
}

/// Returns text for use within a line: everything that Markdown or GitHub would interpret is escaped, and line breaks
/// become spaces.
pub fn inline(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    let text = visible(text.trim());
    let mut out = String::with_capacity(text.len() + 8);
    let all: Vec<char> = text.chars().take(LONGEST + 1).collect();
    let mut in_number = true;
    for (i, &c) in all.iter().take(LONGEST).enumerate() {
        let next_is_space = all.get(i + 1).is_none_or(|next| *next == ' ');
        let at_start = i == 0 && (matches!(c, '-' | '=' | ':') || c == '+' && next_is_space);
        let in_list = in_number && i > 0 && matches!(c, '.' | ')') && next_is_space;
        let before = |back: usize| i.checked_sub(back).and_then(|at| all.get(at)).copied().unwrap_or(' ');
        let www = c == '.' && (1..=3).all(|back| before(back).eq_ignore_ascii_case(&'w'));
        let scheme = c == ':' && all.get(i + 1) == Some(&'/');
        match c {
            // A word joiner's wider sibling keeps mentions and references of GitHub from being found.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '!' => {
                out.extend(['\\', c])
            }
            c if at_start || in_list || www || scheme => out.extend(['\\', c]),
            c => out.push(c),
        }
        in_number &= c.is_ascii_digit();
    }
    if all.len() > LONGEST {
        out.push('…');
    }
    out
}
