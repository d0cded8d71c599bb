//! A headless Chromium, driven by chromedriver.

use std::fmt::Write as _;
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::programs::artifacts;
use crate::required::is_installed;
use crate::{TIMEOUT, http};

/// Keys, as the protocol names them.
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";
pub const LEFT: &str = "\u{e012}";
pub const RIGHT: &str = "\u{e014}";
pub const DOWN: &str = "\u{e015}";

/// The interval between checks.
const EVERY: Duration = Duration::from_millis(20);

/// A browser, closed when dropped.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    session: String,
    driver: Driver,
}

impl Browser {
    /// Starts one with a light page of 1280 by 800 pixels; `None` if none is installed: the test is
    /// skipped.
    pub fn start() -> Option<Self> {
        if !["chromium", "chromedriver"].into_iter().all(is_installed) {
            return None;
        }
        let driver = Driver::start();
        // As root Chromium doesn't run in its sandbox, and shared memory may be small.
        let arguments = json!(["--headless=new", "--no-sandbox", "--disable-dev-shm-usage",]);
        let wanted = json!({"goog:chromeOptions": {"args": arguments}});
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(
            ClientBuilder::new(HttpConnector::new())
                .capabilities(wanted.as_object().unwrap().clone())
                .connect(&format!("http://{}", driver.address)),
        );
        let client = client.expect("Chromium starts");
        let session = runtime.block_on(client.session_id()).unwrap().expect("it has begun");
        let browser = Self { runtime, client, session, driver };
        browser.resize(1280, 800);
        browser.prefer("light");
        Some(browser)
    }

    pub fn open(&self, url: &str) {
        self.await_(self.client.goto(url));
    }

    pub fn address(&self) -> String {
        self.await_(self.client.current_url()).into()
    }

    /// Opens a new tab, which hides the others.
    pub fn new_tab(&self) {
        let tab = self.await_(self.client.new_window(true));
        self.await_(self.client.switch_to_window(tab.handle));
        self.emulate("Page.bringToFront", &json!({}));
    }

    /// Closes this tab and returns to the first one.
    pub fn close_tab(&self) {
        self.await_(self.client.close_window());
        let tabs = self.await_(self.client.windows());
        self.await_(self.client.switch_to_window(tabs[0].clone()));
        self.emulate("Page.bringToFront", &json!({}));
    }

    /// Evaluates a JavaScript expression in the page.
    #[track_caller]
    pub fn ask(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let answer = self.runtime.block_on(self.client.execute(&script, Vec::new()));
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&self, expression: &str) {
        let begin = Instant::now();
        while self.ask(&format!("Boolean({expression})")) != json!(true) {
            if begin.elapsed() > TIMEOUT {
                self.screenshot("failed");
                panic!("never: {expression}\n{}", self.ask("document.body.innerText"));
            }
            self.runtime.block_on(async { tokio::time::sleep(EVERY).await });
        }
    }

    pub fn click(&self, selector: &str) {
        let element = self.await_(self.client.find(Locator::Css(selector)));
        self.await_(element.click());
    }

    pub fn type_into(&self, selector: &str, keys: &str) {
        let element = self.await_(self.client.find(Locator::Css(selector)));
        self.await_(element.send_keys(keys));
    }

    /// Presses keys in the focused element.
    pub fn press(&self, keys: &str) {
        let element = self.await_(self.client.active_element());
        self.await_(element.send_keys(keys));
    }

    /// Drags between two points of an element, in pixels from its centre.
    pub fn drag(&self, selector: &str, from: i64, to: i64) {
        let element = self.await_(self.client.find(Locator::Css(selector)));
        let at = |x| PointerAction::MoveToElement {
            element: element.clone(),
            duration: None,
            x: x as f64,
            y: 0.0,
        };
        let mouse = MouseActions::new("mouse".to_owned())
            .then(at(from))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(at(to))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.await_(self.client.perform_actions(mouse));
    }

    /// Sets the size of the page, whatever that of the window.
    pub fn resize(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.emulate("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Sets the system's colour scheme for the page.
    pub fn prefer(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.emulate("Emulation.setEmulatedMedia", &features);
    }

    /// Sets the page's time zone; an empty one is the system's.
    pub fn time_zone(&self, zone: &str) {
        self.emulate("Emulation.setTimezoneOverride", &json!({"timezoneId": zone}));
    }

    /// Sends a command of Chromium's protocol.
    #[track_caller]
    fn emulate(&self, command: &str, parameters: &Value) {
        let body = json!({"cmd": command, "params": parameters}).to_string();
        let answer = self.driver.send("POST", &self.session, "/goog/cdp/execute", &body);
        assert_eq!(answer, Some(200), "{command}");
    }

    /// Saves a screenshot of the page among the test artefacts.
    pub fn screenshot(&self, name: &str) {
        let folder = artifacts().join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        let picture = self.await_(self.client.screenshot());
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    #[track_caller]
    fn await_<T, E: std::fmt::Debug>(&self, event: impl Future<Output = Result<T, E>>) -> T {
        self.runtime.block_on(event).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends with its session, not with its driver.
        self.driver.send("DELETE", &self.session, "", "");
    }
}

/// An expression for how many parts of the page scroll up and down.
pub const SCROLLING: &str = "[...document.querySelectorAll('*')].filter(node =>
    node.scrollHeight > node.clientHeight + 1 && node.clientHeight > 0
        && ['auto', 'scroll'].includes(getComputedStyle(node).overflowY)).length";

/// An expression for how many pixels of a chart have the colour of a line.
pub fn pixels(chart: usize, line: usize) -> String {
    format!(
        "(() => {{
            const canvas = document.querySelectorAll('.charts canvas')[{chart}];
            if (!canvas?.width) return 0;
            const pen = canvas.getContext('2d');
            const {{ data }} = pen.getImageData(0, 0, canvas.width, canvas.height);
            pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--line-{line}').trim();
            const wanted = parseInt(pen.fillStyle.slice(1), 16);
            let found = 0;
            for (let at = 0; at < data.length; at += 4) {{
                const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
                found += data[at + 3] === 255 && color === wanted;
            }}
            return found;
        }})()"
    )
}

/// chromedriver, stopped when dropped.
struct Driver {
    child: Child,
    address: SocketAddr,
}

impl Driver {
    fn start() -> Self {
        let mut command = Command::new("chromedriver");
        let mut child = command.arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let port = line.unwrap();
            let port = port.strip_prefix("ChromeDriver was started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // The rest of its output is read so that it never blocks.
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.expect("chromedriver reports its port");
        Self { child, address: ([127, 0, 0, 1], port).into() }
    }

    /// The status of the answer.
    fn send(&self, method: &str, session: &str, path: &str, body: &str) -> Option<u16> {
        let mut request = format!("{method} /session/{session}{path} HTTP/1.1\r\n");
        let (address, length) = (self.address, body.len());
        write!(request, "Host: {address}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        http::send(self.address, &request).map(|answer| answer.status)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
