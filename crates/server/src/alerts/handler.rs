//! Handlers: who is notified of which alerts, and how.

use makespan_alerts::{Alert, AlertSeverity};

use super::mail_server::Mail;

/// A receiver of notifications.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// Unique name of the handler.
    pub name: String,
    /// How it is notified.
    pub target: HandlerTarget,
    /// The kinds of events to send.
    pub events: Vec<NoticeKind>,
    /// The minimum severity of alerts to send.
    pub least: AlertSeverity,
    /// The rules whose alerts to send; empty for all rules.
    pub rules: Vec<String>,
}

/// How a handler is notified.
#[derive(Clone, Debug, PartialEq)]
pub enum HandlerTarget {
    /// By a request to a webhook.
    Webhook(Webhook),
    /// By mail.
    Mail(Mail),
    /// By a program with arguments, started without a shell; the alert is passed in the environment.
    Command(Vec<String>),
}

/// A webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The URL; `https`, unless `allow_http`.
    pub url: String,
    /// The secret that requests are signed with, if any.
    pub secret: Option<String>,
    /// Headers to add.
    pub headers: Vec<(String, String)>,
    /// The format of the body.
    pub payload: Payload,
    /// Whether the URL may be `http`.
    pub allow_http: bool,
    /// Whether addresses of this machine and of private networks are allowed.
    pub allow_private: bool,
}

/// Omits what may be secret; the URL of a webhook may be one.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("payload", &self.payload).finish_non_exhaustive()
    }
}

/// The format of the body of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// The alert as JSON.
    #[default]
    Json,
    /// Text as Slack and compatible services (Mattermost, Discord's `/slack`) accept it.
    Slack,
}

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The alert fired.
    Fired,
    /// The alert was resolved.
    Resolved,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [NoticeKind; 2] = [NoticeKind::Fired, NoticeKind::Resolved];

    /// Returns `fired` or `resolved`.
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::Fired => "fired",
            NoticeKind::Resolved => "resolved",
        }
    }
}

/// A notification: an event of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The alert at that time.
    pub alert: Alert,
    /// Time of the event, ns since the epoch.
    pub t: i64,
}

impl Handler {
    /// Returns whether the handler accepts a notification.
    pub fn wants(&self, notice: &Notice) -> bool {
        self.events.contains(&notice.kind)
            && notice.alert.severity >= self.least
            && (self.rules.is_empty() || self.rules.contains(&notice.alert.rule))
    }
}

impl Notice {
    /// Returns the text of the alert; for a resolved alert, the text of its resolution.
    pub fn text(&self) -> &str {
        match (self.kind, &self.alert.resolved_text) {
            (NoticeKind::Resolved, Some(text)) => text,
            _ => &self.alert.text,
        }
    }
}
