//! Decides which keys have secret values. A key is split into words, however they are joined: `apiKey`, `API-KEY`,
//! `api.key`.

/// The judgement of a value by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing.
    Open,
    /// Describes a secret but is not one: `password_file`, `max_tokens`.
    Described,
    /// May be a secret, if it looks like one: `token`.
    Weak(&'static str),
    /// Is a secret.
    Strong(&'static str),
    /// Is an HTTP header whose value extends to the end of the line.
    Header(&'static str),
    /// Is a secret among the parameters of an address, and nowhere else.
    Query(&'static str),
    /// `pass`, which counts more often than it hides.
    Pass,
}

/// Words that make a key secret wherever they occur in it, without separators.
const STRONG: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "motdepasse",
    "apikey",
    "secretkey",
    "privatekey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "authkey",
    "accountkey",
    "sharedkey",
    "sharedaccesskey",
    "storagekey",
    "subscriptionkey",
    "sshkey",
    "deploykey",
    "licensekey",
    "licencekey",
    "sessionkey",
    "writekey",
    "functionkey",
    "servicekey",
    "appkey",
    "applicationkey",
    "hmackey",
    "webhookkey",
    "clientsecret",
    "credential",
    "mnemonic",
    "seedphrase",
    "recoveryphrase",
    "secretid",
    "sharedaccesssignature",
    "adminkey",
    "clientkey",
    "tokenkey",
    "cipherkey",
    "connectionstring",
    "connstring",
    "connstr",
];

const HEADERS: &[&str] = &["authorization", "proxyauthorization", "cookie", "setcookie", "xamzsecuritytoken"];

/// Names of cookies and fields that identify somebody; their values must look made.
const WEAK: &[&str] = &[
    "jwt",
    "bearer",
    "creds",
    "cred",
    "otp",
    "totp",
    "phpsessid",
    "jsessionid",
    "sessionidcookie",
    "connectsid",
    "aspnetsessionid",
    "csrfmiddlewaretoken",
    "xsrf",
    "accesstok",
];

/// Keys of addresses only: signatures of presigned addresses (AWS, Azure, Google), codes of OAuth.
const QUERY: &[&str] =
    &["sig", "signature", "xamzsignature", "xgoogsignature", "code", "hmac", "xossignature", "key", "auth"];

/// Last words of keys that describe a secret.
const DESCRIBING: &[&str] = &[
    "age",
    "algorithm",
    "arn",
    "at",
    "attempt",
    "attempts",
    "audience",
    "audiences",
    "bits",
    "budget",
    "by",
    "bytes",
    "chars",
    "check",
    "checked",
    "class",
    "column",
    "cost",
    "count",
    "counts",
    "created",
    "dir",
    "directory",
    "domain",
    "enabled",
    "encoding",
    "endpoint",
    "env",
    "error",
    "errors",
    "exists",
    "expired",
    "expires",
    "expiration",
    "expiry",
    "field",
    "fields",
    "file",
    "filename",
    "form",
    "format",
    "group",
    "header",
    "hint",
    "id",
    "ids",
    "in",
    "index",
    "input",
    "invalid",
    "issuer",
    "kind",
    "label",
    "len",
    "length",
    "lifetime",
    "limit",
    "limits",
    "location",
    "manager",
    "max",
    "method",
    "min",
    "mode",
    "name",
    "names",
    "namespace",
    "number",
    "on",
    "optional",
    "path",
    "per",
    "placeholder",
    "policy",
    "position",
    "prefix",
    "prompt",
    "provider",
    "rate",
    "ref",
    "reference",
    "region",
    "required",
    "requirement",
    "requirements",
    "reset",
    "revoked",
    "rotation",
    "scheme",
    "scope",
    "scopes",
    "set",
    "size",
    "source",
    "state",
    "status",
    "stdin",
    "store",
    "strategy",
    "strength",
    "suffix",
    "time",
    "ttl",
    "type",
    "types",
    "until",
    "updated",
    "uri",
    "url",
    "usage",
    "used",
    "user",
    "username",
    "valid",
    "version",
    "visible",
    "second",
    "sec",
    "s",
    "budgets",
    "mask",
    "metadata",
    "percent",
    "pct",
    "ratio",
    "total",
    "totals",
    "avg",
    "mean",
    "ms",
    "ns",
    "changed",
    "rotated",
    "host",
    "port",
];

/// First words of keys that ask about a secret or count.
const ASKING: &[&str] = &[
    "is",
    "has",
    "use",
    "uses",
    "show",
    "hide",
    "no",
    "num",
    "max",
    "min",
    "total",
    "allow",
    "require",
    "requires",
    "needs",
    "enable",
    "disable",
    "skip",
    "with",
    "without",
    "forgot",
    "missing",
    "invalid",
    "wrong",
    "bad",
    "avg",
    "verify",
    "unexpected",
    "count",
    "public",
    "publishable",
];

/// Words before `token` that make it one of a language, of a page, or of a lock.
const NOT_OF_ACCESS: &[&str] = &[
    "expected",
    "next",
    "prev",
    "previous",
    "last",
    "first",
    "eos",
    "bos",
    "pad",
    "unk",
    "sep",
    "cls",
    "mask",
    "special",
    "stop",
    "start",
    "end",
    "begin",
    "current",
    "input",
    "output",
    "prompt",
    "completion",
    "time",
    "per",
    "parse",
    "page",
    "continuation",
    "resume",
    "cancellation",
    "cancel",
    "fencing",
    "sync",
    "new",
    "old",
    "generated",
    "cached",
    "reasoning",
    "decode",
    "image",
    "text",
    "audio",
    "batch",
    "illegal",
    "bad",
    "syntax",
    "lexer",
    "parser",
];

/// The longest sensible key; a hostile one of a megabyte is judged by its end.
const LONGEST: usize = 96;

/// A key in lower case without separators, and the positions of its words.
struct Words {
    letters: [u8; LONGEST],
    length: usize,
    begins: u128,
}

impl Words {
    fn of(key: &[u8]) -> Words {
        let mut words = Words { letters: [0; LONGEST], length: 0, begins: 0 };
        let (mut before, mut fresh) = (0_u8, true);
        for (i, &b) in key.iter().enumerate() {
            if !b.is_ascii_alphanumeric() {
                fresh = true;
                continue;
            }
            if words.length == LONGEST {
                break;
            }
            let hump = b.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || before.is_ascii_uppercase() && key.get(i + 1).is_some_and(u8::is_ascii_lowercase));
            if fresh || hump {
                words.begins |= 1 << words.length;
            }
            words.letters[words.length] = b.to_ascii_lowercase();
            words.length += 1;
            (before, fresh) = (b, false);
        }
        words
    }

    fn all(&self) -> &[u8] {
        &self.letters[..self.length]
    }

    /// The words, first to last.
    fn each(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let begins = (0..self.length).filter(|i| self.begins & (1 << i) != 0);
        begins.map(|from| {
            let later = self.begins >> from >> 1;
            let to = if later == 0 { self.length } else { from + 1 + later.trailing_zeros() as usize };
            &self.letters[from..to]
        })
    }

    fn holds(&self, piece: &str) -> bool {
        let (all, piece) = (self.all(), piece.as_bytes());
        let last = all.len().checked_sub(piece.len());
        last.is_some_and(|last| (0..=last).any(|i| all[i] == piece[0] && all[i..].starts_with(piece)))
    }
}

fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|w| w.len() == word.len() && w.as_bytes() == word)
}

