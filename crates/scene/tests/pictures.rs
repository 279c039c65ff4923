//! Expected output of the painters, and hostile scenes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_scene::{
    Anchor, Bars, Dash, Face, Group, Hit, Item, Link, Paint, Path, Rect, Role, Scene, Seg, Stroke,
    SvgOptions, Text, Theme, class_rules, log, svg, svg_with,
};
use proptest::prelude::*;

fn sample() -> Scene {
    let mut bars = Bars { radius: 2.0, ..Bars::default() };
    bars.push(Rect::new(0.0, 0.0, 10.5, 8.0), Role::Succeeded, Hit::NONE);
    bars.push(Rect::new(12.0, 0.0, 6.255, 8.0), Role::Succeeded, Hit::NONE);
    bars.push(Rect::new(20.0, 0.0, 9.0, 8.0), Role::Queued, Hit(3));
    bars.push(Rect::new(30.0, 0.0, 9.0, 8.0), Paint::from(Role::QueueBar).with_alpha(51), Hit::NONE);
    let mut group = Group {
        clip: Some(Rect::new(0.0, 0.0, 40.0, 20.0)),
        label: "Lane \"w1\"".into(),
        scale: 1.5,
        ..Group::at(5.0, -0.001)
    };
    group.push(bars);
    let curve =
        vec![Seg::Move(0.0, 0.0), Seg::Cubic(1.0, 2.0, -3.0, 4.0, 5.0, 6.0), Seg::Line(1.0, 1.0), Seg::Close];
    let edge = Stroke::new(Role::Edge, 1.5).dashed(Dash::Dashed);
    group.push(Path { segs: curve, fill: Some(Role::Panel.into()), stroke: Some(edge), hit: Hit(8) });
    let mut scene = Scene::new(100.0, 40.0, "A & B");
    scene.push(group);
    let text = Text::new(50.0, 30.0, 12.0, Role::Text, "a  <b>").anchored(Anchor::End).bold();
    scene.push(Text { rotate: -90.0, ..text.with_face(Face::Mono) });
    scene.push(Link::new(Rect::new(1.0, 2.0, 3.0, 4.0), "https://example.org/?a=1&b=2", "Docs").unwrap());
    scene
}

/// Compares a picture with a file of the folder `golden`, which `MAKESPAN_BLESS=1` rewrites.
fn check(name: &str, drawn: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(&path, drawn).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(drawn, expected, "{name} has changed: review it, then run with MAKESPAN_BLESS=1");
}

#[test]
fn a_scene_is_painted_as_svg() {
    check("sample.svg", &svg(&sample(), &Theme::light()));
}

#[test]
fn a_scene_is_painted_as_a_log() {
    check("sample.log.txt", &log(&sample()));
}

