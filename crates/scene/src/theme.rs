//! The colours of roles: the only place in the product that contains colours.
//!
//! The status colours were chosen so that every pair can be distinguished with the common kinds of colour blindness
//! (worst pair above 13 in CIEDE2000 after the simulation of Machado et al. 2009). Categories are those of Okabe and
//! Ito (2008), the sequential scale is cividis (Nuñez et al. 2018), and the diverging scale goes from blue over grey to
//! orange, a pair of hues that all common kinds of colour blindness distinguish.

use std::fmt::Write as _;

use crate::role::Role;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
}

impl Rgb {
    const fn of(code: u32) -> Rgb {
        Rgb { r: (code >> 16) as u8, g: (code >> 8) as u8, b: code as u8 }
    }

    /// The colour as `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
    pub fn luminance(self) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Contrast ratio to another colour, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Rgb) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }
}

const N: usize = Role::ALL.len();

/// Role, light colour, dark colour; in the order of the roles.
const TABLE: [(Role, u32, u32); N] = [
    (Role::Surface, 0xffffff, 0x14161a),
    (Role::Panel, 0xf6f7f9, 0x1a1d22),
    (Role::Raised, 0xffffff, 0x22262d),
    (Role::Border, 0xd3d7dd, 0x3a404a),
    (Role::Grid, 0xe8ebef, 0x272b32),
    (Role::Text, 0x1a1d23, 0xe8eaee),
    (Role::TextMuted, 0x5b6470, 0xa3a9b5),
    (Role::Accent, 0x1f5fd6, 0x7cadff),
    (Role::Focus, 0x0b4fd0, 0x9cc2ff),
    (Role::Selection, 0x1f5fd6, 0x7cadff),
    (Role::Hover, 0x6f7a88, 0xc3c9d4),
    (Role::Critical, 0x1a1d23, 0xe8eaee),
    (Role::Edge, 0x747d8a, 0x8b93a1),
    (Role::EdgeMuted, 0xc4c9d1, 0x434a55),
    (Role::QueueBar, 0xc2c8d0, 0x4b5260),
    (Role::Shadow, 0x0d1017, 0x000000),
    (Role::OnStatus, 0xffffff, 0x0e1013),
    (Role::OnBright, 0x14161a, 0x14161a),
    (Role::OnDark, 0xffffff, 0xffffff),
    (Role::Pending, 0xc9cdd3, 0x4a4f5e),
    (Role::Queued, 0x9ba0a7, 0x696e82),
    (Role::Running, 0x1c6aff, 0x5290fe),
    (Role::Retrying, 0xdf8f00, 0xfdd91e),
    (Role::Succeeded, 0x0e8d72, 0x56f0c0),
    (Role::Failed, 0xdc1008, 0xff5f26),
    (Role::Skipped, 0x9e5a94, 0xc490b2),
    (Role::Cancelled, 0x291f58, 0x7841d3),
    (Role::UpstreamFailed, 0x4b2517, 0xaf3d10),
    (Role::Cached, 0x0cb0e3, 0xc6e8f3),
    (Role::Unknown, 0x8a8580, 0x8d8a86),
    (Role::Category0, 0xe69f00, 0xe69f00),
    (Role::Category1, 0x56b4e9, 0x56b4e9),
    (Role::Category2, 0x009e73, 0x009e73),
    (Role::Category3, 0xf0e442, 0xf0e442),
    (Role::Category4, 0x0072b2, 0x0072b2),
    (Role::Category5, 0xd55e00, 0xd55e00),
    (Role::Category6, 0xcc79a7, 0xcc79a7),
    // Black has no place on a dark surface.
    (Role::Category7, 0x000000, 0xd0d0d0),
    (Role::Less, 0x0067a8, 0x5aaef2),
    (Role::More, 0xc65300, 0xff9a4d),
    (Role::Neutral, 0x8b929c, 0x828894),
    (Role::Heat0, 0x00224e, 0x00224e),
    (Role::Heat1, 0x173870, 0x173870),
    (Role::Heat2, 0x424e6c, 0x424e6c),
    (Role::Heat3, 0x60646f, 0x60646f),
    (Role::Heat4, 0x7d7c76, 0x7d7c76),
    (Role::Heat5, 0x9b9476, 0x9b9476),
    (Role::Heat6, 0xbcad6c, 0xbcad6c),
    (Role::Heat7, 0xddc958, 0xddc958),
    (Role::Heat8, 0xfee838, 0xfee838),
    // Away from the surface towards both ends: darker on light, brighter on dark.
    (Role::Diverge0, 0x0a4a82, 0x86c8ff),
    (Role::Diverge1, 0x2f7bbd, 0x4d9fe6),
    (Role::Diverge2, 0x80b4dd, 0x2f6ba3),
    (Role::Diverge3, 0xb9d4e9, 0x2d5071),
    (Role::Diverge4, 0xdfe2e6, 0x3d424b),
    (Role::Diverge5, 0xefcaa0, 0x614a34),
    (Role::Diverge6, 0xeaa661, 0x8f5d2a),
    (Role::Diverge7, 0xc5640f, 0xd9842f),
    (Role::Diverge8, 0x874000, 0xffb871),
    // Away from the surface, too, so that large numbers stand out.
    (Role::Class0, 0x757468, 0x7d8290),
    (Role::Class1, 0x4f6390, 0xa89f7c),
    (Role::Class2, 0x2b4a96, 0xd6c25f),
    (Role::Class3, 0x0b1f5c, 0xfff07a),
];

