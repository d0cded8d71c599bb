//! A small shop whose functions are timed, so that kodemon has something to show.
//!
//! ```text
//! cargo run --release --bin kodemon              # the server, in another terminal
//! cargo run --release --bin kodemon_demo
//! ```
//!
//! Threads serve customers, a task delivers, and now and then there is a report. It mostly waits and
//! takes next to no processor time.

use std::error::Error;
use std::f64::consts::TAU;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use kodemon::kodemon;
use mmstats_cli::exit::{self, Outcome};
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{interval, sleep, timeout};

/// A small shop whose functions are timed
#[derive(Parser)]
#[command(name = "kodemon_demo")]
struct Arguments {
    /// Seconds to run; 0: until Ctrl-C
    #[arg(long, value_name = "N", default_value_t = 0)]
    seconds: u64,

    /// Threads that serve customers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=64))]
    threads: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let result = run(&Arguments::parse()).await;
    exit::code("kodemon_demo", result.map(|()| Outcome::Fine))
}

async fn run(arguments: &Arguments) -> io::Result<()> {
    introduce()?;
    let open = Arc::new(AtomicBool::new(true));
    let (orders, to_deliver) = mpsc::unbounded_channel();
    let clerks = (1..=arguments.threads).map(|number| {
        let (open, orders) = (Arc::clone(&open), orders.clone());
        thread::spawn(move || Clerk { orders, chance: Chance(number) }.serve(&open))
    });
    let clerks: Vec<_> = clerks.collect();
    let printed = tokio::select! {
        () = deliver_all(to_deliver) => Ok(()),
        result = print_each_second(arguments.seconds) => result,
        () = shutdown_signal() => Ok(()),
    };
    open.store(false, Ordering::Relaxed);
    for clerk in clerks {
        clerk.join().expect("a clerk catches what a customer does");
    }
    printed?;
    writeln!(io::stdout(), "\n{}", summary(&kodemon::statistics()))
}

/// Waits for Ctrl-C or SIGTERM: an orderly exit removes the stats files.
async fn shutdown_signal() {
    let mut terminated = signal(SignalKind::terminate()).expect("SIGTERM can be caught");
    tokio::select! {
        _ = ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

fn introduce() -> io::Result<()> {
    let mut out = io::stdout();
    let process = std::process::id();
    match kodemon::connect(Duration::from_secs(5)) {
        Ok(address) => {
            writeln!(out, "Process {process} sends its timings to {address}.")?;
        }
        Err(error) => {
            let reason = error.source().map_or(String::new(), |source| format!(": {source}"));
            writeln!(
                out,
                "Process {process} times its calls, but doesn't send them: {error}{reason}."
            )?;
        }
    }
    writeln!(out, "Press Ctrl-C to stop. In other terminals:")?;
    writeln!(
        out,
        "  cargo run --release --bin kodemon       the page is at http://127.0.0.1:4001/"
    )?;
    writeln!(
        out,
        "  cargo run --release --bin slurpstats    shows what is recorded without a server\n"
    )
}

/// Prints a line per second with the counts.
async fn print_each_second(seconds: u64) -> io::Result<()> {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.tick().await;
    let mut second = 0;
    while seconds == 0 || second < seconds {
        ticks.tick().await;
        second += 1;
        writeln!(io::stdout(), "{second:>5} s: {}", summary(&kodemon::statistics()))?;
    }
    Ok(())
}

fn summary(statistics: &kodemon::Statistics) -> String {
    let sent = statistics.sent;
    match (statistics.not_sent(), statistics.refused) {
        (0, _) => format!("{sent} calls sent"),
        (lost, 0) => format!("{sent} calls sent, {lost} not sent"),
        (lost, _) => format!("{sent} calls sent, {lost} not sent: is the server running?"),
    }
}

struct Order {
    number: u64,
    customer: u64,
    items: Vec<u32>,
}

/// Serves customers, on a thread.
struct Clerk {
    orders: UnboundedSender<Order>,
    chance: Chance,
}

#[derive(Debug)]
struct Declined;

impl Clerk {
    fn serve(&mut self, open: &AtomicBool) {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        while open.load(Ordering::Relaxed) {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let order = self.take_order(number);
            if self.check_out(&order).is_ok() {
                // Fails when the shop is closing.
                let _ = self.orders.send(order);
            }
            if number.is_multiple_of(100) {
                self.report(number);
            }
        }
    }

    /// Quick; with `stats`, slurpstats and mmash show it, too.
    #[kodemon(stats)]
    fn take_order(&mut self, number: u64) -> Order {
        self.wait(Duration::from_micros(500));
        let items = (0..=self.chance.below(12)).map(|_| 99 + self.chance.below(5_000) as u32);
        let items = items.collect();
        Order { number, customer: 1 + self.chance.below(40), items }
    }

    fn check_out(&mut self, order: &Order) -> Result<(), Declined> {
        // A guard times up to the end of its block.
        let _timing = kodemon::timing!("check-out", customer = order.customer);
        let total = kodemon::time("price", || order.items.iter().sum());
        self.charge(order.customer, total)
    }

    /// Fields are expressions of the arguments. One call in fifty fails and is timed, too.
    #[kodemon(stats, customer = customer, euros = f64::from(cents) / 100.0)]
    fn charge(&mut self, customer: u64, cents: u32) -> Result<(), Declined> {
        self.wait(Duration::from_millis(12));
        if self.chance.below(50) == 0 {
            return Err(Declined);
        }
        Ok(())
    }

    /// Slow, and with its own key.
    #[kodemon(key = "reports/sales", up_to = number)]
    fn report(&mut self, number: u64) {
        self.wait(Duration::from_millis(300));
    }

    fn wait(&mut self, usual: Duration) {
        thread::sleep(self.chance.around(usual));
    }
}

async fn deliver_all(mut orders: UnboundedReceiver<Order>) {
    let mut chance = Chance(7);
    while let Some(order) = orders.recv().await {
        let time = chance.around(Duration::from_millis(15));
        tokio::spawn(async move {
            // Some time out, which ends the call, too.
            let _ = timeout(Duration::from_millis(60), deliver(&order, time)).await;
        });
    }
}

#[kodemon(order = order.number, items = order.items.len())]
async fn deliver(order: &Order, time: Duration) {
    sleep(time).await;
}

/// A random number generator (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    /// Usually a little shorter, rarely several times as long; varies over two minutes.
    fn around(&mut self, usual: Duration) -> Duration {
        let share = (1 + self.below(1_000)) as f64 / 1_000.0;
        usual.mul_f64((0.4 - 0.6 * share.ln()) * tide())
    }
}

/// From 0.5 to 1.5, over two minutes.
fn tide() -> f64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    1.0 + 0.5 * (BEGIN.elapsed().as_secs_f64() / 120.0 * TAU).sin()
}
