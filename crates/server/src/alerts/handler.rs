//! Who is notified of what, and how.

use makespan_alerts::{Alert, AlertSeverity};

/// Somebody who is notified.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// Its name, which no other handler has.
    pub name: String,
    /// How it is notified.
    pub target: HandlerTarget,
    /// Of which kinds of events.
    pub events: Vec<NoticeKind>,
    /// Of alerts of at least that severity.
    pub least: AlertSeverity,
    /// Only of alerts of these rules; of all where empty.
    pub rules: Vec<String>,
}

/// How a handler is notified.
#[derive(Clone, Debug, PartialEq)]
pub enum HandlerTarget {
    /// By a request.
    Webhook(Webhook),
    /// By a program and its arguments. No shell reads them; what it is about stands in the environment.
    Command(Vec<String>),
}

/// A request that is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address, `https` unless `allow_http`.
    pub url: String,
    /// With what the request is signed, if it is.
    pub secret: Option<String>,
    /// Headers that are added.
    pub headers: Vec<(String, String)>,
    /// What the body is.
    pub payload: Payload,
    /// Whether the address may be `http`.
    pub allow_http: bool,
    /// Whether addresses of this machine and of private networks may be connected to.
    pub allow_private: bool,
}

/// Without what may be secret: addresses of webhooks are passwords, too.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("payload", &self.payload).finish_non_exhaustive()
    }
}

/// What the body of a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// The alert as JSON.
    #[default]
    Json,
    /// A text, as Slack and those who speak like it (Mattermost, Discord's `/slack`) take it.
    Slack,
}

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// It fired.
    Fired,
    /// It was resolved.
    Resolved,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [NoticeKind; 2] = [NoticeKind::Fired, NoticeKind::Resolved];

    /// `fired` or `resolved`.
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::Fired => "fired",
            NoticeKind::Resolved => "resolved",
        }
    }
}

/// What handlers are given.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The alert as it was then.
    pub alert: Alert,
    /// When, ns since the epoch.
    pub t: i64,
}

impl Handler {
    /// Whether it wants to be given a notice.
    pub fn wants(&self, notice: &Notice) -> bool {
        self.events.contains(&notice.kind)
            && notice.alert.severity >= self.least
            && (self.rules.is_empty() || self.rules.contains(&notice.alert.rule))
    }
}

impl Notice {
    /// What it says: of one that was resolved what was said then.
    pub fn text(&self) -> &str {
        match (self.kind, &self.alert.resolved_text) {
            (NoticeKind::Resolved, Some(text)) => text,
            _ => &self.alert.text,
        }
    }
}
