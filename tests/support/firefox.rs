//! A headless Firefox, driven by the protocol it has built in (Marionette): JSON with its length in front, on a port of
//! this machine. A second opinion on what the page's policy lets run; the long tests stay with Chromium.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::spawn::{Process, TempFolder};
use super::{Setup, scripts};

const PATIENCE: Duration = Duration::from_secs(60);

/// One Firefox with one page. It ends when this value goes.
#[derive(Debug)]
pub(crate) struct Firefox {
    stream: BufReader<TcpStream>,
    next: u64,
    process: Process,
    _profile: TempFolder,
}

impl Firefox {
    /// Starts the browser with an empty profile; `None` with a message where there is no Firefox.
    pub(crate) fn start(setup: &Setup) -> Option<Self> {
        let Some(program) = &setup.firefox else {
            println!("skipped: FIREFOX is not set");
            return None;
        };
        let profile = TempFolder::new("firefox");
        let preferences = [
            r#"user_pref("marionette.port", 0);"#,
            r#"user_pref("browser.shell.checkDefaultBrowser", false);"#,
            r#"user_pref("datareporting.policy.dataSubmissionEnabled", false);"#,
            r#"user_pref("app.normandy.enabled", false);"#,
            r#"user_pref("network.captive-portal-service.enabled", false);"#,
            r#"user_pref("network.connectivity-service.enabled", false);"#,
        ];
        profile.write("user.js", preferences.join("\n"));
        let mut command = Command::new(program);
        command.args(["--headless", "--marionette", "--no-remote", "--profile"]).arg(profile.path());
        let process = Process::silent(&mut command);
        let stream = connect(&profile.path().join("MarionetteActivePort"));
        let mut firefox = Self { stream: BufReader::new(stream), next: 0, process, _profile: profile };
        firefox.receive();
        firefox.call("WebDriver:NewSession", json!({}));
        Some(firefox)
    }

    /// Goes to an address and waits until the page has loaded.
    pub(crate) fn goto(&mut self, url: &str) {
        self.call("WebDriver:Navigate", json!({ "url": url }));
    }

    /// Opens a file of this machine, by `file://`.
    pub(crate) fn goto_file(&mut self, path: &Path) {
        self.goto(&format!("file://{}", path.display()));
    }

    /// Runs the body of a function in the page, with these arguments, and answers what it returns.
    pub(crate) fn js_with(&mut self, body: &str, arguments: Vec<Value>) -> Value {
        self.call("WebDriver:ExecuteScript", json!({ "script": body, "args": arguments }))["value"].take()
    }

    /// Runs the body of a function in the page and answers what it returns; promises are waited for.
    pub(crate) fn js(&mut self, body: &str) -> Value {
        self.js_with(body, Vec::new())
    }

    /// Waits until this expression is true in the page.
    pub(crate) fn wait_until(&mut self, expression: &str) {
        let start = Instant::now();
        while self.js(&format!("return Boolean({expression})")) != Value::Bool(true) {
            if start.elapsed() > PATIENCE {
                let text = self.js("return document.body.innerText.slice(0, 2000)");
                panic!("Firefox waited in vain for {expression}; the page shows {text}");
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// Waits until the app says that it is ready.
    pub(crate) fn wait_ready(&mut self) {
        self.wait_until("document.documentElement.dataset.makespanState === 'ready'");
    }

    /// Drops files on the page.
    pub(crate) fn drop_files(&mut self, files: &[PathBuf]) {
        self.js_with(scripts::DROP, vec![scripts::dropped(files)]);
    }

    /// Writes a picture (PNG) of the viewport.
    pub(crate) fn screenshot(&mut self, path: &Path) {
        let answer = self.call("WebDriver:TakeScreenshot", json!({ "full": false }));
        let picture = STANDARD.decode(answer["value"].as_str().unwrap_or_default()).expect("base64");
        std::fs::write(path, picture)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }

    fn call(&mut self, command: &str, parameters: Value) -> Value {
        self.next += 1;
        self.send(&json!([0, self.next, command, parameters]));
        let mut answer = self.receive();
        assert_eq!(answer[1], self.next, "answers come in order");
        assert!(answer[2].is_null(), "{command}: {}", answer[2]);
        answer[3].take()
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.stream.get_mut(), "{}:{text}", text.len()).expect("Firefox listens");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0_usize;
        let mut byte = [0];
        loop {
            self.stream.read_exact(&mut byte).expect("Firefox answers");
            match byte[0] {
                b':' => break,
                digit => length = length * 10 + usize::from(digit.wrapping_sub(b'0')),
            }
        }
        let mut text = vec![0; length];
        self.stream.read_exact(&mut text).expect("Firefox answers");
        serde_json::from_slice(&text).expect("Firefox speaks JSON")
    }
}

impl Drop for Firefox {
    /// Asks it to quit, since killing the parent would leave its content processes behind for a while.
    fn drop(&mut self) {
        let text = json!([0, self.next + 1, "Marionette:Quit", { "flags": ["eForceQuit"] }]).to_string();
        let _ = write!(self.stream.get_mut(), "{}:{text}", text.len());
        self.process.wait(Duration::from_secs(10));
    }
}

fn connect(port_file: &Path) -> TcpStream {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let port = std::fs::read_to_string(port_file).ok().and_then(|text| text.trim().parse::<u16>().ok());
        if let Some(stream) = port.and_then(|port| TcpStream::connect(("127.0.0.1", port)).ok()) {
            stream.set_read_timeout(Some(PATIENCE)).expect("a timeout that is not zero");
            return stream;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("Firefox did not open its port in {} s", PATIENCE.as_secs());
}
