//! The open connections, and which one is evicted when there are too many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How long a response may be left unread before its connection can be evicted.
const STALLED_AFTER: Duration = Duration::from_secs(5);

/// The connections of a server.
#[derive(Debug)]
pub struct Connections {
    limit: usize,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    freed: Notify,
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    number: u64,
    activity: Mutex<Activity>,
    closed: Notify,
}

/// What a connection is doing, and since when.
#[derive(Clone, Copy, Debug)]
enum Activity {
    /// No request has come, or only part of its headers.
    Idle(Instant),
    /// A request is being answered.
    Active,
    /// The client doesn't read the response.
    Stalled(Instant),
}

impl Connections {
    /// Allows this many connections at a time.
    pub fn new(limit: usize) -> Self {
        Self { limit, open: Mutex::default(), freed: Notify::new() }
    }

    /// Admits connection `number`. At the limit, the connection that has been idle longest is closed,
    /// or else one that has stalled; if all are active, the new one waits.
    pub async fn admit(self: &Arc<Self>, number: u64) -> Admission {
        loop {
            if let Some(admission) = self.try_admit(number) {
                return admission;
            }
            // A connection may become evictable without any being closed.
            let _ = tokio::time::timeout(Duration::from_secs(1), self.freed.notified()).await;
        }
    }

    fn try_admit(self: &Arc<Self>, number: u64) -> Option<Admission> {
        let now = Instant::now();
        let mut open = self.open();
        if open.len() >= self.limit {
            let evictable = open.values().filter_map(|connection| {
                Some((connection.activity().eviction_rank(now)?, connection.number))
            });
            let (_, number) = evictable.min()?;
            open.remove(&number)?.close();
        }
        let activity = Mutex::new(Activity::Idle(now));
        let connection = Arc::new(Connection { number, activity, closed: Notify::new() });
        open.insert(number, Arc::clone(&connection));
        Some(Admission { connections: Arc::clone(self), connection })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Activity {
    /// The lowest is evicted first: idle before stalled. `None` is never evicted.
    fn eviction_rank(self, now: Instant) -> Option<(bool, Instant)> {
        match self {
            Self::Idle(since) => Some((false, since)),
            Self::Stalled(since) if now.duration_since(since) >= STALLED_AFTER => {
                Some((true, since))
            }
            Self::Active | Self::Stalled(_) => None,
        }
    }
}

impl Connection {
    /// Its number, unique within the server.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Closes it as soon as its task runs.
    pub fn close(&self) {
        self.closed.notify_one();
    }

    /// Waits until it is to be closed.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }

    /// A request has come.
    pub fn set_active(&self) {
        *self.activity() = Activity::Active;
    }

    /// The response is complete.
    pub fn set_idle(&self) {
        *self.activity() = Activity::Idle(Instant::now());
    }

    /// The client has stopped reading.
    pub fn set_stalled(&self) {
        let mut activity = self.activity();
        if matches!(*activity, Activity::Active) {
            *activity = Activity::Stalled(Instant::now());
        }
    }

    /// The client reads again.
    pub fn set_reading(&self) {
        let mut activity = self.activity();
        if matches!(*activity, Activity::Stalled(_)) {
            *activity = Activity::Active;
        }
    }

    fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a connection until it is dropped.
#[derive(Debug)]
pub struct Admission {
    connections: Arc<Connections>,
    pub connection: Arc<Connection>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        // One that was evicted doesn't count any more.
        if self.connections.open().remove(&self.connection.number).is_some() {
            self.connections.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_was_idle_longest_is_evicted_and_an_active_one_is_not() {
        let connections = Arc::new(Connections::new(3));
        let mut admissions: Vec<Admission> = Vec::new();
        for number in 0..3 {
            admissions.push(connections.admit(number).await);
        }
        admissions[0].connection.set_active();
        let new = connections.admit(3).await;
        admissions[1].connection.closed().await;
        new.connection.set_active();
        let newer = connections.admit(4).await;
        admissions[2].connection.closed().await;
        newer.connection.set_active();
        assert!(connections.try_admit(5).is_none(), "all are active");
        drop(admissions.remove(1));
        assert!(connections.try_admit(5).is_none(), "it was evicted long ago");
        drop(admissions.remove(0));
        connections.admit(5).await;
    }

    #[test]
    fn a_stalled_one_is_evicted_after_a_while_and_after_idle_ones() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(Activity::Stalled(began).eviction_rank(at(4)), None);
        let stalled = Activity::Stalled(began).eviction_rank(at(6));
        assert!(stalled > Activity::Idle(at(6)).eviction_rank(at(6)));
        assert_eq!(Activity::Active.eviction_rank(at(100)), None);
    }
}