/// Judges a key.
pub(crate) fn judge(key: &[u8]) -> Said {
    // From the end, because the last words of a long key describe it.
    let words = Words::of(&key[key.len().saturating_sub(LONGEST)..]);
    let all = words.all();
    if all.len() < 3 {
        return Said::Open;
    }
    let said = of_words(&words);
    let (first, last) = (words.each().next().unwrap_or(&[]), words.each().next_back().unwrap_or(&[]));
    let describes = is_one_of(last, DESCRIBING) && last.len() < all.len()
        || first.len() < all.len() && is_one_of(first, ASKING);
    // The ids of an AppRole of Vault come in two: one of them is secret.
    if describes && !matches!(said, Said::Query(_)) && !all.ends_with(b"secretid") {
        return Said::Described;
    }
    said
}

fn of_words(words: &Words) -> Said {
    let all = words.all();
    let found = |list: &'static [&'static str]| list.iter().copied().find(|w| words.holds(w));
    if let Some(word) = HEADERS.iter().copied().find(|h| all == h.as_bytes()) {
        return Said::Header(word);
    }
    if let Some(word) = found(STRONG) {
        return Said::Strong(word);
    }
    let last = words.each().next_back().unwrap_or(&[]);
    let several = last.len() < all.len();
    if all == b"pass" {
        return Said::Pass;
    }
    if last == b"pass" || last == b"pwd" || all == b"pgpass" {
        return Said::Strong(if last == b"pwd" { "pwd" } else { "pass" });
    }
    // `secretary` and `secretion` are not secrets.
    if words.each().any(|w| matches!(w, b"secret" | b"secrets"))
        || last.ends_with(b"secret")
        || all.starts_with(b"secretaccess")
    {
        return Said::Strong("secret");
    }
    if let Some(token) = token(words, last, several) {
        return token;
    }
    if let Some(word) = WEAK.iter().copied().find(|w| all == w.as_bytes() || last == w.as_bytes()) {
        return Said::Weak(word);
    }
    if last == b"auth" {
        return Said::Weak("auth");
    }
    QUERY.iter().copied().find(|w| all == w.as_bytes()).map_or(Said::Open, Said::Query)
}

fn token(words: &Words, last: &[u8], several: bool) -> Option<Said> {
    if words.each().any(|w| w == b"tokens") || last.ends_with(b"tokens") {
        return Some(Said::Described);
    }
    if last == b"token" {
        let mut before = words.each().rev().skip(1);
        let of_access = !before.any(|w| is_one_of(w, NOT_OF_ACCESS));
        let said = if several { Said::Strong("token") } else { Said::Weak("token") };
        return Some(if of_access { said } else { Said::Described });
    }
    // `authtoken`, `gitlabtoken`; `tokenizer` is a part of a language model.
    (last.ends_with(b"token") && last.len() > 6).then_some(Said::Weak("token"))
}