#[test]
fn classes_let_a_page_change_the_theme() {
    let options = SvgOptions { id_prefix: "r\"1-", css_roles: true };
    let text = svg_with(&sample(), &Theme::light(), options);
    assert!(text.contains(r#"<clipPath id="r1-clip0">"#) && text.contains(r#"clip-path="url(#r1-clip0)""#));
    assert!(
        text.contains(r##"fill="#9ba0a7" stroke="#6b7078" class="f-queued s-queued-edge" data-hit="3"/>"##)
    );
    // No edge in this theme, but another theme may have one.
    assert!(text.contains(r##"fill="#0e8d72" class="f-succeeded s-succeeded-edge"/>"##));
    assert!(text.contains(r#"class="f-panel s-edge" data-hit="8""#));
    let rules = class_rules();
    assert!(rules.contains(".f-panel{fill:var(--role-panel)}\n"));
    assert!(rules.contains(".s-queued-edge{stroke:var(--role-queued-edge)}\n"));
}

#[test]
fn hostile_text_cannot_leave_its_element() {
    let mut scene = Scene::new(10.0, 10.0, "</title><script>alert(1)</script>");
    let evil = "</text><script>'\"&\0\u{1b}\u{85}\u{ffff}\u{7f}x</script>";
    scene.push(Text::new(0.0, 0.0, 10.0, Role::Text, evil));
    scene.push(Group { label: "\" onload=\"x".into(), ..Group::default() });
    let text = svg(&scene, &Theme::dark());
    assert!(text.contains(">&lt;/text&gt;&lt;script&gt;&#39;&quot;&amp;x&lt;/script&gt;</text>"));
    assert!(text.contains("aria-label=\"&quot; onload=&quot;x\""));
    assert!(!text.contains("<script") && !text.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn links_lead_to_the_web_or_nowhere() {
    let link = |href: &str| Link::new(Rect::default(), href, "t").map(|link| link.href);
    assert_eq!(link(" https://a.b/c d"), Some("https://a.b/cd".to_owned()));
    assert_eq!(link("HTTP://a"), Some("HTTP://a".to_owned()));
    assert_eq!(link("#task=3"), Some("#task=3".to_owned()));
    for bad in [
        "javascript:alert(1)",
        "java\tscript:x",
        "data:text/html,x",
        "//evil.org",
        "",
        "https:",
        "\u{1}vbscript:x",
        "file:///etc",
    ] {
        assert_eq!(link(bad), None, "{bad:?}");
    }
    let forged =
        Link { area: Rect::new(0.0, 0.0, 5.0, 5.0), href: "javascript:x".into(), title: String::new() };
    let mut scene = Scene::new(10.0, 10.0, "");
    scene.push(forged);
    assert!(!svg(&scene, &Theme::light()).contains("javascript"));
}

#[test]
fn values_that_are_not_finite_are_omitted() {
    let mut scene = Scene::new(f32::NAN, f32::INFINITY, "");
    let mut bars = Bars::default();
    bars.push(Rect::new(f32::NAN, 0.0, 1.0, 1.0), Role::Failed, Hit::NONE);
    bars.push(Rect::new(0.0, 0.0, f32::INFINITY, 1.0), Role::Failed, Hit(1));
    bars.push(Rect::new(0.0, 0.0, 0.0, 1.0), Role::Failed, Hit(1));
    bars.push(Rect::new(9.0, 0.0, -4.0, 1.0), Role::Failed, Hit(1));
    bars.x.push(1.0);
    assert_eq!(bars.len(), 4);
    scene.push(bars);
    scene.push(Path::line((f32::NAN, 0.0), (1.0, 1.0), Stroke::new(Role::Edge, 1.0)));
    scene.push(Text::new(0.0, 0.0, f32::NAN, Role::Text, "x"));
    let inner = Group { items: vec![Text::new(0.0, 0.0, 9.0, Role::Text, "y").into()], ..Group::default() };
    scene.push(Group { scale: f32::NAN, items: vec![inner.into()], ..Group::default() });
    let text = svg(&scene, &Theme::light());
    let body: Vec<&str> = text.lines().skip(1).collect();
    let bar = r##"<rect x="5" y="0" width="4" height="1" fill="#dc1008"/>"##;
    assert_eq!(body, ["<title></title>", bar, "</svg>"]);
    assert!(text.contains(r#"width="0" height="0""#));
}

#[test]
fn groups_are_balanced_and_end_at_a_depth() {
    let mut item: Item = Text::new(0.0, 0.0, 9.0, Role::Text, "deep").into();
    for _ in 0..100 {
        item = Group { items: vec![item], ..Group::default() }.into();
    }
    let mut scene = Scene::new(1.0, 1.0, "");
    scene.push(item);
    let text = svg(&scene, &Theme::light());
    assert_eq!(text.matches("<g>").count(), makespan_scene::MAX_DEPTH);
    assert_eq!(text.matches("</g>").count(), makespan_scene::MAX_DEPTH);
    assert!(!text.contains("deep"));
    assert_eq!(scene.item_count(), 1);
}

#[test]
fn merged_bars_keep_files_small() {
    let mut bars = Bars::default();
    for i in 0..10_000 {
        bars.push(Rect::new(i as f32, 0.0, 0.75, 10.0), Role::Running, Hit::NONE);
    }
    let mut scene = Scene::new(10_000.0, 10.0, "");
    scene.push(bars);
    let text = svg(&scene, &Theme::light());
    assert_eq!(text.matches("<path").count(), 1);
    assert!(text.len() < 10_000 * 24, "{}", text.len());
}

proptest! {
    #[test]
    fn any_text_and_number_gives_sound_markup(title: String, words: String, n: [f32; 6]) {
        let mut scene = Scene::new(n[0], n[1], title);
        let mut bars = Bars { radius: n[4], ..Bars::default() };
        bars.push(Rect::new(n[0], n[1], n[2], n[3]), Role::Cached, Hit::NONE);
        scene.push(bars);
        scene.push(Text { rotate: n[5], ..Text::new(n[2], n[3], n[4], Role::Text, words.clone()) });
        scene.push(Group { label: words, scale: n[5], ..Group::at(n[0], n[4]) });
        let text = svg(&scene, &Theme::light());
        prop_assert!(!text.contains("NaN") && !text.contains("inf\"") && !text.contains("\"-0\""));
        prop_assert_eq!(text.matches('<').count(), text.matches('>').count());
        prop_assert_eq!(text.matches("<g").count(), text.matches("</g>").count());
    }
}
