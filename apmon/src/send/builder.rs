//! The settings of a sender.

use std::ffi::OsStr;
use std::sync::Arc;

use mmstats_proc::Roots;
use mmstats_proc::host::full_name;

use super::clock::Clock;
use super::error::StartError;
use super::names::Pair;
use super::process::Process;
use super::report::{OnError, Report, Reporter};
use super::resolve;
use super::routing::Routing;
use super::sender::Sender;
use super::settings::{RateLimit, Settings};
use crate::config::{
    Configuration, Destination, DestinationError, OptionError, Options, Source, SourceError,
    Sources,
};
use crate::wire::MAX_PACKET;

/// The cluster of the originals' own parameters.
const CLUSTER: &str = "ApMon_UserSend";
/// The range of a packet's size.
const SIZES: std::ops::RangeInclusive<usize> = 512..=MAX_PACKET;

/// Builds a sender: see [`ApMon::builder`](crate::ApMon::builder).
#[derive(Default)]
#[must_use = "the sender begins with `start`"]
pub struct Builder {
    destinations: Vec<Destination>,
    sources: Vec<Result<Source, SourceError>>,
    cluster: Option<String>,
    node: Option<String>,
    rate_limit: RateLimit,
    max_rate: Option<u32>,
    max_size: Option<usize>,
    not_finite: bool,
    publish: bool,
    monitor: Option<bool>,
    /// Options that override the configuration's.
    options: Vec<(String, String)>,
    on_error: Option<OnError>,
}

impl Builder {
    /// Adds a destination: `host[:port][ password]`, port 8884 by default, IPv6 addresses in brackets.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is none.
    pub fn destination(mut self, text: &str) -> Result<Self, DestinationError> {
        self.destinations.push(text.parse()?);
        Ok(self)
    }

    /// Adds a destination that is parsed already, perhaps with a password from elsewhere.
    pub fn with_destination(mut self, destination: Destination) -> Self {
        self.destinations.push(destination);
        self
    }

    /// Adds configuration files and `http://` URLs. In random order, the first one that has a
    /// destination is used; it is read again every 10 minutes, unless it says otherwise.
    pub fn config<S: AsRef<OsStr>>(mut self, sources: impl IntoIterator<Item = S>) -> Self {
        self.sources.extend(sources.into_iter().map(Source::new));
        self
    }

    /// The cluster until another one is used. Default: `ApMon_UserSend`.
    pub fn cluster(mut self, cluster: impl Into<String>) -> Self {
        self.cluster = Some(cluster.into());
        self
    }

    /// The node until another one is used. Default: the full name of this host, as far as `/etc/hosts`
    /// has it.
    pub fn node(mut self, node: impl Into<String>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// What happens to packets beyond the rate. Default: a queue of 1,000 for each destination.
    pub fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// Packets a second, to all destinations together; at first 12.5 s' worth may be sent at once.
    /// Overrides the configuration's. Default: 20.
    pub fn max_rate(mut self, packets: u32) -> Self {
        self.max_rate = Some(packets);
        self
    }

    /// Maximum size of a packet in bytes, 512 to 8,192. A larger parameter goes alone. Overrides the
    /// configuration's. Default: 1,440, which fits into an Ethernet frame.
    pub fn max_size(mut self, bytes: usize) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Whether numbers that are infinite or not a number are sent. Receivers take them as they are.
    /// Default: they are left out.
    pub fn not_finite(mut self, send: bool) -> Self {
        self.not_finite = send;
        self
    }

    /// Whether to publish the counts as stats `apmon.send.*`, in a stats file for each thread that
    /// sends. Default: no.
    pub fn stats(mut self, publish: bool) -> Self {
        self.publish = publish;
        self
    }

    /// Sets an option of the configuration by its name without `xApMon_`: `("sys_interval", "60")`. It
    /// overrides the configuration's, now and when that is read again.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such option, it has no such value, or it has no effect.
    pub fn option(mut self, name: &str, value: &str) -> Result<Self, OptionError> {
        Options::default().set(name, value)?;
        self.options.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    /// Whether figures of the host and of [jobs](crate::ApMon::add_job) are sent from the background, as
    /// the configuration's options say. Default: those of the host only if there is a
    /// [configuration](Self::config), and those of jobs as soon as there is one.
    /// [`ApMon::monitor`](crate::ApMon::monitor) changes it later.
    pub fn monitor(mut self, on: bool) -> Self {
        self.monitor = Some(on);
        self
    }

    /// What to do with reports of problems: at most one of a kind in 10 minutes. It is called by the
    /// thread that met the problem, which may be the one that sends. Default: nothing.
    pub fn on_error(mut self, action: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Box::new(action));
        self
    }

    /// What [`monitor`](Self::monitor) was told: of the host, of jobs.
    pub(crate) fn monitored(&self) -> (bool, bool) {
        (self.monitor.unwrap_or(!self.sources.is_empty()), self.monitor.unwrap_or(true))
    }

    /// Reads the configuration and starts to look up addresses.
    pub(crate) fn sender(self) -> Result<Sender, StartError> {
        self.sender_with(Clock::system(), true)
    }

    pub(super) fn sender_with(self, clock: Clock, threads: bool) -> Result<Sender, StartError> {
        self.check()?;
        let sources = self.sources.into_iter().collect::<Result<Sources, _>>()?;
        let sources = (sources.iter().count() > 0).then_some(sources);
        let mut configuration = match &sources {
            Some(sources) => sources.load()?,
            None => Configuration::default(),
        };
        configuration.options.set_all(&self.options);
        let reporter = Reporter::new(self.on_error);
        reporter.set_level(configuration.options.level);
        for problem in &configuration.problems {
            reporter.report_each(problem.level, || problem.to_string());
        }
        let routing = Routing::new(&self.destinations, configuration, None);
        let settings = Settings {
            destinations: self.destinations,
            sources,
            options: self.options,
            names: Pair {
                cluster: self.cluster.unwrap_or_else(|| CLUSTER.to_owned()),
                node: self.node.unwrap_or_else(host_name),
            },
            rate_limit: self.rate_limit,
            max_rate: self.max_rate,
            max_size: self.max_size,
            finite: !self.not_finite,
            publish: self.publish,
            reporter,
            clock,
            threads,
        };
        let process = Arc::new(Process::new(Arc::new(settings), routing));
        let report = |topic, message| process.report(topic, || message);
        resolve::resolve_literals(&process.routing.load(), report);
        resolve::start(&process);
        Ok(Sender::new(process))
    }

    fn check(&self) -> Result<(), StartError> {
        if self.destinations.is_empty() && self.sources.is_empty() {
            return Err(StartError::NoDestination);
        }
        if self.max_rate == Some(0) {
            let expected = "at least 1 packet a second";
            return Err(StartError::OutOfRange { setting: "max_rate", found: 0, expected });
        }
        if let Some(size) = self.max_size.filter(|size| !SIZES.contains(size)) {
            let (setting, expected) = ("max_size", "512 to 8192 bytes");
            return Err(StartError::OutOfRange { setting, found: size as u64, expected });
        }
        Ok(())
    }
}

/// The full name of this host, as far as it is known.
fn host_name() -> String {
    full_name(&Roots::default()).unwrap_or_default()
}
