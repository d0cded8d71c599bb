//! Guards in the tasks of a multi-threaded runtime: cancelled, blocking, dropped with it.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use mmstats::{HoldGuard, MmStats, Timer, TimingGuard, UpDownCounter};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{busy, path_of, timings};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking, yield_now};

#[derive(MmStats)]
struct Web {
    busy: UpDownCounter,
    request: Timer,
}

/// The directory of one test.
fn directory_of(test: &str) -> PathBuf {
    let directory = path_of(test);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

mmstats::per_thread! {
    static CANCELLED: Web = Web::options().path(directory_of("cancelled"));
    static MINGLED: Web = Web::options().path(directory_of("mingled"));
    static DROPPED: Web = Web::options().path(directory_of("dropped"));
    static ANSWERED: Web = Web::options().path(directory_of("answered"));
    static TIMED: Web = Web::options().path(directory_of("timed"));
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).build().unwrap()
}

/// Reproducible random numbers.
fn random() -> impl FnMut() -> u32 {
    let mut state = 1_u64;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

/// Where tasks wait, all of them at a time.
struct Gate {
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { arrived: Semaphore::new(0), open: Semaphore::new(0) })
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        self.open.acquire().await.unwrap().forget();
    }

    async fn have_arrived(&self, tasks: usize) {
        self.arrived.acquire_many(tasks as u32).await.unwrap().forget();
    }
}

/// Cancels the task wherever it is, and waits until everything it held is dropped.
async fn cancel(task: JoinHandle<()>) {
    task.abort();
    let _ = task.await;
}

#[test]
fn a_hundred_thousand_randomly_cancelled_tasks_leave_nothing() {
    const WAVES: usize = 20;
    const TASKS: usize = 5_000;
    let directory = directory_of("cancelled");
    let mut random = random();
    runtime().block_on(async {
        for _ in 0..WAVES {
            let gate = Gate::new();
            let (mut early, mut waiting) = (Vec::new(), Vec::new());
            for _ in 0..TASKS {
                let (yields, is_early) = (random() % 4, random().is_multiple_of(3));
                let gate = Arc::clone(&gate);
                let task = tokio::spawn(async move {
                    let _busy = CANCELLED.hold(|stats| &stats.busy);
                    for _ in 0..yields {
                        yield_now().await;
                    }
                    if is_early {
                        return std::future::pending().await;
                    }
                    gate.pass().await;
                });
                if is_early { &mut early } else { &mut waiting }.push(task);
            }
            for task in early {
                cancel(task).await;
            }
            gate.have_arrived(waiting.len()).await;
            assert_eq!(busy(&directory), waiting.len() as i64);
            let cancelled = random() as usize % waiting.len();
            for task in waiting.drain(..cancelled) {
                cancel(task).await;
            }
            assert_eq!(busy(&directory), waiting.len() as i64);
            gate.open.add_permits(waiting.len());
            for task in waiting {
                task.await.unwrap();
            }
            assert_eq!(busy(&directory), 0);
        }
    });
    assert_eq!(busy(&directory), 0, "without the runtime's threads");
}

#[test]
fn threads_that_come_and_go_and_block_and_fork_leave_nothing() {
    const ROUNDS: usize = 200;
    let directory = directory_of("mingled");
    let hold = || MINGLED.hold(|stats| &stats.busy);
    let runtime = runtime();
    runtime.block_on(async {
        for round in 0..ROUNDS {
            let guards: [_; 3] = std::array::from_fn(|_| hold());
            let [in_thread, blocking, in_task] = guards;
            let thread = thread::spawn(move || {
                let own = hold();
                drop(in_thread);
                own
            });
            let blocked = spawn_blocking(move || {
                drop(blocking);
                hold()
            });
            let task = tokio::spawn(async move {
                yield_now().await;
                drop(in_task);
                hold()
            });
            if round.is_multiple_of(20) {
                // The child's guards count there, those of this process don't.
                let inherited = hold();
                let is_own = || MINGLED.with(|stats| stats.busy.get()) == 0;
                assert_eq!(
                    in_child(|| {
                        drop(inherited);
                        is_own() && {
                            drop(hold());
                            is_own()
                        }
                    }),
                    0
                );
            }
            let all = (thread.join().unwrap(), blocked.await.unwrap(), task.await.unwrap());
            assert_eq!(busy(&directory), 3);
            drop(all);
            assert_eq!(busy(&directory), 0);
        }
    });
    drop(runtime);
    assert_eq!(busy(&directory), 0);
}

