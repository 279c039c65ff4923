//! Colour roles: what a colour is *for*. Only a [`Theme`](crate::Theme) knows the colour itself.

macro_rules! roles {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// The purpose of a colour; a theme resolves it when a scene is painted.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum Role { $(#[doc = $doc] $variant,)* }

        impl Role {
            /// Every role, in declaration order; `Role::ALL[r as usize] == r`.
            pub const ALL: &[Role] = &[$(Role::$variant,)*];

            /// The role's kebab-case name; a style sheet's custom property is `--role-NAME`.
            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name,)* }
            }
        }
    };
}

roles! {
    Surface "surface" "The page or canvas behind everything.",
    Panel "panel" "A panel beside the main view.",
    Raised "raised" "Menus, cards and tooltips above a panel.",
    Border "border" "Lines between areas.",
    Grid "grid" "Lines inside a plot.",
    Text "text" "Main text.",
    TextMuted "text-muted" "Secondary text.",
    Accent "accent" "Links, primary buttons, the active tab.",
    Focus "focus" "The keyboard focus ring.",
    Selection "selection" "Outline or fill of what is selected.",
    Hover "hover" "What the pointer is over.",
    Critical "critical" "The critical path.",
    Edge "edge" "An arrow of a graph.",
    EdgeMuted "edge-muted" "An arrow outside the focus.",
    QueueBar "queue-bar" "The part of a bar spent queued.",
    Shadow "shadow" "Below raised areas; use it with a low alpha.",
    OnStatus "on-status" "A glyph over a status fill.",
    OnBright "on-bright" "Text over a fill that is bright in every theme.",
    OnDark "on-dark" "Text over a fill that is dark in every theme.",
    Pending "pending" "Status: not yet asked for.",
    Queued "queued" "Status: waiting for a worker.",
    Running "running" "Status: under way.",
    Retrying "retrying" "Status: trying again.",
    Succeeded "succeeded" "Status: ended well.",
    Failed "failed" "Status: ended badly.",
    Skipped "skipped" "Status: deliberately not run.",
    Cancelled "cancelled" "Status: stopped from outside.",
    UpstreamFailed "upstream-failed" "Status: not run, for a dependency failed.",
    Cached "cached" "Status: an earlier result was used.",
    Unknown "unknown" "Status: the source does not say.",
    Category0 "category-0" "First category (Okabe and Ito).",
    Category1 "category-1" "Second category.",
    Category2 "category-2" "Third category.",
    Category3 "category-3" "Fourth category.",
    Category4 "category-4" "Fifth category.",
    Category5 "category-5" "Sixth category.",
    Category6 "category-6" "Seventh category.",
    Category7 "category-7" "Eighth category.",
    Less "less" "Difference: less, faster.",
    More "more" "Difference: more, slower.",
    Neutral "neutral" "Difference: within the noise.",
    Heat0 "heat-0" "Sequential scale, lowest step (cividis).",
    Heat1 "heat-1" "Sequential scale, second step.",
    Heat2 "heat-2" "Sequential scale, third step.",
    Heat3 "heat-3" "Sequential scale, fourth step.",
    Heat4 "heat-4" "Sequential scale, middle step.",
    Heat5 "heat-5" "Sequential scale, sixth step.",
    Heat6 "heat-6" "Sequential scale, seventh step.",
    Heat7 "heat-7" "Sequential scale, eighth step.",
    Heat8 "heat-8" "Sequential scale, highest step.",
    Diverge0 "diverge-0" "Diverging scale: far less, far faster.",
    Diverge1 "diverge-1" "Diverging scale: much less.",
    Diverge2 "diverge-2" "Diverging scale: less.",
    Diverge3 "diverge-3" "Diverging scale: a little less.",
    Diverge4 "diverge-4" "Diverging scale: the same.",
    Diverge5 "diverge-5" "Diverging scale: a little more.",
    Diverge6 "diverge-6" "Diverging scale: more.",
    Diverge7 "diverge-7" "Diverging scale: much more.",
    Diverge8 "diverge-8" "Diverging scale: far more, far slower.",
    Class0 "class-0" "Class of a number: the smallest, nearest to the surface.",
    Class1 "class-1" "Class of a number: above the median.",
    Class2 "class-2" "Class of a number: large.",
    Class3 "class-3" "Class of a number: the largest, farthest from the surface.",
}

impl Role {
    /// The category colour for the `i`-th category; repeats after eight.
    pub fn category(i: usize) -> Role {
        Role::ALL[Role::Category0 as usize + i % 8]
    }

    /// The step of the sequential scale for `t` in `0..=1`; outside values clamp, NaN is the lowest step.
    pub fn heat(t: f32) -> Role {
        // `as` on a float saturates and sends NaN to 0: exactly the clamping wanted.
        let step = ((t * 9.0) as usize).min(8);
        Role::ALL[Role::Heat0 as usize + step]
    }

    /// The step of the diverging scale for `t` in `-1..=1`, less being negative; outside values clamp, NaN is the middle
    /// step. The middle one reaches from -1/9 to 1/9.
    pub fn diverge(t: f32) -> Role {
        let t = if t.is_nan() { 0.0 } else { t };
        let step = (((t + 1.0) * 4.5) as usize).min(8);
        Role::ALL[Role::Diverge0 as usize + step]
    }

    /// The role of a glyph or text over a fill of this role: at least 3:1 in every theme (WCAG 2.2, 1.4.11).
    pub fn on(self) -> Role {
        match self {
            Role::Pending | Role::Queued => Role::Text,
            Role::Retrying | Role::Cached => Role::OnBright,
            Role::Category4 | Role::Heat0 | Role::Heat1 | Role::Heat2 | Role::Heat3 | Role::Heat4 => {
                Role::OnDark
            }
            Role::Heat5 | Role::Heat6 | Role::Heat7 | Role::Heat8 => Role::OnBright,
            Role::Category7 | Role::Less | Role::More | Role::Neutral => Role::OnStatus,
            // The ends of this scale go away from the surface, its middle stays near it.
            Role::Diverge0 | Role::Diverge1 | Role::Diverge7 | Role::Diverge8 => Role::OnStatus,
            Role::Class0 | Role::Class1 | Role::Class2 | Role::Class3 => Role::OnStatus,
            Role::Accent | Role::Focus | Role::Selection | Role::Edge => Role::OnStatus,
            Role::Category0 | Role::Category1 | Role::Category2 | Role::Category3 => Role::OnBright,
            Role::Category5 | Role::Category6 => Role::OnBright,
            role if role.is_status() => Role::OnStatus,
            _ => Role::Text,
        }
    }

    /// Whether this role is one of the task statuses (the unknown one included).
    pub fn is_status(self) -> bool {
        (Role::Pending..=Role::Unknown).contains(&self)
    }
}
