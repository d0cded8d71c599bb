//! Stats files of what nodes send: `slurpstats`, `pollstats` and `mmash` show them.
//!
//! Whoever may send chooses every name and value, so all of it is bounded, and what is beyond is counted.

mod limits;
mod names;
mod node;
mod rejection;
mod stats;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use apmon::wire::{Packet, Parameter};
use hashlink::LinkedHashMap;
use mmstats::{CreateError, MmStats, Options, Published};

use self::limits::MAX_LABEL;
use self::names::text;
use self::node::{At, Node};
use self::rejection::{Rejection, Reports};
use self::stats::PublishStats;
use super::packets::Received;
use crate::published::STRUCT_NAME;

/// A publisher that several threads use in turn.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Publisher>>);

impl Shared {
    /// It belongs to nobody yet.
    pub fn new(publisher: Publisher) -> Self {
        Self(Arc::new(Mutex::new(publisher)))
    }

    /// Does something with it.
    pub fn with<R>(&self, action: impl FnOnce(&mut Publisher) -> R) -> R {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The nodes that send, each with its files.
#[derive(Debug)]
pub struct Publisher {
    /// The longest silent first.
    nodes: LinkedHashMap<String, Node>,
    max_nodes: usize,
    expire: Duration,
    options: Options,
    stats: Published<PublishStats>,
    reports: Reports,
    /// The key of the packet's node; its memory is used again.
    key: String,
}

impl Publisher {
    /// Publishes at most this many nodes, in the usual directory. One that is silent for `expire` goes.
    ///
    /// # Errors
    ///
    /// Returns an error if the environment has an invalid template for file names.
    pub fn new(max_nodes: usize, expire: Duration) -> Result<Self, CreateError> {
        let stats = PublishStats::options().or_private_memory().create()?;
        Ok(Self::with(max_nodes, expire, Options::dynamic(STRUCT_NAME), stats))
    }

    /// The same in this directory.
    #[cfg(test)]
    fn new_in(directory: &std::path::Path, max_nodes: usize, expire: Duration) -> Self {
        let stats = PublishStats::options().path(directory).create().unwrap();
        Self::with(max_nodes, expire, Options::dynamic(STRUCT_NAME).path(directory), stats)
    }

    fn with(
        max_nodes: usize,
        expire: Duration,
        options: Options,
        stats: Published<PublishStats>,
    ) -> Self {
        let (nodes, reports, key) = (LinkedHashMap::new(), Reports::default(), String::new());
        Self { nodes, max_nodes, expire, options, stats, reports, key }
    }

    /// Publishes what a packet says.
    pub fn take(&mut self, received: &Received<'_>, packet: &Packet<'_>, now: Instant) {
        if let Err(rejection) = self.meet(packet, now) {
            self.stats.rejected_nodes.incr();
            self.reports.report(&rejection, packet.cluster, packet.node);
            return;
        }
        let Some(node) = self.nodes.to_back(&self.key) else { return };
        node.heard = now;
        let at = At::new(packet.time, received.at);
        for Parameter { name, value } in &packet.parameters {
            match node.set(&text(name), value, at) {
                Ok(set) => self.stats.count(set),
                Err(rejection) => {
                    self.stats.count_rejected(&rejection);
                    self.reports.report(&rejection, packet.cluster, packet.node);
                }
            }
        }
    }

    /// Removes the nodes that were silent for long, with their files.
    pub fn expire(&mut self, now: Instant) {
        while self.next_expiry().is_some_and(|at| at <= now) {
            self.nodes.pop_front();
            self.stats.expired.incr();
            self.stats.nodes.set(self.nodes.len() as u64);
        }
    }

    /// When the longest silent node goes, unless it sends something.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.nodes.front().map(|(_, node)| node.heard + self.expire)
    }

    /// The file of its own stats, unless none could be created.
    pub fn path(&self) -> Option<PathBuf> {
        self.stats.path().map(Path::to_path_buf)
    }

    /// The files of all nodes.
    pub fn node_paths(&self) -> Vec<PathBuf> {
        self.nodes.values().flat_map(Node::paths).map(Path::to_path_buf).collect()
    }

    /// Makes the packet's node one of those known, and `self.key` its key.
    fn meet(&mut self, packet: &Packet<'_>, now: Instant) -> Result<(), Rejection> {
        let longest = packet.cluster.len().max(packet.node.len());
        if longest > MAX_LABEL {
            return Err(Rejection::NodeName { bytes: longest });
        }
        let (cluster, node) = (text(packet.cluster), text(packet.node));
        self.key.clear();
        // No text has a NUL, so no two nodes have one key.
        self.key.extend([&*cluster, "\0", &*node]);
        if self.nodes.contains_key(&self.key) {
            return Ok(());
        }
        if self.nodes.len() >= self.max_nodes {
            return Err(Rejection::Nodes { max: self.max_nodes });
        }
        let node = Node::new(&cluster, &node, self.options.clone(), now)?;
        self.nodes.insert(self.key.clone(), node);
        self.stats.nodes.set(self.nodes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
