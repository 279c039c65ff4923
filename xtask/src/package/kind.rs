//! The kinds of packages.

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Wheel,
    Npm,
    Deb,
    Tar,
    Container,
}

/// Every kind, with its name.
pub(super) const KINDS: [(&str, Kind); 5] = [
    ("wheel", Kind::Wheel),
    ("npm", Kind::Npm),
    ("deb", Kind::Deb),
    ("tar", Kind::Tar),
    ("container", Kind::Container),
];

impl Kind {
    /// As it is named on the command line.
    pub(super) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}
