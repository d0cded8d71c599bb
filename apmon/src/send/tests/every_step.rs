//! Whatever happens in whatever order: each packet has one fate for each destination.

use std::fmt::Write as _;
use std::path::Path;

use std::time::{Duration, Instant};
use std::{array, fs};

use mmstats_testing::random::{Random, seed};
use mmstats_testing::seccomp::with_failing_sends;
use nix::errno::Errno;

use super::{Builder, Receiver, Sender, To};
use crate::{Parameter, RateLimit};

/// Each one is a sender and what happens to it.
const STORIES: u64 = 50;
const STEPS: usize = 60;
const RECEIVERS: usize = 3;

struct Story {
    random: Random,
    file: tempfile::NamedTempFile,
    receivers: [Receiver; RECEIVERS],
    received: u64,
    expected: u64,
}

impl Story {
    /// Some of the receivers, by their address, by a name that has to be looked up, or by both: then
    /// they are two destinations until it is known that they are one.
    fn configure(&mut self) {
        let mut lines = format!("xApMon_maxMsgRate = {}\n", 1 + self.random.below(30));
        let first = self.random.below(RECEIVERS);
        for (index, receiver) in self.receivers.iter().enumerate() {
            let port = receiver.0.local_addr().unwrap().port();
            for host in ["127.0.0.1", "127.1"] {
                if index == first || self.random.below(3) == 0 {
                    writeln!(lines, "{host}:{port} password-{index}").unwrap();
                }
            }
        }
        fs::write(self.file.path(), lines).unwrap();
    }

    fn step(&mut self, apmon: &Sender) {
        match self.random.below(8) {
            0..3 => self.send(apmon),
            3 => drop(apmon.step()),
            4 => {
                let errors = [Errno::EAGAIN, Errno::ECONNREFUSED, Errno::EHOSTUNREACH];
                let error = self.random.one_of(&errors);
                with_failing_sends(error, || self.send(apmon));
            }
            5 => apmon.resolve(),
            6 => apmon.advance(Duration::from_millis(self.random.next() % 5_000)),
            _ => {
                self.configure();
                apmon.reload_now();
            }
        }
    }

    fn send(&mut self, apmon: &Sender) {
        let parameters = [Parameter::new("a parameter", 0.5); 100];
        let some = &parameters[..self.random.below(parameters.len())];
        let packets = apmon.send(To::Last, None, some).map_or(0, |sent| sent.packets);
        assert_eq!(packets, some.len().div_ceil(48), "{}", some.len());
        let destinations = apmon.process().routing.load().active().count();
        self.expected += (packets * destinations) as u64;
    }

    fn receive(&mut self) {
        self.received += self.receivers.iter().map(|it| it.count() as u64).sum::<u64>();
    }
}

fn builder(path: &Path, random: &mut Random) -> super::Builder {
    let limits = [RateLimit::Drop, RateLimit::Queue(3), RateLimit::Queue(1_000)];
    Builder::default().node("node").rate_limit(random.one_of(&limits)).config([path])
}

#[test]
fn packets_times_destinations_are_counted_at_every_step() {
    let mut reached = [0; 8];
    for number in 0..STORIES {
        let mut story = Story {
            random: Random::new(seed() + number),
            file: tempfile::NamedTempFile::new().unwrap(),
            receivers: array::from_fn(|_| Receiver::start()),
            received: 0,
            expected: 0,
        };
        story.configure();
        let builder = builder(story.file.path(), &mut story.random);
        let apmon = Sender::by_hand(builder);
        for step in 0..STEPS {
            story.step(&apmon);
            story.receive();
            let counts = apmon.counts();
            assert_eq!(counts.packets(), story.expected, "story {number}, {step}: {counts:?}");
            assert_eq!(counts.sent, story.received, "story {number}, {step}: {counts:?}");
        }
        apmon.end(Instant::now());
        let counts = apmon.counts();
        assert_eq!((counts.packets(), counts.waiting), (story.expected, 0), "story {number}");
        let found = [
            counts.sent,
            counts.rate_limited,
            counts.queue_full,
            counts.no_address,
            counts.refused,
            counts.would_block,
            counts.unreachable,
            counts.abandoned,
        ];
        reached.iter_mut().zip(found).for_each(|(sum, count)| *sum += count);
    }
    assert!(reached.iter().all(|count| *count > 0), "{reached:?}");
}