/// Edges of light-theme statuses whose fill has too little contrast to the surface (WCAG 2.2, 1.4.11).
const LIGHT_EDGES: &[(Role, u32)] = &[
    (Role::Pending, 0x7f868f),
    (Role::Queued, 0x6b7078),
    (Role::Retrying, 0x9a6200),
    (Role::Cached, 0x087ba0),
];
/// The same for the dark theme.
const DARK_EDGES: &[(Role, u32)] = &[(Role::Pending, 0x7d8296)];

/// The changes for high contrast: a role, its colour on light, its colour on dark.
const HIGH_CONTRAST: &[(Role, u32, u32)] = &[
    (Role::Surface, 0xffffff, 0x000000),
    (Role::Panel, 0xffffff, 0x000000),
    (Role::Raised, 0xffffff, 0x000000),
    (Role::Border, 0x000000, 0xffffff),
    (Role::Grid, 0x767676, 0x8a8a8a),
    (Role::Text, 0x000000, 0xffffff),
    (Role::TextMuted, 0x262626, 0xdedede),
    (Role::Accent, 0x0033a8, 0x9ecbff),
    (Role::Focus, 0x0033a8, 0xffe100),
    (Role::Selection, 0x0033a8, 0xffe100),
    (Role::Hover, 0x000000, 0xffffff),
    (Role::Critical, 0x000000, 0xffffff),
    (Role::Edge, 0x000000, 0xffffff),
    (Role::EdgeMuted, 0x595959, 0xa6a6a6),
    (Role::QueueBar, 0x767676, 0x8a8a8a),
    (Role::OnStatus, 0xffffff, 0x000000),
];

/// A colour for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Stable name: `light`, `dark`, `high-contrast` or `high-contrast-dark`.
    pub name: &'static str,
    /// Whether text is lighter than the surface.
    pub dark: bool,
    colours: [Rgb; N],
    high_contrast: bool,
}

impl Theme {
    /// Dark on light.
    pub fn light() -> Theme {
        Theme { name: "light", dark: false, colours: TABLE.map(|row| Rgb::of(row.1)), high_contrast: false }
    }

    /// Light on dark.
    pub fn dark() -> Theme {
        Theme { name: "dark", dark: true, colours: TABLE.map(|row| Rgb::of(row.2)), high_contrast: false }
    }

