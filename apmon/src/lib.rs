//! Client of the MonALISA monitoring system: sends named values in small packets over UDP, as ApMon for
//! Python, Perl, C, C++ and Java does.
//!
//! ```no_run
//! use std::time::{Duration, SystemTime};
//!
//! use apmon::{ApMon, params};
//!
//! # let events = 1_000;
//! # let list = params!["n" => 1];
//! // Destinations and options from files and URLs, those of the originals included…
//! let apmon = ApMon::from_config(["/etc/apmon.conf", "http://conf.example.org/shop"])?;
//! // …or from the program: `host[:port][ password]`.
//! let apmon = ApMon::builder()
//!     .destination("ml.example.org:8884 secret")?
//!     .cluster("Shop")
//!     .node("web-1")
//!     .on_error(|report| eprintln!("{report}"))
//!     .start()?;
//!
//! apmon.send(params!["orders" => 17, "state" => "open", "load" => 0.5])?;
//! // Another cluster and node, which are those of the next `send`, too.
//! apmon.send_to("Tier2_Jobs", "job.17", params!["events" => events])?;
//! apmon.packet("Tier2_Jobs", "job.17").at(SystemTime::now()).params(list).send()?;
//!
//! apmon.connect(Duration::from_secs(5))?; // optional: waits for the addresses
//! apmon.flush(Duration::from_secs(5)); // waits for what is queued
//! println!("{:?}", apmon.counts());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | for |
//! | --- | --- |
//! | [`ApMon`], [`Builder`] | sending |
//! | [`Job`], [`JobHandle`] | figures of jobs |
//! | [`wire`] | the packet, as bytes and as values |
//! | [`config`] | configuration files |
//!
//! The program `apmon`, from the crate `apmon-cli`, sends from the command line, monitors hosts and jobs,
//! receives, decodes and checks.
//!
//! # What a send costs, and what it never does
//!
//! A packet is one system call for each destination, and nothing is allocated after a thread's first
//! packet, unless one is queued. A send never blocks, never looks up a name, and never prints. Names are
//! looked up, and files and URLs are read again, by a thread; another one sends what is queued. No lock
//! is held during a system call or a call of [`Builder::on_error`].
//!
//! A parameter is in a packet as a whole or not at all. One that is wrong is left out and the others are
//! sent: [`ApMon::send`] has the details. It returns an error only if it sends nothing.
//!
//! UDP may lose packets silently. Of all others, each has one fate for each destination, which
//! [`ApMon::counts`] counts, and [`Builder::stats`] publishes: sent, queued, or not sent and why. What
//! goes wrong is also reported to [`Builder::on_error`], each kind once in 10 minutes.
//!
//! # The rate
//!
//! MonALISA takes 50 packets a second from an address. As in the originals, a process sends at most 20 a
//! second to all destinations together ([`Builder::max_rate`], or `xApMon_maxMsgRate`), after a burst of
//! 12.5 s' worth: 251 packets. Beyond that packets are queued, with the time at which they were, and sent
//! in the background; or they are dropped: see [`RateLimit`].
//!
//! # Figures
//!
//! An [`ApMon`] also sends figures of the host and of jobs from the background, as the originals do: what
//! the host's processors, memory, disks, network and processes do, every second time what the host is,
//! and sums over a job's processes. A thread reads them from `/proc` and `/sys`; no process is started. A
//! figure that can't be read, or needs a second sample, is left out.
//!
//! ```no_run
//! # let (pid, directory) = (1, "/tmp");
//! use apmon::{ApMon, Job};
//!
//! let apmon = ApMon::from_config(["/etc/apmon.conf"])?; // its options say which figures, and how often
//! apmon.set_host("Tier2_Nodes", "wn001");
//! let job = apmon.add_job(pid, Job::new("Tier2_Jobs", "job.17").work_dir(directory))?;
//! // …
//! drop(job); // sends final figures of the job
//! apmon.monitor(false); // no figures from now on…
//! apmon.monitor_now(); // …but once
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without a configuration, figures of the host are sent only after [`Builder::monitor`] or
//! [`ApMon::monitor`].
//!
//! # Forks
//!
//! A child of a fork uses the same [`ApMon`]. It has its own sockets, threads and counts, and receivers
//! see it as another sender. What its parent had queued is sent by the parent, and so are figures, until
//! the child asks for some.
//!
//! # For those who know the originals
//!
//! | ApMon | here |
//! | --- | --- |
//! | `sendParams`, `sendParameters` | [`ApMon::send`], [`ApMon::send_to`] |
//! | `sendTimedParams`, `sendTimedParameters` | [`PacketBuilder::at`] |
//! | `setMaxMsgRate`, `setMaxMsgSize` | [`Builder::max_rate`], [`Builder::max_size`] |
//! | `addJobToMonitor`, `removeJobToMonitor` | [`ApMon::add_job`], dropping the [`JobHandle`] |
//! | `setMonitorClusterNode` | [`ApMon::set_host`] |
//! | `enableBgMonitoring`, `sendBgMonitoring` | [`ApMon::monitor`], [`ApMon::monitor_now`] |
//! | `initializedOK` | [`ApMon::connect`] |
//! | `free` | dropping it, or [`ApMon::close`] |
//!
//! # Features
//!
//! `http`, on by default: configuration from URLs that begin with `http://`.
#![forbid(unsafe_code)]

mod apmon;
pub mod config;
mod figures;
mod monitor;
mod params;
mod per_process;
mod send;
pub mod wire;

pub use apmon::ApMon;
pub use monitor::{Job, JobError, JobHandle};
pub use send::{
    Builder, ConnectError, Counts, PacketBuilder, RateLimit, Report, SendError, Sent, StartError,
};
pub use wire::{Parameter, Value};

/// What the program `apmon` and benchmarks use; not part of the interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::figures::HostSampler;
    pub use crate::monitor::Schedule;
}

/// The README's code is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
