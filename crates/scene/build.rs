//! Bakes the advance widths of the DejaVu faces into a table, so that text is measured without a browser.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The baked code points: Latin, Greek and Cyrillic, punctuation, currency, arrows, mathematics, boxes and shapes,
/// ticks and crosses.
const RANGES: [(u32, u32); 8] = [
    (0x20, 0x24F),
    (0x370, 0x52F),
    (0x2010, 0x206F),
    (0x20A0, 0x20BF),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2500, 0x25FF),
    (0x2713, 0x2718),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut out = String::new();
    writeln!(out, "const RANGES: [(u32, u32); {}] = {RANGES:?};", RANGES.len())?;
    let regular = advances(dejavu::sans::regular())?;
    let bold = advances(dejavu::sans::bold())?;
    let mono = advances(dejavu::sans_mono::regular())?;
    writeln!(out, "static SANS: [u16; {}] = {regular:?};", regular.len())?;
    writeln!(out, "static SANS_BOLD: [u16; {}] = {bold:?};", bold.len())?;
    // Every glyph of the mono face has the same advance: that of the first one, the space.
    let cell = mono.first().ok_or("the mono face has no space")?;
    writeln!(out, "const MONO: u16 = {cell};")?;
    let path = PathBuf::from(std::env::var("OUT_DIR")?).join("advances.rs");
    std::fs::write(path, out)?;
    Ok(())
}

/// Advance widths in 1/1000 em, rounded up, of all code points of the ranges; 600 where the face has no glyph.
fn advances(data: &[u8]) -> Result<Vec<u16>, Box<dyn Error>> {
    let face = ttf_parser::Face::parse(data, 0)?;
    let em = u32::from(face.units_per_em());
    let width = |code: u32| {
        let glyph = face.glyph_index(char::from_u32(code)?)?;
        let advance = u32::from(face.glyph_hor_advance(glyph)?);
        u16::try_from((advance * 1000).div_ceil(em)).ok()
    };
    Ok(RANGES.iter().flat_map(|&(first, last)| first..=last).map(|code| width(code).unwrap_or(600)).collect())
}
