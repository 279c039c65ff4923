//! Prints an SVG of every role, status sign and some text, in the light and the dark theme side by side.
#![allow(clippy::print_stdout)]

use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Path, Rect, Role, Scene, Seg, Stroke, Text, Theme, glyph_char,
    status_glyph, svg_with, width,
};
use makespan_scene::{SvgOptions, fit, fit_middle};

fn main() {
    let (w, h) = (675.0, 700.0);
    println!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1350\" height=\"700\">");
    for (i, theme) in [Theme::light(), Theme::dark()].iter().enumerate() {
        let options = SvgOptions { id_prefix: theme.name, css_roles: false };
        println!("<g transform=\"translate({} 0)\">{}</g>", i * 675, svg_with(&page(w, h), theme, options));
    }
    println!("</svg>");
}

fn page(w: f32, h: f32) -> Scene {
    let mut scene = Scene::new(w, h, "Roles, signs and text");
    let mut ground = Bars::default();
    ground.push(Rect::new(0.0, 0.0, w, h), Role::Surface, Hit::NONE);
    ground.push(Rect::new(230.0, 0.0, 220.0, h), Role::Panel, Hit::NONE);
    scene.push(ground);
    for (i, &role) in Role::ALL.iter().enumerate() {
        let (x, y) = (10.0 + (i / 26) as f32 * 225.0, 10.0 + (i % 26) as f32 * 18.0);
        let mut bar = Bars { radius: 2.0, ..Bars::default() };
        bar.push(Rect::new(x, y, 40.0, 14.0), role, Hit::NONE);
        scene.push(bar);
        scene.push(Text::new(x + 48.0, y + 11.0, 11.0, Role::Text, role.name()));
        for (k, size) in [8.0, 10.0, 14.0].into_iter().enumerate() {
            let cx = x + 150.0 + k as f32 * 18.0;
            if let Some(glyph) = status_glyph(role, cx, y + 7.0, size, Role::Text.into()) {
                scene.push(glyph);
            }
        }
        if let Some(glyph) = status_glyph(role, x + 20.0, y + 7.0, 10.0, role.on().into()) {
            scene.push(glyph);
            let sign = Text::new(x + 205.0, y + 11.0, 12.0, Role::TextMuted, glyph_char(role));
            scene.push(sign.anchored(Anchor::Middle));
        }
    }
    scene.push(samples());
    scene
}

/// Text with its measured box, lines, a curve under a clip, and all signs large.
fn samples() -> Group {
    let mut group = Group { label: "Text samples".into(), ..Group::at(10.0, 490.0) };
    for (i, (face, bold)) in
        [(Face::Sans, false), (Face::Sans, true), (Face::Mono, false)].into_iter().enumerate()
    {
        let y = i as f32 * 20.0;
        let plain = Text::new(0.0, y + 12.0, 13.0, Role::Text, "Makespan of align_reads: 1 h 02 min → ✓")
            .with_face(face);
        let text = if bold { plain.bold() } else { plain };
        let measured = width(&text.text, text.size, text.weight, text.face);
        let mut frame = Bars { outline: Some(Stroke::new(Role::Accent, 1.0)), ..Bars::default() };
        frame.push(Rect::new(0.0, y, measured, 16.0), Role::Raised, Hit::NONE);
        group.push(frame);
        group.push(text);
    }
    for (i, text) in [
        fit(LONG, 200.0, 12.0, Default::default(), Face::Sans),
        fit_middle(LONG, 200.0, 12.0, Default::default(), Face::Sans),
    ]
    .into_iter()
    .enumerate()
    {
        group.push(Text::new(0.0, 80.0 + i as f32 * 16.0, 12.0, Role::TextMuted, text));
    }
    group.push(Path::line((200.0, 66.0), (200.0, 100.0), Stroke::new(Role::Border, 1.0)));
    for (i, dash) in [Dash::Solid, Dash::Dashed, Dash::Dotted].into_iter().enumerate() {
        let y = 110.0 + i as f32 * 8.0;
        group.push(Path::line((0.0, y), (100.0, y), Stroke::new(Role::Edge, 2.0).dashed(dash)));
    }
    let mut clipped = Group { clip: Some(Rect::new(0.0, 0.0, 60.0, 24.0)), ..Group::at(120.0, 106.0) };
    let curve = vec![Seg::Move(0.0, 0.0), Seg::Cubic(60.0, 0.0, 40.0, 40.0, 100.0, 40.0)];
    clipped.push(Path::stroked(curve, Stroke::new(Role::Critical, 2.0)));
    group.push(clipped);
    let statuses = Role::ALL.iter().filter(|role| role.is_status());
    for (i, &role) in statuses.enumerate() {
        if let Some(glyph) = status_glyph(role, 16.0 + i as f32 * 38.0, 170.0, 32.0, role.into()) {
            group.push(glyph);
        }
    }
    group
}

const LONG: &str = "nf-core/rnaseq:ALIGN_STAR:SAMTOOLS_SORT (sample_0042)";
