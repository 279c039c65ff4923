//! The `[alerts]` section of a file of settings: rules, and who is notified.

use makespan_alerts::{AlertRule, AlertSeverity, Condition};
use makespan_analysis::nearest;
use makespan_server::alerts::{Handler, HandlerTarget, Mail, MailSecurity, NoticeKind, Payload, Webhook};
use toml::de::{DeTable, DeValue};

use super::expand::{Author, expanded};

/// The longest name of a rule or a handler, characters.
const LONGEST_NAME: usize = 64;

/// What a file says of alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AlertSettings {
    /// The rules.
    pub(crate) rules: Vec<AlertRule>,
    /// Who is notified.
    pub(crate) handlers: Vec<Handler>,
}

impl AlertSettings {
    /// Takes the settings of a stronger file in: what has the same name is replaced.
    pub(super) fn merge(&mut self, stronger: AlertSettings) {
        self.rules.retain(|rule| !stronger.rules.iter().any(|other| other.name == rule.name));
        self.handlers.retain(|handler| !stronger.handlers.iter().any(|other| other.name == handler.name));
        self.rules.extend(stronger.rules);
        self.handlers.extend(stronger.handlers);
    }

    /// Whether no file says anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.handlers.is_empty()
    }
}

/// What is wrong, and at which byte of the file.
pub(super) type Place = (usize, String);

/// A section as it is read, key by key: what nobody asked for is an error.
struct Reading<'t> {
    name: &'t str,
    table: &'t DeTable<'t>,
    at: usize,
    author: Author,
    known: &'static [&'static str],
}

impl<'t> Reading<'t> {
    fn new(
        name: &'t str,
        at: usize,
        value: &'t DeValue<'t>,
        author: Author,
        known: &'static [&'static str],
    ) -> Result<Reading<'t>, Place> {
        let DeValue::Table(table) = value else {
            return Err((at, format!("`{name}` is a section, not a {}", value.type_str())));
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().count() <= LONGEST_NAME
                && !name.contains(|c: char| c.is_control())
        };
        if !is_name(name) {
            return Err((at, format!("a name has 1 to {LONGEST_NAME} characters and no control characters")));
        }
        for (key, _) in table {
            let wrong: &str = key.get_ref();
            if !known.contains(&wrong) {
                let meant = nearest(wrong, known.iter().copied());
                let meant = meant.map_or_else(|| known.join(", "), |key| format!("did you mean `{key}`?"));
                return Err((key.span().start, format!("unknown key `{wrong}` in `{name}`; {meant}")));
            }
        }
        Ok(Reading { name, table, at, author, known })
    }

    fn wrong<T>(&self, key: &str, why: impl std::fmt::Display) -> Result<T, Place> {
        let at = self.table.iter().find(|(name, _)| name.get_ref() == key);
        Err((at.map_or(self.at, |(name, _)| name.span().start), format!("`{}.{key}`: {why}", self.name)))
    }

    fn value(&self, key: &str) -> Option<&'t DeValue<'t>> {
        debug_assert!(self.known.contains(&key));
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.get_ref())
    }

    fn as_text(&self, key: &str, value: &DeValue<'_>) -> Result<String, Place> {
        let DeValue::String(text) = value else {
            return self.wrong(key, format!("expected a text, not a {}", value.type_str()));
        };
        if text.contains(|c: char| c.is_control()) {
            return self.wrong(key, "control characters are not allowed");
        }
        match self.author {
            Author::User => {
                let read = expanded(text, |name| std::env::var(name).ok(), str::to_owned);
                read.or_else(|why| self.wrong(key, why))
            }
            Author::Project if text.contains("${") => self
                .wrong(key, "`${}` is only expanded in your own configuration file; move the handler there"),
            Author::Project => Ok(text.to_string()),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, Place> {
        self.value(key).map(|value| self.as_text(key, value)).transpose()
    }

    fn switch(&self, key: &str) -> Result<bool, Place> {
        match self.value(key) {
            None => Ok(false),
            Some(DeValue::Boolean(value)) => Ok(*value),
            Some(other) => self.wrong(key, format!("expected true or false, not a {}", other.type_str())),
        }
    }

    fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Place> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| self.as_text(key, value.get_ref()))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(other) => self.wrong(key, format!("expected a list of texts, not a {}", other.type_str())),
        }
    }

    fn severity(&self, key: &str) -> Result<Option<AlertSeverity>, Place> {
        let text = self.text(key)?;
        text.map(|text| text.parse().or_else(|why: &str| self.wrong(key, why))).transpose()
    }
}

