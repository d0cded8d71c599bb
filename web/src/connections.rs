//! Which connections there are, and which one gives way when there are too many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Whoever has left an answer unread for so long gives way to a new connection.
const BLOCKED: Duration = Duration::from_secs(5);

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
    cut: Notify,
}

/// What a connection is doing, and since when.
#[derive(Clone, Copy, Debug)]
enum Activity {
    /// No request, or only a part of its head, has come.
    Waiting(Instant),
    /// A request is being answered.
    Answering,
    /// The answer isn't read.
    Blocked(Instant),
}

impl Connections {
    /// Allows this many at a time.
    pub fn new(limit: usize) -> Self {
        Self { limit, open: Mutex::default(), freed: Notify::new() }
    }

    /// Makes a place for connection `number`. If there is none, the connection that has waited for
    /// a request the longest is closed, or one that doesn't read its answer; where all others
    /// are busy, the new one waits.
    pub async fn admit(self: &Arc<Self>, number: u64) -> Place {
        loop {
            if let Some(place) = self.try_admit(number) {
                return place;
            }
            // A connection may give way later without any being closed.
            let _ = tokio::time::timeout(Duration::from_secs(1), self.freed.notified()).await;
        }
    }

    fn try_admit(self: &Arc<Self>, number: u64) -> Option<Place> {
        let now = Instant::now();
        let mut open = self.open();
        if open.len() >= self.limit {
            let gives_way = open.values().filter_map(|connection| {
                Some((connection.activity().rank(now)?, connection.number))
            });
            let (_, number) = gives_way.min()?;
            open.remove(&number)?.cut();
        }
        let activity = Mutex::new(Activity::Waiting(now));
        let connection = Arc::new(Connection { number, activity, cut: Notify::new() });
        open.insert(number, Arc::clone(&connection));
        Some(Place { connections: Arc::clone(self), connection })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Activity {
    /// The lowest gives way first: who waits before who doesn't read. `None`: it doesn't.
    fn rank(self, now: Instant) -> Option<(bool, Instant)> {
        match self {
            Self::Waiting(since) => Some((false, since)),
            Self::Blocked(since) if now.duration_since(since) >= BLOCKED => Some((true, since)),
            Self::Answering | Self::Blocked(_) => None,
        }
    }
}

impl Connection {
    /// Tells it from all others of this server.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Closes it as soon as its task runs.
    pub fn cut(&self) {
        self.cut.notify_one();
    }

    /// Waits until it is to be closed.
    pub async fn cut_off(&self) {
        self.cut.notified().await;
    }

    /// A request has come.
    pub fn answering(&self) {
        *self.activity() = Activity::Answering;
    }

    /// The answer is complete.
    pub fn waiting(&self) {
        *self.activity() = Activity::Waiting(Instant::now());
    }

    /// What was sent isn't read.
    pub fn blocked(&self) {
        let mut activity = self.activity();
        if matches!(*activity, Activity::Answering) {
            *activity = Activity::Blocked(Instant::now());
        }
    }

    /// It is read again.
    pub fn unblocked(&self) {
        let mut activity = self.activity();
        if matches!(*activity, Activity::Blocked(_)) {
            *activity = Activity::Answering;
        }
    }

    fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    connections: Arc<Connections>,
    pub connection: Arc<Connection>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // One that gave way has no place any more.
        if self.connections.open().remove(&self.connection.number).is_some() {
            self.connections.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_has_waited_longest_gives_way_and_who_is_answered_does_not() {
        let connections = Arc::new(Connections::new(3));
        let mut places: Vec<Place> = Vec::new();
        for number in 0..3 {
            places.push(connections.admit(number).await);
        }
        places[0].connection.answering();
        let new = connections.admit(3).await;
        places[1].connection.cut_off().await;
        new.connection.answering();
        let newer = connections.admit(4).await;
        places[2].connection.cut_off().await;
        newer.connection.answering();
        assert!(connections.try_admit(5).is_none(), "all are answered");
        drop(places.remove(1));
        assert!(connections.try_admit(5).is_none(), "its place was taken long ago");
        drop(places.remove(0));
        connections.admit(5).await;
    }

    #[test]
    fn who_does_not_read_gives_way_after_a_while_and_after_who_waits() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(Activity::Blocked(began).rank(at(4)), None);
        let blocked = Activity::Blocked(began).rank(at(6));
        assert!(blocked > Activity::Waiting(at(6)).rank(at(6)));
        assert_eq!(Activity::Answering.rank(at(100)), None);
    }
}