    /// Black on white with strong borders.
    pub fn high_contrast() -> Theme {
        Theme { name: "high-contrast", ..Theme::light().strengthened() }
    }

    /// White on black with strong borders.
    pub fn high_contrast_dark() -> Theme {
        Theme { name: "high-contrast-dark", ..Theme::dark().strengthened() }
    }

    /// All themes, the usual one first.
    pub fn all() -> [Theme; 4] {
        [Theme::light(), Theme::dark(), Theme::high_contrast(), Theme::high_contrast_dark()]
    }

    /// The theme of a stable name.
    pub fn named(name: &str) -> Option<Theme> {
        Theme::all().into_iter().find(|theme| theme.name == name)
    }

    fn strengthened(mut self) -> Theme {
        for &(role, light, dark) in HIGH_CONTRAST {
            self.colours[role as usize] = Rgb::of(if self.dark { dark } else { light });
        }
        Theme { high_contrast: true, ..self }
    }

    /// The colour of a role.
    pub fn colour(&self, role: Role) -> Rgb {
        self.colours[role as usize]
    }

    /// Returns the colour of the 1 px edge that a fill of this role needs to be visible on the surface, if it needs
    /// one. High contrast gives every status an edge.
    pub fn edge(&self, role: Role) -> Option<Rgb> {
        if self.high_contrast {
            return role.is_status().then(|| self.colour(Role::Text));
        }
        let edges = if self.dark { DARK_EDGES } else { LIGHT_EDGES };
        edges.iter().find(|(of, _)| *of == role).map(|&(_, code)| Rgb::of(code))
    }

