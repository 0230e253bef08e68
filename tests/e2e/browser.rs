//! A real browser, driven over the `WebDriver` protocol.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    leash::{Leashed, PATIENCE, installed},
    pictures::Pictures,
};

/// The key of an element's reference, fixed by the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What keeps the browser to itself and to this test.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,800",
];

/// What the browser does with a certificate that nobody vouches for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificates {
    TakesAny,
    /// It warns, as it warns people.
    Warns,
}

/// A browser with a fresh profile.
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    pictures: Pictures,
    /// Ends before the profile goes.
    _driver: Leashed,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start(test: &str, certificates: Certificates) -> Self {
        let chromium = installed("chromium");
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(installed("chromedriver"));
        // Its crash reports and caches belong to the profile as well.
        command.arg("--port=0").env("HOME", profile.path());
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env_remove(name);
        }
        let mut driver = Leashed::start(command);
        let port = driver.announces("started successfully on port ").await;
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let mut arguments = FLAGS.map(str::to_owned).to_vec();
        let folder = profile.path().join("profile");
        arguments.push(format!("--user-data-dir={}", folder.display()));
        let mut browser = Self {
            http,
            session: format!("http://127.0.0.1:{}/session", port.trim_end_matches('.')),
            pictures: Pictures::of(test),
            _driver: driver,
            _profile: profile,
        };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "acceptInsecureCerts": certificates == Certificates::TakesAny,
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
        } } });
        let session = browser.ask(Method::POST, "", Some(wanted)).await;
        let session = session.unwrap_or_else(|e| panic!("no browser: {e}"));
        let id = session["sessionId"].as_str().expect("an id");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// Goes to an address. Where nobody answers, the browser shows a page of its own: that is no fault here.
    pub(crate) async fn open(&mut self, address: &str) {
        let body = json!({ "url": address });
        let opened = self.ask(Method::POST, "/url", Some(body)).await;
        if let Err(error) = opened {
            assert!(error.contains("net::ERR_"), "{error}");
        }
        self.picture("opened").await;
    }

    pub(crate) async fn address(&self) -> String {
        self.text_of("/url").await
    }

    /// The words on the page.
    pub(crate) async fn words(&self) -> String {
        let body = self.find("body").await.unwrap_or_default();
        self.text_of(&format!("/element/{body}/text")).await
    }

    /// Waits for an element, and types into it in place of what is there.
    pub(crate) async fn fill(&mut self, selector: &str, text: &str) {
        let field = self.wait_for(selector).await;
        let clear = format!("/element/{field}/clear");
        self.ask_surely(Method::POST, &clear, Some(json!({}))).await;
        let value = format!("/element/{field}/value");
        let text = json!({ "text": text });
        self.ask_surely(Method::POST, &value, Some(text)).await;
        self.picture(&format!("filled {selector}")).await;
    }

    /// Waits for an element and clicks it.
    pub(crate) async fn click(&mut self, selector: &str) {
        let button = self.wait_for(selector).await;
        let click = format!("/element/{button}/click");
        self.ask_surely(Method::POST, &click, Some(json!({}))).await;
        self.picture(&format!("clicked {selector}")).await;
    }

    /// Waits until the page says these words, and returns all it says.
    pub(crate) async fn says(&mut self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = self.words().await;
            if said.contains(words) {
                self.picture("says it").await;
                return said;
            }
            if Instant::now() >= deadline {
                self.picture("does not say it").await;
                panic!("the page does not say '{words}':\n{said}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the browser is at an address that begins like this, and returns all of it.
    pub(crate) async fn arrives_at(&mut self, beginning: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let address = self.address().await;
            if address.starts_with(beginning) {
                self.picture("arrived").await;
                return address;
            }
            assert!(Instant::now() < deadline, "not {beginning}: {address}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn wait_for(&mut self, selector: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(element) = self.find(selector).await {
                return element;
            }
            if Instant::now() >= deadline {
                self.picture(&format!("misses {selector}")).await;
                panic!("no {selector} on:\n{}", self.words().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn find(&self, selector: &str) -> Option<String> {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.ask(Method::POST, "/element", Some(query)).await.ok()?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    /// A page may go while it is looked at; then there is no text.
    async fn text_of(&self, path: &str) -> String {
        let text = self.ask(Method::GET, path, None).await;
        let text = text.ok().and_then(|text| text.as_str().map(str::to_owned));
        text.unwrap_or_default()
    }

    async fn ask_surely(&self, method: Method, path: &str, body: Option<Value>) {
        if let Err(error) = self.ask(method, path, body).await {
            panic!("{path}: {error}");
        }
    }

    /// The value of the driver's answer, or its complaint.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut request = self.http.request(method, format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|e| format!("{e:?}"))?;
        let succeeded = answer.status().is_success();
        let mut answer: Value = answer.json().await.map_err(|e| format!("{e:?}"))?;
        let value = answer["value"].take();
        if succeeded {
            Ok(value)
        } else {
            Err(value["message"].as_str().unwrap_or_default().to_owned())
        }
    }

    async fn picture(&mut self, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        // There is none while one page makes way for the next.
        let picture = loop {
            match self.ask(Method::GET, "/screenshot", None).await {
                Ok(Value::String(picture)) => break picture,
                other => assert!(Instant::now() < deadline, "no picture: {other:?}"),
            }
        };
        let picture = BASE64_STANDARD.decode(picture);
        self.pictures.keep(what, &picture.expect("base64"));
    }
}
