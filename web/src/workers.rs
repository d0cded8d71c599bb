//! Long-running jobs, on threads beside the one that serves.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Runs a limited number of jobs at a time; further ones wait without blocking anything else.
///
/// A handler that computes for long must not do so on the thread that serves: no other request
/// would be answered meanwhile.
#[derive(Clone, Debug)]
pub struct Workers(Arc<Semaphore>);

impl Workers {
    /// Allows this many jobs at a time.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(limit)))
    }

    /// Runs `job` on a thread of its own and returns its result. The job goes on if its client is
    /// gone, and counts until it is done.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 500 if the job panics.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let job = move || {
            let _permit = permit;
            job()
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error: the handler panicked")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_server_goes_on_while_jobs_wait() {
        let workers = Workers::new(1);
        let (release, released) = mpsc::channel();
        // If it blocks everything, it ends all the same, and the test fails.
        let first = workers.run(move || released.recv_timeout(Duration::from_secs(20)));
        let second = workers.run(|| "second");
        // On a single thread, this one is only reached if nothing blocks it.
        let release = async { release.send("first") };
        let (first, second, sent) = tokio::join!(first, second, release);
        assert_eq!((first, second, sent), (Ok(Ok("first")), Ok("second"), Ok(())));
    }

    #[tokio::test]
    async fn a_job_that_panics_is_a_problem_and_no_longer_counts() {
        let workers = Workers::new(1);
        assert!(workers.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }
}
