//! The configuration is read again: what stays goes on, what is gone goes back to its default.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use mmstats_testing::TIMEOUT;

use super::{Builder, Receiver, Reports, Sender, To};
use crate::config::Level;
use crate::wire::Numbering;
use crate::{Counts, params};

/// A sender and its configuration file.
struct Site {
    directory: tempfile::TempDir,
    reports: Reports,
}

impl Site {
    fn new(text: &str) -> Self {
        let site = Self { directory: tempfile::tempdir().unwrap(), reports: Reports::default() };
        site.overwrite(text);
        site
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("apmon.conf")
    }

    /// In place.
    fn overwrite(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
        fs::set_permissions(self.file(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// By another file, at once.
    fn replace(&self, text: &str) {
        let new = tempfile::NamedTempFile::new_in(self.directory.path()).unwrap();
        fs::write(new.path(), text).unwrap();
        new.persist(self.file()).unwrap();
    }

    fn sender(&self) -> Sender {
        Sender::by_hand(Builder::default().config([self.file()]).on_error(self.reports.keep()))
    }
}

/// Sends a packet, and returns its numbers at each of these receivers.
fn numbers(apmon: &Sender, receivers: &[&Receiver]) -> Vec<Option<Numbering>> {
    apmon.send(To::Last, None, &params!["n" => 1]).unwrap();
    let number = |receiver: &&Receiver| {
        let mut found = None;
        assert!(receiver.each(|packet| found = packet.header.unwrap().numbering) <= 1);
        found
    };
    receivers.iter().map(number).collect()
}

fn sequences(apmon: &Sender, receivers: &[&Receiver]) -> Vec<Option<i32>> {
    let numbers = numbers(apmon, receivers);
    numbers.iter().map(|number| number.map(|number| number.sequence)).collect()
}

#[test]
fn destinations_that_stay_keep_their_numbers() {
    let [a, b, c] = [(); 3].map(|()| Receiver::start());
    let [to_a, to_b, to_c] = [&a, &b, &c].map(Receiver::destination);
    let site = Site::new(&format!("{to_a}\n{to_b}\n"));
    let apmon = site.sender();
    let all = [&a, &b, &c];
    let first = numbers(&apmon, &all);
    assert_eq!(sequences(&apmon, &all), [Some(2), Some(2), None]);
    site.overwrite(&format!("{to_c}\n{to_a}\n"));
    apmon.reload_now();
    assert_eq!(sequences(&apmon, &all), [Some(3), None, Some(1)]);
    // By an editor that writes another file.
    site.replace(&format!("{to_a}\n{to_b}\n{to_c}\n"));
    apmon.reload_now();
    let last = numbers(&apmon, &all);
    let sequences: Vec<_> = last.iter().map(|number| number.unwrap().sequence).collect();
    assert_eq!(sequences, [4, 1, 2]);
    let instance = first[0].unwrap().instance;
    assert!(last.iter().all(|number| number.unwrap().instance == instance));
    assert_eq!(apmon.counts(), Counts { sent: 9, ..Counts::default() });
    assert_eq!(site.reports.take(), [""; 0]);
}

#[test]
fn what_waits_for_a_destination_that_stays_is_sent_and_the_rest_is_counted() {
    let [a, b] = [(); 2].map(|()| Receiver::start());
    let [to_a, to_b] = [&a, &b].map(Receiver::destination);
    let site = Site::new(&format!("xApMon_maxMsgRate = 1\n{to_a}\n{to_b}\n"));
    let apmon = site.sender();
    (0..10).for_each(|_| drop(apmon.send(To::Last, None, &params!["n" => 1])));
    let expected = Counts { sent: 13, waiting: 7, ..Counts::default() };
    assert_eq!(apmon.counts(), expected);
    let (mut at_a, mut at_b) = (a.count(), b.count());
    assert_eq!((at_a, at_b), (7, 6));
    site.overwrite(&format!("xApMon_maxMsgRate = 1\n{to_b}\n"));
    apmon.reload_now();
    assert_eq!(apmon.counts(), Counts { waiting: 4, abandoned: 3, ..expected });
    assert_eq!(
        site.reports.take().last().unwrap(),
        "packets not sent, as their destinations are gone: 3"
    );
    apmon.advance(std::time::Duration::from_mins(1));
    apmon.step();
    assert_eq!(apmon.counts(), Counts { sent: 17, waiting: 0, abandoned: 3, ..expected });
    at_a += a.count();
    at_b += b.count();
    assert_eq!((at_a, at_b), (7, 10));
}

#[test]
fn flush_ends_with_the_last_destination_that_has_anything_waiting() {
    let receiver = Receiver::start();
    let to_stay = receiver.destination();
    let site = Site::new(&format!("127.1:9\n{to_stay}\n"));
    let apmon = site.sender();
    apmon.send(To::Last, None, &params!["n" => 1]).unwrap();
    site.overwrite(&to_stay);
    let began = Instant::now();
    thread::scope(|scope| {
        let flush = scope.spawn(|| apmon.flush(TIMEOUT));
        // It may not yet wait, but then it finds nothing.
        apmon.reload_now();
        assert_eq!(flush.join().unwrap(), 0);
    });
    assert!(began.elapsed() < TIMEOUT);
}

#[test]
fn connect_ends_with_the_last_destination_without_an_address() {
    let to_stay = Receiver::start().destination();
    let site = Site::new(&format!("127.1:9\n{to_stay}\n"));
    let apmon = site.sender();
    let began = Instant::now();
    thread::scope(|scope| {
        let connect = scope.spawn(|| apmon.connect(TIMEOUT));
        site.overwrite(&to_stay);
        apmon.reload_now();
        assert_eq!(connect.join().unwrap(), Ok(()));
    });
    assert!(began.elapsed() < TIMEOUT);
}

/// The new configuration may have an address for which packets wait.
#[test]
fn the_thread_that_sends_what_waits_is_woken() {
    let site = Site::new(&Receiver::start().destination());
    let apmon = site.sender();
    let process = apmon.process();
    process.wake.look_for_work();
    apmon.reload_now();
    let began = Instant::now();
    process.wake.wait_for_work(Some(TIMEOUT), None);
    assert!(began.elapsed() < TIMEOUT);
}

#[test]
fn options_that_are_gone_return_to_their_default() {
    let receiver = Receiver::start();
    let destination = receiver.destination();
    let site = Site::new(&format!(
        "{destination}\nxApMon_maxMsgSize = 512\nxApMon_maxMsgRate = 1\nxApMon_loglevel = OFF\n"
    ));
    let apmon = site.sender();
    let parameters = [crate::Parameter::new("a parameter", 0.5); 40];
    let packets = || apmon.send(To::Last, None, &parameters).unwrap().packets;
    let no_name = || drop(apmon.send(To::Last, None, &params!["" => 1]));
    assert_eq!(packets(), 3);
    no_name();
    assert_eq!(site.reports.take(), [""; 0]);
    site.overwrite(&destination);
    apmon.reload_now();
    assert_eq!(packets(), 1);
    no_name();
    assert_eq!(site.reports.take(), ["parameter '' is left out: it has no name"]);
    // 12.5 s' worth at once: of one packet a second that would be no more than 13.
    (0..150).for_each(|_| drop(apmon.send(To::Last, None, &params!["n" => 1])));
    assert_eq!(apmon.counts().waiting, 0);
}

/// What the program asked for goes before the configuration, after it was read again too.
#[test]
fn the_program_s_own_settings_stay() {
    let [own, of_file] = [(); 2].map(|()| Receiver::start());
    let site = Site::new(&format!("{}\nxApMon_maxMsgSize = 8192\n", of_file.destination()));
    let builder = Builder::default().destination(&own.destination()).unwrap().config([site.file()]);
    let apmon = Sender::by_hand(builder.max_size(512).max_rate(1_000));
    let check = || {
        let parameters = [crate::Parameter::new("a parameter", 0.5); 40];
        assert_eq!(apmon.send(To::Last, None, &parameters).unwrap().packets, 3);
        assert_eq!((own.count(), of_file.count()), (3, 3));
        (0..100).for_each(|_| drop(apmon.send(To::Last, None, &params!["n" => 1])));
        assert_eq!((own.count(), of_file.count()), (100, 100));
    };
    check();
    site.overwrite(&format!("{}\nxApMon_maxMsgRate = 1\n", of_file.destination()));
    apmon.reload_now();
    check();
    assert_eq!(apmon.counts().waiting, 0);
}

#[test]
fn a_broken_or_vanished_file_leaves_everything() {
    let receiver = Receiver::start();
    let site = Site::new(&receiver.destination());
    let apmon = site.sender();
    assert_eq!(sequences(&apmon, &[&receiver]), [Some(1)]);
    let path = site.file();
    let path = path.to_str().unwrap();
    for (sequence, spoil) in (2..).zip([
        &|| site.overwrite(""),
        &|| site.overwrite("[::1\nxApMon_maxMsgRate = 1\n"),
        &|| site.overwrite("host:port\n"),
        &|| fs::remove_file(site.file()).unwrap(),
        &|| fs::create_dir(site.file()).unwrap(),
    ] as [&dyn Fn(); 5])
    {
        spoil();
        apmon.reload_now();
        assert_eq!(sequences(&apmon, &[&receiver]), [Some(sequence)]);
        let reports = site.reports.take();
        // One in 10 minutes.
        assert_eq!(reports.len(), usize::from(sequence == 2), "{reports:?}");
        assert!(reports.iter().all(|line| line.starts_with(path)), "{reports:?}");
    }
}

#[test]
fn a_problem_is_reported_once_however_often_it_is_read() {
    let receiver = Receiver::start();
    let destination = receiver.destination();
    let site = Site::new(&format!("{destination}\nxApMon_colour = red\n"));
    let apmon = site.sender();
    let colour = format!("{}:2: xApMon_colour = red: unknown option", site.file().display());
    assert_eq!(site.reports.take(), [colour]);
    (0..3).for_each(|_| apmon.reload_now());
    assert_eq!(site.reports.take(), [""; 0]);
    site.overwrite(&format!("{destination}\nxApMon_colour = red\n{destination}\n"));
    (0..3).for_each(|_| apmon.reload_now());
    let repeated = site.reports.take();
    assert!(repeated.len() == 1 && repeated[0].contains(":3: 127.0.0.1:"), "{repeated:?}");
    // Corrected, and wrong again.
    site.overwrite(&destination);
    apmon.reload_now();
    assert_eq!(site.reports.take(), [""; 0]);
}

/// Sources are tried in random order: the problems of one must not be forgotten while another is used.
#[test]
fn the_problems_of_several_sources_are_reported_once_each() {
    let receiver = Receiver::start();
    let sites = ["red", "blue"]
        .map(|colour| Site::new(&format!("{}\nxApMon_c = {colour}\n", receiver.destination())));
    let reports = Reports::default();
    let builder = Builder::default().config(sites.iter().map(Site::file));
    let apmon = Sender::by_hand(builder.on_error(reports.keep()));
    let mut lines = reports.take();
    // That only one is used so often happens once in 2^64.
    for _ in 0..64 {
        apmon.reload_now();
        lines.append(&mut reports.take());
    }
    lines.sort_unstable();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_ne!(lines[0], lines[1]);
}

#[test]
fn the_level_is_that_of_the_configuration() {
    let receiver = Receiver::start();
    let text = |level| {
        let destination = receiver.destination();
        format!(
            "{destination}\nxApMon_loglevel = {level}\nxApMon_auto_disable = on\nxApMon_c = 1\n"
        )
    };
    for (level, count) in [("OFF", 0), ("ERROR", 0), ("WARNING", 1), ("INFO", 1), ("NOTICE", 2)] {
        let site = Site::new(&text(level));
        let apmon = site.sender();
        assert_eq!(site.reports.take().len(), count, "{level}");
        // The level of a configuration holds for its own problems.
        let other = Site::new(&format!("{}\nxApMon_loglevel = OFF\n", receiver.destination()));
        let later = other.sender();
        other.overwrite(&text(level));
        later.reload_now();
        assert_eq!(other.reports.take().len(), count, "{level}");
        assert_eq!(apmon.process().routing.load().options.level, Level::from_name(level).unwrap());
    }
}

#[cfg(not(feature = "http"))]
#[test]
fn without_http_a_url_is_an_error_and_a_file_is_used() {
    let error = Sender::from_config(["http://127.0.0.1:9/"]).unwrap_err().to_string();
    assert!(error.contains("http://127.0.0.1:9/: ") && error.contains("feature http"), "{error}");
    let receiver = Receiver::start();
    let site = Site::new(&receiver.destination());
    let sources = [site.file(), "http://127.0.0.1:9/".into()];
    Sender::by_hand(Builder::default().config(sources))
        .send(To::Last, None, &params!["n" => 1])
        .unwrap();
    assert_eq!(receiver.count(), 1);
}