/// Reads the section.
///
/// # Errors
///
/// The first thing that is wrong with it, and where.
pub(super) fn read(at: usize, value: &DeValue<'_>, author: Author) -> Result<AlertSettings, Place> {
    let section = Reading::new("alerts", at, value, author, &["rules", "handlers"])?;
    let mut settings = AlertSettings::default();
    for (key, value) in section.table {
        let DeValue::Table(inner) = value.get_ref() else {
            return section.wrong(key.get_ref(), "expected sections such as [alerts.rules.late]");
        };
        for (name, value) in inner {
            let (name, at): (&str, usize) = (name.get_ref(), name.span().start);
            if *key.get_ref() == "rules" {
                settings.rules.push(rule(name, at, value.get_ref(), author)?);
            } else {
                settings.handlers.push(handler(name, at, value.get_ref(), author)?);
            }
        }
    }
    settings.rules.sort_by(|a, b| a.name.cmp(&b.name));
    settings.handlers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(settings)
}

const RULE: &[&str] = &["when", "metric", "tasks", "status", "running", "silent", "severity", "workflow"];

fn rule(name: &str, at: usize, value: &DeValue<'_>, author: Author) -> Result<AlertRule, Place> {
    let keys = Reading::new(name, at, value, author, RULE)?;
    let conditions: Vec<&str> = RULE[..6].iter().copied().filter(|key| keys.value(key).is_some()).collect();
    let text = |key: &str| keys.text(key).map(Option::unwrap_or_default);
    let (key, condition) = match conditions[..] {
        // With `running`, `tasks` says which ones.
        ["tasks", "running"] => ("running", Condition::running(&text("running")?, Some(&text("tasks")?))),
        [key] => (
            key,
            match key {
                "when" => Condition::figure(&text(key)?),
                "metric" => Condition::metric(&text(key)?),
                "tasks" => Condition::tasks(&text(key)?),
                "status" => Condition::status(&text(key)?),
                "running" => Condition::running(&text(key)?, None),
                _ => Condition::silent(&text(key)?),
            },
        ),
        _ => {
            let why = format!("the rule `{name}` needs one of when, metric, tasks, status, running, silent");
            return Err((at, why));
        }
    };
    let condition = condition.or_else(|why| keys.wrong(key, why))?;
    Ok(AlertRule {
        severity: keys.severity("severity")?.unwrap_or_default(),
        workflow: keys.text("workflow")?,
        ..AlertRule::new(name, condition)
    })
}

const HANDLER: &[&str] = &[
    "webhook",
    "command",
    "smtp",
    "format",
    "secret",
    "headers",
    "allow_http",
    "allow_private",
    "tls",
    "ca",
    "user",
    "password",
    "from",
    "to",
    "events",
    "severity",
    "rules",
];

