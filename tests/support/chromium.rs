//! A headless Chromium, driven through its own driver by WebDriver and, where that ends, by Chromium's protocol.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::cpu::Cpu;
use super::spawn::{Process, TempFolder};
use super::{Setup, scripts};

const PATIENCE: Duration = Duration::from_secs(30);

/// How the page is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Width of the viewport in CSS pixels.
    pub(crate) width: u32,
    /// Height of the viewport in CSS pixels.
    pub(crate) height: u32,
    /// Whether the person prefers dark colours.
    pub(crate) dark: bool,
}

impl Default for View {
    fn default() -> Self {
        Self { width: 1280, height: 800, dark: false }
    }
}

/// A line of the browser's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub(crate) level: String,
    /// The text, with the address and place it came from in front.
    pub(crate) message: String,
}

/// One browser with one page. It ends when this value goes, also when a test panics.
#[derive(Debug)]
pub(crate) struct Chromium {
    client: Client,
    session: String,
    port: u16,
    driver: Process,
    _profile: TempFolder,
}

impl Chromium {
    /// Starts driver and browser with an empty profile.
    pub(crate) async fn start(setup: &Setup, view: View) -> Self {
        let profile = TempFolder::new("chromium");
        let mut command = Command::new(&setup.chromedriver);
        let (driver, port) = Process::start(command.arg("--port=0"), |line| {
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
        });
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            &format!("--window-size={},{}", view.width, view.height),
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": setup.chromium, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is written as an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromedriver opens a session");
        let session = client.session_id().await.ok().flatten().expect("an open session has an id");
        let page = Self { client, session, port, driver, _profile: profile };
        page.resize(view.width, view.height).await;
        page.emulate(view.dark, false).await;
        page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": scripts::WATCH })).await;
        // The browser starts with a page of its own, whose requests and complaints are not the app's.
        page.goto("about:blank").await;
        page.requests().await;
        page.log().await;
        page
    }

    /// Goes to an address and waits until the page has loaded.
    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("cannot go to {url}: {error}"));
    }

    /// Opens a file of this machine, by `file://`.
    pub(crate) async fn goto_file(&self, path: &Path) {
        self.goto(&format!("file://{}", path.display())).await;
    }

    /// Runs the body of a function in the page, with these arguments, and answers what it returns.
    pub(crate) async fn js_with(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute(body, arguments)
            .await
            .unwrap_or_else(|error| panic!("in the page: {error}\n{body}"))
    }

    /// Runs the body of a function in the page and answers what it returns; promises are waited for.
    pub(crate) async fn js(&self, body: &str) -> Value {
        self.js_with(body, Vec::new()).await
    }

    /// Waits until this expression is true in the page.
    pub(crate) async fn wait_until(&self, expression: &str) {
        let body = format!("return Boolean({expression})");
        let start = Instant::now();
        while self.js(&body).await != Value::Bool(true) {
            if start.elapsed() > PATIENCE {
                let state = self.js(scripts::STATE).await;
                let saw = self.js("return window.harnessSaw || []").await;
                let text = self.js("return document.body.innerText.slice(0, 2000)").await;
                panic!(
                    "waited in vain for {expression}; the state is {state}, the page saw {saw} and shows {text}"
                );
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until the app says that it is ready.
    pub(crate) async fn wait_ready(&self) {
        self.wait_until("document.documentElement.dataset.makespanState === 'ready'").await;
    }

    /// Drops files on the page.
    pub(crate) async fn drop_files(&self, files: &[PathBuf]) {
        self.js_with(scripts::DROP, vec![scripts::dropped(files)]).await;
    }

    /// Chooses files in a file input, as its dialogue would.
    pub(crate) async fn choose_files(&self, selector: &str, files: &[PathBuf]) {
        let paths: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let input = self.client.find(Locator::Css(selector)).await;
        let input = input.unwrap_or_else(|error| panic!("no file input {selector}: {error}"));
        input.send_keys(&paths.join("\n")).await.expect("the input takes files");
    }

    /// The text that a person sees of the first element that the selector finds.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("no element {selector}: {error}"));
        element.text().await.expect("an element has text")
    }

    /// Clicks the first element that the selector finds, in its middle.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("no element {selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("cannot click {selector}: {error}"));
    }

    /// Writes a picture (PNG) of the viewport.
    pub(crate) async fn screenshot(&self, path: &Path) {
        let picture = self.client.screenshot().await.expect("a picture of the page");
        std::fs::write(path, picture)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }

    /// What the console got since it was last asked.
    pub(crate) async fn log(&self) -> Vec<LogEntry> {
        let entry = |value: &Value| LogEntry {
            level: value["level"].as_str().unwrap_or_default().to_owned(),
            message: value["message"].as_str().unwrap_or_default().to_owned(),
        };
        self.driver_log("browser").await.iter().map(entry).collect()
    }

    /// Asserts that nothing went wrong unseen since the page was loaded: no error, no rejected promise, no breach of
    /// the content security policy, neither in the page nor in the console.
    pub(crate) async fn assert_quiet(&self) {
        let saw = self.js("return window.harnessSaw || []").await;
        assert_eq!(saw, json!([]), "the page saw what must not happen");
        let log = self.log().await;
        let loud: Vec<&LogEntry> = log.iter().filter(|entry| entry.level == "SEVERE").collect();
        assert!(loud.is_empty(), "the console holds {loud:#?}");
    }

    /// Every address that the page asked for since this was last called, whether it was answered or not.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let url = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &event["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            sent.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned)).flatten()
        };
        self.driver_log("performance").await.iter().filter_map(url).collect()
    }

    /// Sets the viewport, in CSS pixels, with one device pixel each.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Sets what the person prefers.
    pub(crate) async fn emulate(&self, dark: bool, reduced_motion: bool) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } },
            { "name": "prefers-reduced-motion", "value": if reduced_motion { "reduce" } else { "no-preference" } },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Takes the network away, or gives it back.
    pub(crate) async fn offline(&self, offline: bool) {
        self.cdp("Network.enable", json!({})).await;
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    /// One command of Chromium's own protocol.
    pub(crate) async fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    async fn driver_log(&self, kind: &str) -> Vec<Value> {
        match self.post("se/log", json!({ "type": kind })).await {
            Value::Array(entries) => entries,
            other => panic!("the driver's log is no list: {other}"),
        }
    }

    /// The id of the process that started the browser.
    pub(crate) fn driver(&self) -> u32 {
        self.driver.id()
    }

    /// Waits until the browser has next to nothing to do, five seconds at most.
    pub(crate) async fn settle(&self) {
        let mut last = Cpu::now(self.driver());
        let mut quiet = 0;
        for _ in 0..25 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = Cpu::now(self.driver());
            quiet = if now.since(&last) < 0.004 { quiet + 1 } else { 0 };
            last = now;
            if quiet == 3 {
                return;
            }
        }
    }

    /// Sets how long a script in the page may take until it answers.
    pub(crate) async fn patience(&self, time: Duration) {
        self.post("timeouts", json!({ "script": time.as_millis() as u64 })).await;
    }

    /// Posts a command that the client has no method for.
    pub(crate) async fn post(&self, path: &'static str, body: Value) -> Value {
        let command = Post { path, body: body.to_string() };
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Drop for Chromium {
    /// Ends the session by a plain blocking request: a panicking test has no runtime left to await with, and a driver
    /// that is killed leaves its browser behind.
    fn drop(&mut self) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let session = &self.session;
        let _ = write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        );
        let _ = stream.read(&mut [0; 64]);
    }
}

#[derive(Debug)]
struct Post {
    path: &'static str,
    body: String,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}
