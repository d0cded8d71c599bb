//! How many messages kodemon stores a second, against an obvious Python loop.
//!
//! The server has one core, the sender the other one. It sends at one rate for a while, then at a
//! higher one, as long as nothing is lost: a step counts until its last message is stored.

mod sender;
mod servers;

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{Text, grouped};
use crate::cases::Bench;
use sender::Sender;
use servers::{Server, kodemon, python};

/// How long each rate is sent.
const STEP: Duration = Duration::from_secs(1);
/// The ratio of each rate to the one before.
const FASTER: f64 = 1.1;
/// Other programs disturb: a rate is too high after this many losses in a row.
const TRIES: usize = 4;
/// How often each server is measured, in turns; the median counts.
const ROUNDS: usize = 3;
const ASKED: f64 = 3.0;

/// What a server did at the highest rate at which it lost nothing.
#[derive(Clone, Copy, Debug)]
struct Best {
    /// Stored messages a second.
    rate: f64,
    /// Bytes of its files, for each message that was stored until then.
    bytes: f64,
}

/// Measures both, in turns.
pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let directory = |name: &str| bench.directory.join(format!("{name}-{round}"));
        bench.harness.check()?;
        ours.push(best(kodemon, &directory("kodemon"), 100_000.0)?);
        bench.harness.check()?;
        others.push(best(python, &directory("python"), 30_000.0)?);
    }
    let mut ratios: Vec<_> =
        ours.iter().zip(&others).map(|(ours, other)| ours.rate / other.rate).collect();
    let (least, greatest) = (min(&ratios), max(&ratios));
    let ratio = median(&mut ratios);
    let [mut of_ours, mut of_others] =
        [&ours, &others].map(|best| best.iter().map(|best| best.rate).collect::<Vec<_>>());
    let bytes = median(&mut ours.iter().map(|best| best.bytes).collect::<Vec<_>>());
    let mut text = String::new();
    writeln!(
        text,
        "| server | stored a second, nothing lost | times the loop | rounds | asked | holds |\n\
         | --- | --- | --- | --- | --- | --- |\n\
         | `kodemon` | {} | {ratio:.2} | {least:.2} to {greatest:.2} | ≥ {ASKED} | {} |\n\
         | Python: `recvfrom`, `json.loads`, one `INSERT` a message, 1,000 in a transaction | {} | \
         - | - | - | - |\n\n\
         A message of {} bytes takes {bytes:.1} bytes on disk in kodemon, its share of the figures \
         by minute and hour included.",
        grouped(median(&mut of_ours) as usize),
        if ratio >= ASKED { "yes" } else { "**no**" },
        grouped(median(&mut of_others) as usize),
        sender::LENGTH,
    )?;
    Ok(Text { text, holds: ratio >= ASKED })
}

/// Sends faster and faster until something is lost, or waits, each time that it is tried.
fn best(
    start: impl FnOnce(&Path) -> Result<Server, Box<dyn Error>>,
    directory: &Path,
    first: f64,
) -> Result<Best, Box<dyn Error>> {
    std::fs::create_dir(directory)?;
    let mut server = sender::on_core(0, || start(directory))??;
    let found = sender::on_core(1, || -> Result<_, Box<dyn Error>> {
        let mut sender = Sender::to(server.address())?;
        let (mut found, mut rate, mut failed) = (None, first, 0);
        while failed < TRIES {
            let least = found.map_or(0.0, |best: Best| best.rate);
            match step(&mut server, &mut sender, rate)? {
                Some(best) if best.rate > least => {
                    (found, failed) = (Some(best), 0);
                    rate *= FASTER;
                }
                _ => failed += 1,
            }
        }
        Ok(found)
    })??;
    drop(server);
    std::fs::remove_dir_all(directory)?;
    found.ok_or_else(|| format!("something is lost at {first} a second").into())
}

/// Sends at a rate; `None` if something was lost, or isn't stored long after it was sent.
fn step(
    server: &mut Server,
    sender: &mut Sender,
    rate: f64,
) -> Result<Option<Best>, Box<dyn Error>> {
    let (sent, dropped, began) = (sender.sent(), server.dropped()?, Instant::now());
    sender.send_at(rate, STEP)?;
    while !server.has_stored(sender.sent() - server.dropped()?)? {
        if began.elapsed() > 10 * STEP {
            return Err("what was sent is neither stored nor dropped".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    let rate = (sender.sent() - sent) as f64 / began.elapsed().as_secs_f64();
    let bytes = server.bytes()? / sender.sent() as f64;
    Ok((server.dropped()? == dropped).then_some(Best { rate, bytes }))
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn min(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

fn max(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(0.0, f64::max)
}