    /// Declarations for a style sheet's block: `--role-NAME:#rrggbb;` per line, `--role-NAME-edge` where there is an
    /// edge (and `none` for the statuses without one, so that a switch of theme takes an edge away again).
    pub fn css(&self) -> String {
        let mut out = String::new();
        for &role in Role::ALL {
            let _ = writeln!(out, "--role-{}:{};", role.name(), self.colour(role).hex());
            if role.is_status() {
                let edge = self.edge(role).map_or_else(|| "none".to_owned(), Rgb::hex);
                let _ = writeln!(out, "--role-{}-edge:{edge};", role.name());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn statuses() -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(|role| role.is_status())
    }

    #[test]
    fn the_table_is_in_the_order_of_the_roles() {
        for (i, (row, role)) in TABLE.iter().zip(Role::ALL).enumerate() {
            assert_eq!(row.0, *role);
            assert_eq!(*role as usize, i);
        }
    }

    #[test]
    fn text_is_readable_on_every_ground() {
        for theme in Theme::all() {
            for ground in [Role::Surface, Role::Panel, Role::Raised] {
                let ground = theme.colour(ground);
                for (role, least) in [(Role::Text, 7.0), (Role::TextMuted, 4.5), (Role::Accent, 4.5)] {
                    let ratio = theme.colour(role).contrast(ground);
                    assert!(ratio >= least, "{} {}: {ratio:.2}", theme.name, role.name());
                }
            }
        }
    }

    #[test]
    fn every_status_stands_out_or_has_an_edge_that_does() {
        for theme in Theme::all() {
            let surface = theme.colour(Role::Surface);
            for role in statuses() {
                let fill = theme.colour(role).contrast(surface);
                let edge = theme.edge(role).map_or(0.0, |edge| edge.contrast(surface));
                assert!(fill.max(edge) >= 3.0, "{} {}: {fill:.2} {edge:.2}", theme.name, role.name());
            }
        }
    }

    #[test]
    fn a_glyph_over_a_fill_stands_out() {
        let areas =
            [Role::Surface, Role::Panel, Role::Raised, Role::QueueBar, Role::Accent, Role::Less, Role::More];
        let scales = Role::ALL.iter().copied().filter(|role| *role >= Role::Category0);
        for theme in Theme::all() {
            for fill in areas.into_iter().chain(scales.clone()).chain(statuses()) {
                let ratio = theme.colour(fill.on()).contrast(theme.colour(fill));
                assert!(ratio >= 3.0, "{} {}: {ratio:.2}", theme.name, fill.name());
            }
        }
    }

    #[test]
    fn lines_that_carry_meaning_stand_out() {
        for theme in Theme::all() {
            let surface = theme.colour(Role::Surface);
            for role in [Role::Focus, Role::Selection, Role::Critical, Role::Edge, Role::Less, Role::More] {
                let ratio = theme.colour(role).contrast(surface);
                assert!(ratio >= 3.0, "{} {}: {ratio:.2}", theme.name, role.name());
            }
        }
    }

    #[test]
    fn larger_numbers_stand_out_more() {
        for theme in Theme::all() {
            let surface = theme.colour(Role::Surface);
            let classes = [Role::Class0, Role::Class1, Role::Class2, Role::Class3];
            let steps = classes.map(|role| theme.colour(role).contrast(surface));
            assert!(steps[0] >= 3.0, "{}: {steps:.2?}", theme.name);
            assert!(steps.windows(2).all(|pair| pair[1] > pair[0] * 1.2), "{}: {steps:.2?}", theme.name);
        }
    }

    #[test]
    fn the_diverging_scale_leaves_the_surface_evenly_to_both_ends() {
        for theme in Theme::all() {
            let surface = theme.colour(Role::Surface);
            let away = |t: f32| theme.colour(Role::diverge(t)).contrast(surface);
            let steps: Vec<f64> = (0..9).map(|i| away((i as f32 - 4.0) / 4.5)).collect();
            for i in 0..4 {
                assert!(steps[i] > steps[i + 1] * 1.1, "{} {i}: {steps:.2?}", theme.name);
                assert!(steps[8 - i] > steps[7 - i] * 1.1, "{} {i}: {steps:.2?}", theme.name);
                // Neither side shouts louder than the other.
                let balance = steps[i] / steps[8 - i];
                assert!((0.8..1.25).contains(&balance), "{} {i}: {balance:.2}", theme.name);
            }
            assert!(steps[0].min(steps[8]) >= 4.5, "{}: {steps:.2?}", theme.name);
        }
    }

    #[test]
    fn statuses_differ() {
        for theme in Theme::all() {
            let mut colours: Vec<String> = statuses().map(|role| theme.colour(role).hex()).collect();
            colours.sort();
            colours.dedup();
            assert_eq!(colours.len(), 11, "{}", theme.name);
        }
    }

    #[test]
    fn css_names_every_role() {
        let css = Theme::light().css();
        assert!(css.starts_with("--role-surface:#ffffff;\n"));
        assert!(css.contains("--role-upstream-failed:#4b2517;\n--role-upstream-failed-edge:none;\n"));
        assert!(css.contains("--role-queued-edge:#6b7078;\n"));
        assert_eq!(css.lines().count(), Role::ALL.len() + 11);
        assert_eq!(Theme::named("dark"), Some(Theme::dark()));
    }

    #[test]
    fn heat_and_categories_stay_in_range() {
        assert_eq!(Role::heat(f32::NAN), Role::Heat0);
        assert_eq!(Role::heat(-1.0), Role::Heat0);
        assert_eq!(Role::heat(0.5), Role::Heat4);
        assert_eq!(Role::heat(9e9), Role::Heat8);
        let diverge = [f32::NAN, 0.0, -9e9, -1.0, 0.1, 0.12, 1.0, f32::INFINITY].map(Role::diverge);
        assert_eq!(diverge[..4], [Role::Diverge4, Role::Diverge4, Role::Diverge0, Role::Diverge0]);
        assert_eq!(diverge[4..], [Role::Diverge4, Role::Diverge5, Role::Diverge8, Role::Diverge8]);
        assert_eq!(Role::category(7), Role::Category7);
        assert_eq!(Role::category(8), Role::Category0);
    }
}
