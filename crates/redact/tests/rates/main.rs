//! How many secrets survive, and how many harmless texts do not: measured on secrets made from documented formats, each in
//! the contexts in which runs hold such things, and on harmless texts of runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod generator;
mod harmless;
mod secrets;

use generator::{Random, base64, fill};
use makespan_redact::Redactor;

fn text(input: &str) -> String {
    Redactor::default().text("log", input.into()).into_owned()
}

fn json(input: &str) -> String {
    Redactor::default().json("params", input, None)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text as it stands within a JSON string that stands within another one.
fn twice_escaped(text: &str) -> String {
    let inner = format!("{{\"message\":{}}}", quoted(text));
    quoted(&quoted(&inner))
}

/// One trial: what was given, what came out, and what must not be in it.
struct Trial {
    input: String,
    output: String,
    secret: String,
}

impl Trial {
    fn of_text(input: String, secret: &str) -> Trial {
        Trial { output: text(&input), input, secret: secret.to_owned() }
    }

    fn of_json(input: String, secret: &str) -> Trial {
        Trial { output: json(&input), input, secret: secret.to_owned() }
    }

    /// Whether the secret or most of it is still there, however it is escaped.
    fn survives(&self) -> bool {
        let plain = |text: &str| text.replace(['\\', '\n'], "");
        let secret = plain(&self.secret);
        let most = secret.char_indices().nth(secret.chars().count() / 3).map_or(0, |(i, _)| i);
        plain(&self.output).contains(&secret[most..])
    }
}

fn tokens(random: &mut Random) -> Vec<Trial> {
    let mut trials = Vec::new();
    for template in secrets::TOKENS {
        let mut next = || fill(template, random);
        for context in [
            "{}",
            "2026-01-05 08:00:00 INFO upload with {} to the registry",
            "failed: {}.",
            "https://api.example.com/v1/items?page=2&q={}&n=1",
            "{\"note\":\"{}\",\"n\":1}",
            "tool push --with {} --verbose",
            "SOMETHING={}\nHOME=/root",
            "{'x': '{}', 'y': 2}",
            "first\\n{}\\nlast",
            "\u{1b}[31m{}\u{1b}[0m",
        ] {
            let secret = next();
            trials.push(Trial::of_text(context.replace("{}", &secret), &secret));
        }
        let secret = next();
        trials.push(Trial::of_text(twice_escaped(&secret), &secret));
        let secret = next();
        trials.push(Trial::of_json(format!("{{\"note\":[{}]}}", quoted(&secret)), &secret));
    }
    trials
}

fn keyed(random: &mut Random) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (key, template) in secrets::KEYED {
        for context in [
            "KEY=VALUE",
            "export KEY=\"VALUE\"",
            "KEY: VALUE",
            "KEY: 'VALUE'",
            "--KEY VALUE --verbose",
            "--KEY=VALUE",
            "https://h/x?a=1&KEY=VALUE&b=2",
            "{'KEY': 'VALUE', 'n': 1}",
            "{\"KEY\": \"VALUE\"}",
            "{\\\"KEY\\\":\\\"VALUE\\\"}",
            "connect failed (KEY=VALUE, user=ann)",
            "A=1;KEY=VALUE;B=2",
        ] {
            let secret = fill(template, random);
            let in_address = context.contains("https") && secret.contains(['#', '%', '+', '^']);
            let in_list = context.contains(';') && secret.contains(';');
            if !in_address && !in_list {
                trials.push(Trial::of_text(context.replace("KEY", key).replace("VALUE", &secret), &secret));
            }
        }
        let secret = fill(template, random);
        trials.push(Trial::of_text(twice_escaped(&format!("{key}={secret}")), &secret));
        let secret = fill(template, random);
        trials.push(Trial::of_json(format!("{{{}:{}}}", quoted(key), quoted(&secret)), &secret));
        let secret = fill(template, random);
        trials
            .push(Trial::of_json(format!("[{},{}]", quoted(&format!("--{key}")), quoted(&secret)), &secret));
        let secret = fill(template, random);
        let inner = quoted(&format!("{{{}:{}}}", quoted(key), quoted(&secret)));
        trials.push(Trial::of_json(format!("{{\"body\":{inner}}}"), &secret));
        let secret = fill(template, random);
        trials.push(Trial::of_text(format!("data {}", base64(&format!("{key}={secret}"))), &secret));
    }
    trials
}

fn placed(random: &mut Random) -> Vec<Trial> {
    let mut trials = Vec::new();
    for template in secrets::PLACED {
        for context in ["T", "ran T", "{\"cmd\":J}", "twice"] {
            let filled = fill(template, random);
            let (before, rest) = filled.split_once('«').unwrap();
            let (secret, after) = rest.split_once('»').unwrap();
            let whole = format!("{before}{secret}{after}");
            trials.push(match context {
                "twice" => Trial::of_text(twice_escaped(&whole), secret),
                "{\"cmd\":J}" => Trial::of_json(context.replace('J', &quoted(&whole)), secret),
                _ => Trial::of_text(context.replace('T', &whole), secret),
            });
        }
    }
    trials
}

#[test]
fn at_most_two_percent_of_secrets_survive() {
    let kinds = secrets::TOKENS.len() + secrets::KEYED.len() + secrets::PLACED.len();
    assert!(kinds >= 150, "{kinds} kinds");
    let (mut count, mut survivors) = (0, Vec::new());
    for seed in 0..3 {
        let mut random = Random(seed);
        for trial in [tokens(&mut random), keyed(&mut random), placed(&mut random)].into_iter().flatten() {
            count += 1;
            if trial.survives() {
                survivors.push(format!("{}\n   became {}", trial.input, trial.output));
            }
        }
    }
    let rate = survivors.len() as f64 / f64::from(count);
    println!("{} of {count} secrets of {kinds} kinds survive ({:.2} %)", survivors.len(), 100.0 * rate);
    assert!(rate <= 0.02, "{:.2} % survive:\n{}", 100.0 * rate, survivors.join("\n"));
}

#[test]
fn at_most_one_percent_of_harmless_texts_change() {
    let texts = harmless::texts(&mut Random(7));
    assert!(texts.len() >= 200, "{}", texts.len());
    let (mut count, mut changed) = (0, Vec::new());
    for input in &texts {
        for (input, output) in [
            (input.clone(), text(input)),
            (
                format!("{{\"message\":{}}}", quoted(input)),
                json(&format!("{{\"message\":{}}}", quoted(input))),
            ),
            (twice_escaped(input), text(&twice_escaped(input))),
        ] {
            count += 1;
            if input != output {
                changed.push(format!("{input}\n   became {output}"));
            }
        }
    }
    for input in harmless::JSON {
        count += 1;
        let output = json(input);
        if output != *input {
            changed.push(format!("{input}\n   became {output}"));
        }
    }
    let rate = changed.len() as f64 / f64::from(count);
    println!("{} of {count} harmless texts changed ({:.2} %)", changed.len(), 100.0 * rate);
    assert!(rate <= 0.01, "{:.2} % changed:\n{}", 100.0 * rate, changed.join("\n"));
}