fn handler(name: &str, at: usize, value: &DeValue<'_>, author: Author) -> Result<Handler, Place> {
    let keys = Reading::new(name, at, value, author, HANDLER)?;
    let target = match (keys.text("webhook")?, keys.texts("command")?, keys.text("smtp")?) {
        (Some(url), None, None) => HandlerTarget::Webhook(webhook(&keys, url)?),
        (None, Some(words), None) if !words.is_empty() => HandlerTarget::Command(words),
        (None, None, Some(server)) => HandlerTarget::Mail(mail(&keys, &server)?),
        _ => {
            let why = format!("the handler `{name}` needs one of webhook, smtp, or command, a list of words");
            return Err((at, why));
        }
    };
    let events = match keys.texts("events")? {
        None => NoticeKind::ALL.to_vec(),
        Some(words) => {
            let kind = |word: &String| NoticeKind::ALL.into_iter().find(|kind| kind.name() == word);
            let kinds: Option<Vec<NoticeKind>> = words.iter().map(kind).collect();
            kinds.map_or_else(|| keys.wrong("events", "write fired or resolved"), Ok)?
        }
    };
    let least = keys.severity("severity")?.unwrap_or(AlertSeverity::Info);
    let rules = keys.texts("rules")?.unwrap_or_default();
    Ok(Handler { name: name.to_owned(), target, events, least, rules })
}

fn mail(keys: &Reading<'_>, server: &str) -> Result<Mail, Place> {
    let security = match keys.text("tls")?.as_deref() {
        None | Some("starttls") => MailSecurity::StartTls,
        Some("tls") => MailSecurity::Tls,
        Some("none") => MailSecurity::None,
        Some(_) => return keys.wrong("tls", "write starttls, tls or none"),
    };
    let authority = keys.text("ca")?;
    if keys.author == Author::Project && authority.is_some() {
        return keys
            .wrong("ca", "what is trusted belongs in your own configuration file; move the handler there");
    }
    if authority.is_some() && security == MailSecurity::None {
        return keys.wrong("ca", "certificates are only checked with TLS; use starttls or tls");
    }
    if keys.author == Author::Project && keys.value("password").is_some() {
        return keys
            .wrong("password", "a password belongs in your own configuration file; move the handler there");
    }
    let login = match (keys.text("user")?, keys.text("password")?) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        (Some(_), None) => {
            return keys.wrong("user", "a user needs a password, such as \"${SMTP_PASSWORD}\"");
        }
        (None, Some(_)) => return keys.wrong("password", "a password needs a user"),
    };
    let from = keys.text("from")?.unwrap_or_default();
    let to = keys.texts("to")?.unwrap_or_default();
    let mail = Mail::new(server, security, login, &from, &to).or_else(|(key, why)| keys.wrong(key, why))?;
    Ok(match authority {
        Some(path) => mail.trusting(path.into()),
        None => mail,
    })
}

fn webhook(keys: &Reading<'_>, url: String) -> Result<Webhook, Place> {
    let allow_http = keys.switch("allow_http")?;
    let is_http = url.starts_with("http://");
    if !(url.starts_with("https://") || (is_http && allow_http)) {
        let why =
            if is_http { "the address is http; use https, or set allow_http" } else { "write https://…" };
        return keys.wrong("webhook", why);
    }
    let payload = match keys.text("format")?.as_deref() {
        None | Some("json") => Payload::Json,
        Some("slack") => Payload::Slack,
        Some(_) => return keys.wrong("format", "write json or slack"),
    };
    let mut headers = Vec::new();
    if let Some(value) = keys.value("headers") {
        let DeValue::Table(table) = value else {
            return keys.wrong("headers", "expected a table of texts, { X-Team = \"data\" }");
        };
        for (name, value) in table {
            let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.get_ref().is_empty() || !name.get_ref().chars().all(is_token) {
                return keys.wrong("headers", format!("{:?} is not the name of a header", name.get_ref()));
            }
            headers.push((name.get_ref().to_string(), keys.as_text("headers", value.get_ref())?));
        }
        headers.sort();
    }
    let secret = keys.text("secret")?;
    if secret.as_ref().is_some_and(|secret| secret.len() < 16) {
        return keys.wrong("secret", "a secret has at least 16 characters (openssl rand -hex 32)");
    }
    Ok(Webhook { url, secret, headers, payload, allow_http, allow_private: keys.switch("allow_private")? })
}
