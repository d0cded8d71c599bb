//! A service that answers requests, and counts them.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::stats::{Answered, Method, Route, STATS, TENANTS, Tenant};

/// A request, as it comes from outside.
struct Request {
    tenant: String,
    method: Method,
    /// What it takes to answer it.
    work: Duration,
}

/// What a thread did, counted without stats.
#[derive(Default)]
pub struct Done {
    pub requests: u64,
    /// Those of invented tenants.
    pub invented: u64,
}

/// Answers one request after the other until it is over.
pub fn serve(seed: u64, is_over: &AtomicBool) -> Done {
    let mut requests = Requests(seed);
    let mut done = Done::default();
    while !is_over.load(Ordering::Relaxed) {
        let request = requests.next();
        handle(&request);
        done.requests += 1;
        done.invented += u64::from(!TENANTS.contains(&&*request.tenant));
    }
    done
}

fn handle(request: &Request) {
    let Request { tenant, method, .. } = request;
    let (tenant, method) = (&**tenant, *method);
    // One more until it is dropped. That may be later and in another thread, so the closure owns its
    // dimensions.
    let _in_flight = STATS.hold(move |stats| stats.in_flight.get(&Route { method }));
    let status = STATS.time(|stats| stats.latency.get(&Tenant { tenant }), || answer(request));
    // To find a series takes no lock, no system call and no allocation, so no handle has to be kept.
    STATS.with(|stats| stats.requests.get(&Answered { tenant, method, status }).incr());
}

/// The status of the answer.
fn answer(request: &Request) -> u16 {
    thread::sleep(request.work);
    if request.work.as_micros() > 1_000 { 503 } else { 200 }
}

/// Requests without end, by a generator of pseudorandom numbers.
struct Requests(u64);

impl Requests {
    fn next(&mut self) -> Request {
        let tenant = match self.below(50) {
            0 => format!("{:08x}", self.below(1 << 32)),
            // The first has the most.
            number => TENANTS[[0, 0, 0, 1, 1, 2, 3][number as usize % 7]].to_owned(),
        };
        let method = if self.below(4) == 0 { Method::Post } else { Method::Get };
        Request { tenant, method, work: Duration::from_micros(100 + self.below(950)) }
    }

    /// Xorshift by Marsaglia.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.invented += other.invented;
    }
}
