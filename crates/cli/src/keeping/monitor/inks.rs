//! Styles of the screen.

use makespan_scene::Role;
use ratatui::style::{Color, Modifier, Style};

use crate::terminal::{Ink, Terminal};

/// Styles of inks; without colours, weight and brightness only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inks {
    has_colours: bool,
}

impl Inks {
    pub(super) fn of(terminal: Terminal) -> Inks {
        Inks { has_colours: terminal.has_colours() }
    }

    pub(super) fn style(self, ink: Ink) -> Style {
        let colour = match ink {
            Ink::Strong => return Style::new().add_modifier(Modifier::BOLD),
            Ink::Muted => return Style::new().add_modifier(Modifier::DIM),
            Ink::Good => Color::Green,
            Ink::Warning => Color::Yellow,
            Ink::Bad => Color::Red,
            Ink::Less => Color::Indexed(33),
            Ink::More => Color::Indexed(208),
        };
        if self.has_colours { Style::new().fg(colour) } else { Style::new() }
    }

    pub(super) fn role(self, role: Role) -> Style {
        match Ink::of(role) {
            Some(ink) => self.style(ink),
            None if role == Role::Running && self.has_colours => Style::new().fg(Color::Cyan),
            None => Style::new(),
        }
    }
}
