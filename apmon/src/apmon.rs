//! What a program uses: a sender, and the monitor that sends figures by it.

use std::ffi::OsStr;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mmstats_proc::Roots;

use crate::config::{Destination, Options};
use crate::monitor::{Background, Job, JobError, JobHandle};
use crate::per_process::Own;
use crate::send::{
    Builder, ConnectError, Counts, PacketBuilder, SendError, Sender, Sent, StartError, To,
};
use crate::wire::Parameter;

/// How long one that is dropped goes on to collect final figures and to send what waits.
const LAST_SENDS: Duration = Duration::from_secs(1);

/// Sends parameters to MonALISA's receivers, and from the background [figures](crate#figures) of the host
/// and of jobs.
///
/// It can be shared by threads, and survives a fork: a child sends by sockets of its own, under an
/// instance of its own, and begins to count anew. What waits in its parent's queue stays there, and so do
/// the jobs and the figures of the host.
///
/// When it is dropped, it sends final figures of each job and what waits, for at most a second, and reports
/// how many packets weren't sent.
pub struct ApMon {
    background: Own<Background>,
    sender: Arc<Sender>,
}

impl ApMon {
    /// A sender with these configuration files and `http://` URLs: in random order, the first one that
    /// has a destination is used. It sends figures of the host as their options say: see
    /// [`Builder::monitor`].
    ///
    /// # Errors
    ///
    /// Returns an error if none has a destination.
    pub fn from_config<S: AsRef<OsStr>>(
        sources: impl IntoIterator<Item = S>,
    ) -> Result<Self, StartError> {
        Self::builder().config(sources).start()
    }

    /// A sender with other settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Sends parameters for the last cluster and node: at first those of the
    /// [builder](Builder::cluster).
    ///
    /// More parameters than a packet holds go into several. A parameter without a name, a number that
    /// is not finite and a text that no packet can hold are left out; they are counted and reported.
    ///
    /// # Errors
    ///
    /// Returns an error if no parameter is left, cluster and node leave no room for one, or there is no
    /// destination.
    pub fn send<'a>(&self, parameters: impl AsRef<[Parameter<'a>]>) -> Result<Sent, SendError> {
        self.sender.send(To::Last, None, parameters.as_ref())
    }

    /// Sends parameters for this cluster and node, which are remembered.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to<'a>(
        &self,
        cluster: &str,
        node: &str,
        parameters: impl AsRef<[Parameter<'a>]>,
    ) -> Result<Sent, SendError> {
        self.packet(cluster, node).params(parameters).send()
    }

    /// A packet for this cluster and node, which are remembered when it is sent.
    pub fn packet<'a>(&'a self, cluster: &'a str, node: &'a str) -> PacketBuilder<'a> {
        PacketBuilder::new(&self.sender, cluster, node)
    }

    /// Turns on or off that figures of the host and of jobs are sent from the background, final ones
    /// included. The options `sys_monitoring` and `job_monitoring` must be on, too.
    pub fn monitor(&self, on: bool) {
        self.background().monitor(on);
    }

    /// Sends figures of the host and of all jobs now, whatever is turned on, and returns when they were sent
    /// or queued: at most after 5 s.
    pub fn monitor_now(&self) {
        self.background().everything();
    }

    /// The cluster and node of the host's figures. At first `ApMon_SysMon` and the full name of this host,
    /// as far as `/etc/hosts` has it.
    pub fn set_host(&self, cluster: &str, node: &str) {
        self.background().set_host(cluster, node);
    }

    /// Sends figures of a process and its descendants, every `job_interval`, from now on. Last ones are sent
    /// when the handle is dropped, or else soon after that process has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such process, or `/proc` can't be read.
    pub fn add_job(&self, pid: u32, job: Job) -> Result<JobHandle, JobError> {
        JobHandle::new(Arc::clone(&self.background()), pid, job)
    }

    /// Reads the configuration again now, in the background: what SIGHUP asks of servers.
    pub fn reload(&self) {
        self.sender.reload();
    }

    /// The options that hold now.
    pub fn options(&self) -> Options {
        self.sender.options()
    }

    /// Where packets are sent now: without passwords when displayed, and without those that have the
    /// same address as an earlier one.
    pub fn destinations(&self) -> Vec<Destination> {
        self.sender.destinations()
    }

    /// What became of the packets of this process so far.
    pub fn counts(&self) -> Counts {
        self.sender.counts()
    }

    /// Waits until the address of each destination is known. Optional: until then packets are queued,
    /// or dropped with [`RateLimit::Drop`](crate::RateLimit::Drop).
    ///
    /// # Errors
    ///
    /// Returns an error that names the first destination without an address if that takes longer than
    /// `timeout`.
    pub fn connect(&self, timeout: Duration) -> Result<(), ConnectError> {
        self.sender.connect(timeout)
    }

    /// Waits until no packet waits any more, for at most `timeout`. Returns how many do.
    pub fn flush(&self, timeout: Duration) -> u64 {
        self.sender.flush(timeout)
    }

    /// Sends final figures of each job and what waits, for at most a second, reports how many packets weren't
    /// sent, and returns the final counts. Dropping it does the same.
    pub fn close(self) -> Counts {
        self.end();
        self.counts()
    }

    fn end(&self) {
        let deadline = Instant::now() + LAST_SENDS;
        if let Some(background) = self.background.existing() {
            background.stop(deadline);
        }
        self.sender.end(deadline);
    }

    /// The monitor of this process.
    fn background(&self) -> arc_swap::Guard<Arc<Background>> {
        self.background.get(|_, _| {})
    }
}

impl Builder {
    /// Reads the configuration and starts to look up addresses.
    ///
    /// URLs may take 5 s in all. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no destination, no source has one, or a setting is out of its
    /// range.
    pub fn start(self) -> Result<ApMon, StartError> {
        let monitored = self.monitored();
        let sender = Arc::new(self.sender()?);
        let background = Background::start(Arc::clone(&sender), Roots::default(), monitored);
        Ok(ApMon { background: Own::new(Arc::new(background)), sender })
    }
}

impl Drop for ApMon {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for ApMon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let destinations: Vec<_> = self.destinations().iter().map(ToString::to_string).collect();
        f.debug_struct("ApMon")
            .field("destinations", &destinations)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