#[test]
fn a_dropped_runtime_releases_what_its_tasks_hold() {
    const TASKS: usize = 100;
    let directory = directory_of("dropped");
    let runtime = runtime();
    let gate = Gate::new();
    for _ in 0..TASKS {
        let gate = Arc::clone(&gate);
        runtime.spawn(async move {
            let _busy = DROPPED.hold(|stats| &stats.busy);
            DROPPED.time_async(|stats| &stats.request, gate.pass()).await;
        });
    }
    runtime.block_on(gate.have_arrived(TASKS));
    assert_eq!((busy(&directory), timings(&directory, "request")), (TASKS as i64, 0));
    drop(runtime);
    assert_eq!((busy(&directory), timings(&directory, "request")), (0, TASKS as u64));
}

/// As in servers: the handler returns the response, which is in flight until its last chunk is
/// taken or the client goes away.
struct Body {
    chunks: usize,
    _busy: HoldGuard<Web>,
    _timing: TimingGuard<Web>,
}

impl Body {
    fn poll_chunk(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<usize>> {
        let left = self.chunks.checked_sub(1);
        self.chunks = left.unwrap_or(0);
        Poll::Ready(left)
    }
}

async fn handle(chunks: usize) -> Body {
    let body = Body {
        chunks,
        _busy: ANSWERED.hold(|stats| &stats.busy),
        _timing: ANSWERED.start(|stats| &stats.request),
    };
    yield_now().await;
    body
}

#[test]
fn a_request_lasts_until_its_body_is_gone() {
    let directory = directory_of("answered");
    runtime().block_on(async {
        let mut body = tokio::spawn(handle(3)).await.unwrap();
        assert_eq!(
            (busy(&directory), timings(&directory, "request")),
            (1, 0),
            "the handler has returned"
        );
        let connection = tokio::spawn(async move {
            while std::future::poll_fn(|context| Pin::new(&mut body).poll_chunk(context))
                .await
                .is_some()
            {
                yield_now().await;
            }
            drop(body);
        });
        connection.await.unwrap();
        assert_eq!((busy(&directory), timings(&directory, "request")), (0, 1));
        let body = tokio::spawn(handle(1_000)).await.unwrap();
        let connection = tokio::spawn(async move {
            let _body = body;
            std::future::pending::<()>().await;
        });
        cancel(connection).await;
        assert_eq!((busy(&directory), timings(&directory, "request")), (0, 2));
    });
}

#[test]
fn a_timing_crosses_threads_with_its_task() {
    const TASKS: u64 = 1_000;
    let directory = directory_of("timed");
    runtime().block_on(async {
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                tokio::spawn(async {
                    TIMED.time_async(|stats| &stats.request, yield_now()).await;
                    let timing = TIMED.start(|stats| &stats.request);
                    yield_now().await;
                    timing.discard();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(timings(&directory, "request"), TASKS);
        let never_polled = TIMED.time_async(|stats| &stats.request, yield_now());
        drop(never_polled);
        let cancelled =
            tokio::spawn(TIMED.time_async(|stats| &stats.request, std::future::pending()));
        yield_now().await;
        cancel(cancelled).await;
    });
    assert!(
        (TASKS..=TASKS + 1).contains(&timings(&directory, "request")),
        "polled before it was cancelled or not"
    );
}
