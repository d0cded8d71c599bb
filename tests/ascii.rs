//! In a locale without UTF-8 the tools print ASCII; output for programs doesn't change.

use std::path::Path;

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Text, Timer};
use mmstats_testing::command::{Run, dead_pid, run, tool};
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;

const SLURPSTATS: &str = env!("CARGO_BIN_EXE_slurpstats");
const POLLSTATS: &str = env!("CARGO_BIN_EXE_pollstats");
const CLEANSTATS: &str = env!("CARGO_BIN_EXE_cleanstats");

/// A file with non-ASCII text wherever possible.
fn published(directory: &Path) -> Published<()> {
    let options = Options::dynamic("More").path(directory).prefix("größe.").capacity(64 << 10);
    let stats = options.create().unwrap();
    let render: Timer = stats.add(Timer::named("render").help("Wie lange – ungefähr.")).unwrap();
    render.record_secs(4.01e-6);
    let wait: Gauge<f64> = stats.add(Gauge::<f64>::named("wait").unit("µs")).unwrap();
    wait.set(1.5);
    let hits: Counter = stats.add(Counter::named("hits").unit("Stück")).unwrap();
    hits.incr();
    let mood: Text = stats.add(Text::named("mood").size(32)).unwrap();
    mood.set("gut → besser");
    let _sizes: Histogram = stats.add(Histogram::named("sizes").unit("µs")).unwrap();
    stats
}

fn output_of(program: &str, locale: &str, arguments: &[&str]) -> Run {
    run(tool(program).args(arguments).env("LC_ALL", locale))
}

#[test]
fn text_is_ascii_in_a_locale_without_utf_8() {
    let directory = tempfile::Builder::new().prefix("größe").tempdir().unwrap();
    let _stats = published(directory.path());
    write(directory.path(), "töt.mmstats", &original(dead_pid()));
    let path = directory.path().to_str().unwrap();
    let poll = ["-c", "1", "-d", "0.01", path];
    for (program, arguments) in [
        (SLURPSTATS, &["--help-texts", path][..]),
        (SLURPSTATS, &["--sum", "--help-texts", path]),
        (SLURPSTATS, &["--layout", path]),
        (SLURPSTATS, &["/größe/none"]),
        (POLLSTATS, &poll),
        (POLLSTATS, &[&["--per-file"], &poll[..]].concat()),
        (POLLSTATS, &[&["*,größe.fehlt"], &poll[..]].concat()),
        (POLLSTATS, &["--list", path]),
        (CLEANSTATS, &["-n", path]),
    ] {
        let Run { stdout, stderr, .. } = output_of(program, "C", arguments);
        assert!(stdout.is_ascii() && stderr.is_ascii(), "{arguments:?}: {stdout}{stderr}");
        let more = output_of(program, "C.UTF-8", arguments);
        assert!(!more.stdout.is_ascii() || !more.stderr.is_ascii(), "{arguments:?}");
    }
    let text = output_of(SLURPSTATS, "POSIX", &[path]).stdout;
    for line in ["4.01 us", "1.5 us", "gut -> besser", "gr\\u{f6}\\u{df}e.render"] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn output_for_programs_does_not_change() {
    let directory = tempfile::tempdir().unwrap();
    let _stats = published(directory.path());
    let path = directory.path().to_str().unwrap();
    for format in ["json", "csv", "prom"] {
        for arguments in [&["-o", format, path][..], &["--sum", "-o", format, path]] {
            let [ascii, more] =
                ["C", "C.UTF-8"].map(|it| output_of(SLURPSTATS, it, arguments).stdout);
            assert_eq!(ascii, more);
        }
    }
    for format in ["json", "csv"] {
        let arguments = ["--list", "-o", format, path];
        let [ascii, more] = ["C", "C.UTF-8"].map(|locale| output_of(POLLSTATS, locale, &arguments));
        assert!(ascii.stdout == more.stdout && ascii.stdout.contains("größe"), "{}", ascii.stdout);
        let arguments = ["-o", format, "-c", "1", "-d", "0.01", "größe.mood", path];
        assert!(output_of(POLLSTATS, "C", &arguments).stdout.contains("gut → besser"));
    }
}

#[test]
fn help_is_ascii_everywhere() {
    for program in [SLURPSTATS, POLLSTATS, CLEANSTATS] {
        for arguments in [&["-h"][..], &["--help"], &["--generate", "man"]] {
            let help = output_of(program, "C.UTF-8", arguments).stdout;
            assert!(help.is_ascii(), "{help}");
        }
    }
}
