//! Work that takes long, on threads beside the one that serves.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::Problem;

/// Runs a limited number of works at a time; further ones wait without holding up anything else.
///
/// A handler that works on everything there is must not do so on the thread that serves: no other
/// route would answer meanwhile.
#[derive(Clone, Debug)]
pub struct Workers(Arc<Semaphore>);

impl Workers {
    /// Allows this many works at a time.
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Runs `work` on a thread of its own and returns its result. The work goes on when whoever
    /// asked for it is gone, and keeps its place until it is done.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 500 if the work panics.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer couldn't be made")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn who_serves_goes_on_while_work_waits() {
        let workers = Workers::new(1);
        let (release, released) = mpsc::channel();
        // Where it blocks everything, it ends all the same, and the test fails.
        let first = workers.run(move || released.recv_timeout(Duration::from_secs(20)));
        let second = workers.run(|| "second");
        // On a single thread, this one is only reached if nobody blocks it.
        let release = async { release.send("first") };
        let (first, second, sent) = tokio::join!(first, second, release);
        assert_eq!((first, second, sent), (Ok(Ok("first")), Ok("second"), Ok(())));
    }

    #[tokio::test]
    async fn work_that_panics_is_a_problem_and_gives_its_place_back() {
        let workers = Workers::new(1);
        assert!(workers.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }
}
