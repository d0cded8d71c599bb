//! Publishing: what is stored is what readers read; file names and lifetimes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use mmstats::{
    AddError, Aggregate, Average, Counter, CreateError, DeclareError, Field, Fixed, Gauge,
    Histogram, Kind, Layout, MovingAverage, Options, Published, StatsFile, Text, Timer, Timestamp,
    UpDownCounter, Value, WindowedAverage,
};
use mmstats_testing::stats_dir::{counter, files};
use tempfile::TempDir;

fn dynamic(directory: &TempDir) -> Options {
    Options::dynamic("Test").path(directory.path())
}

fn value(stats: &Published<()>, label: &str) -> String {
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    file.get(label).unwrap().value().to_string()
}

/// One of them would spoil a total for good, and every sum that includes the total.
#[test]
fn non_finite_numbers_are_not_recorded() {
    let directory = tempfile::tempdir().unwrap();
    for layout in [Layout::Aligned, Layout::Packed] {
        let stats = dynamic(&directory).layout(layout).capacity(65_536).create().unwrap();
        let mean: Average = stats.add(Average::named("mean")).unwrap();
        let moving: MovingAverage = stats.add(MovingAverage::named("moving")).unwrap();
        let windowed: WindowedAverage = stats.add(WindowedAverage::named("windowed")).unwrap();
        let timer: Timer = stats.add(Timer::named("timer")).unwrap();
        let record = |value: f64| {
            mean.add(value);
            moving.add(value);
            windowed.add(value);
            timer.record_secs(value);
        };
        let figures = || {
            let file = StatsFile::read(stats.path().unwrap()).unwrap();
            let components = |label| -> Vec<_> {
                let components = file.get(label).unwrap().components();
                components.map(|(name, value)| format!("{name} {value}")).collect()
            };
            ["mean", "moving", "windowed", "timer"].map(components)
        };
        let bad = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let before = figures();
        bad.iter().copied().for_each(record);
        timer.record_secs(-1.0);
        timer.record_secs(-f64::MIN_POSITIVE);
        assert_eq!(figures(), before, "{layout:?}: nothing was recorded yet");
        record(2.0);
        timer.record_secs(0.0);
        mean.add(-4.0);
        let recorded = figures();
        bad.iter().copied().for_each(record);
        timer.record_secs(-1.0);
        assert_eq!(figures(), recorded, "{layout:?}");
        assert_eq!((mean.mean(), mean.count(), timer.count()), (-1.0, 2, 2));
        assert_eq!((timer.min(), timer.max(), timer.total()), (0.0, 2.0, 2.0));
    }
}

#[test]
fn a_total_stays_finite() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let mean: Average = stats.add(Average::named("mean")).unwrap();
    let timer: Timer = stats.add(Timer::named("timer")).unwrap();
    for _ in 0..3 {
        mean.add(-f64::MAX);
        timer.record_secs(f64::MAX);
    }
    assert_eq!((mean.count(), mean.total(), mean.mean()), (1, -f64::MAX, -f64::MAX));
    assert_eq!((timer.count(), timer.total(), timer.mean()), (1, f64::MAX, f64::MAX));
}

/// What a histogram of values up to `max` counts as its overflow.
#[test]
fn values_beyond_a_histogram_s_range_are_counted_separately() {
    let directory = tempfile::tempdir().unwrap();
    for (max, range_end) in
        [(1000, 1023), (1023, 1023), (1024, 2047), (0, 31), (1 << 62, (1 << 63) - 1)]
    {
        let stats = dynamic(&directory).capacity(65_536).create().unwrap();
        let sizes: Histogram = stats.add(Histogram::named("sizes").max(max)).unwrap();
        for value in [0, max, range_end, range_end + 1, u64::MAX] {
            sizes.record(value);
        }
        assert_eq!(sizes.count(), 5);
        let file = StatsFile::read(stats.path().unwrap()).unwrap();
        let found = file.get("sizes").unwrap().histogram().unwrap();
        assert_eq!((found.range_end(), found.overflow(), found.count()), (range_end, 2, 5));
        assert!(found.percentile(60.0).unwrap() <= range_end as f64);
        assert_eq!(found.percentile(61.0), Some(f64::INFINITY));
    }
    // Nothing exceeds this one's range.
    let stats = dynamic(&directory).capacity(65_536).create().unwrap();
    let sizes: Histogram = stats.add(Histogram::named("sizes").max(u64::MAX)).unwrap();
    sizes.record(u64::MAX);
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    let found = file.get("sizes").unwrap().histogram().unwrap();
    assert_eq!((found.range_end(), found.overflow(), found.count()), (u64::MAX, 0, 1));
    assert!(found.percentile(50.0).unwrap().is_finite());
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    let directory = tempfile::tempdir().unwrap();
    for layout in [Layout::Aligned, Layout::Packed] {
        let stats = dynamic(&directory).layout(layout).capacity(65_536).create().unwrap();
        let hits: Counter = stats.add(Counter::named("hits")).unwrap();
        let waiting: UpDownCounter = stats.add(UpDownCounter::named("waiting")).unwrap();
        let depth: Gauge<i16> = stats.add(Gauge::named("depth").initial(-3)).unwrap();
        let on: Gauge<bool> = stats.add(Gauge::named("on")).unwrap();
        let share: Gauge<f32> = stats.add(Gauge::named("share")).unwrap();
        let at: Timestamp = stats.add(Timestamp::named("at")).unwrap();
        let mean: Average = stats.add(Average::named("mean")).unwrap();
        let moving: MovingAverage = stats.add(MovingAverage::named("moving").window(2)).unwrap();
        let windowed: WindowedAverage = stats.add(WindowedAverage::named("windowed")).unwrap();
        let timer: Timer = stats.add(Timer::named("timer")).unwrap();
        let sizes: Histogram = stats.add(Histogram::named("sizes")).unwrap();
        let text: Text = stats.add(Text::named("state").size(9)).unwrap();
        let _limit: Fixed<u32> = stats.add(Fixed::named("limit").initial(7)).unwrap();

        assert_eq!(value(&stats, "depth"), "-3");
        hits.add(u64::MAX);
        hits.add(3);
        waiting.add(i64::MIN);
        waiting.decr();
        waiting.add(-3);
        waiting.incr();
        depth.sub(1);
        on.set(true);
        share.set(f32::INFINITY);
        at.set(1.5);
        for value in [1.0, 2.0] {
            mean.add(value);
        }
        for value in [1.0, 2.0, 4.0] {
            moving.add(value);
        }
        windowed.add(8.0);
        for value in [0.5, 0.25] {
            timer.record_secs(value);
        }
        sizes.record(0);
        text.set("0123456789");

        let expected = [
            ("hits", "2"),
            ("waiting", "9223372036854775805"),
            ("depth", "-4"),
            ("on", "true"),
            ("share", "inf"),
            ("at", "1.5"),
            ("mean", "1.5"),
            ("moving", "3.0"),
            ("windowed", "8.0"),
            ("timer", "0.375"),
            ("sizes", "1"),
            ("state", "012345678"),
            ("limit", "7"),
        ];
        for (label, shown) in expected {
            assert_eq!(value(&stats, label), shown, "{label}, {layout:?}");
        }
        text.set("ab");
        assert_eq!((value(&stats, "state").as_str(), text.get().as_str()), ("ab", "ab"));
    }
}

#[test]
fn components_kinds_units_and_help_come_from_the_trailer() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let timer: Timer = stats.add(Timer::named("render").help("Time to render.")).unwrap();
    timer.record_secs(0.5);
    timer.record_secs(0.25);
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    let stat = file.get("render").unwrap();
    assert_eq!(stat.kind(), Some(Kind::Timer));
    assert_eq!((stat.unit(), stat.help()), ("seconds", "Time to render."));
    let components: Vec<_> =
        stat.components().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        components,
        ["mean=0.375", "count=2", "total=0.75", "min=0.25", "max=0.5", "last=0.25"]
    );
    let identity = file.identity().unwrap();
    assert_eq!((identity.pid, identity.struct_name.as_str()), (std::process::id(), "Test"));
}

#[test]
fn default_fields_come_first_and_can_be_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let labels = |stats: &Published<()>| -> Vec<String> {
        let file = StatsFile::read(stats.path().unwrap()).unwrap();
        file.stats().map(|stat| stat.label().into_owned()).collect()
    };
    let stats = dynamic(&directory).prefix("a.").create().unwrap();
    assert_eq!(
        labels(&stats),
        [
            "a.sys.pid",
            "a.sys.tid",
            "a.sys.uid",
            "a.sys.gid",
            "a.sys.created",
            "a.org.rust.version",
            "a.sys.unpublished"
        ]
    );
    let bare = dynamic(&directory).default_fields(false).create().unwrap();
    assert!(labels(&bare).is_empty());
    let _first: Counter = bare.add(Counter::named("first")).unwrap();
    assert_eq!(labels(&bare), ["first"]);
}

#[test]
fn a_file_is_complete_and_read_only() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let metadata = fs::metadata(stats.path().unwrap()).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o222, 0);
    assert!(metadata.blocks() * 512 >= metadata.len(), "every block is reserved");
    let open = dynamic(&directory).mode(0o640).create().unwrap();
    let mode = fs::metadata(open.path().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_name_in_use_gets_a_number() {
    let directory = tempfile::tempdir().unwrap();
    let create = || dynamic(&directory).filename("{STRUCT}.mmstats").create().unwrap();
    let names = |stats: &[Published<()>]| -> Vec<String> {
        let name = |stats: &Published<()>| stats.path()?.file_name()?.to_str().map(String::from);
        stats.iter().map(|stats| name(stats).unwrap()).collect()
    };
    let mut stats = vec![create(), create(), create()];
    assert_eq!(names(&stats), ["Test.mmstats", "Test-2.mmstats", "Test-3.mmstats"]);
    drop(stats.remove(1));
    assert_eq!(names(&[create()]), ["Test-2.mmstats"]);
}

#[test]
fn dropping_removes_the_file_and_keep_keeps_it() {
    let directory = tempfile::tempdir().unwrap();
    drop(dynamic(&directory).create().unwrap());
    assert!(files(directory.path()).is_empty());

    let kept = dynamic(&directory).keep(true).create().unwrap();
    let hits: Counter = kept.add(Counter::named("hits")).unwrap();
    hits.add(5);
    drop((hits, kept));
    let left = files(directory.path());
    assert_eq!(counter(&left[0], "hits"), 5);

    // Its writer is alive, but the lock is free and the map is gone: the name is free again.
    let next = dynamic(&directory).filename(left[0].file_name().unwrap().to_str().unwrap());
    assert_eq!(next.create().unwrap().path(), Some(left[0].as_path()));
}

#[test]
fn removing_leaves_another_file_of_the_name_alone() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let path = stats.path().unwrap().to_path_buf();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "somebody else's").unwrap();
    stats.remove();
    drop(stats);
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
}

#[test]
fn a_field_outlives_its_stats() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    drop(stats);
    hits.incr();
    assert_eq!(hits.get(), 1);
}

#[test]
fn a_full_file_is_an_error_and_stays_unchanged() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).capacity(0).create().unwrap();
    let mut added: Vec<Counter> = Vec::new();
    let error = loop {
        match stats.add(Counter::named(format!("stat.{}", added.len()))) {
            Ok(counter) => added.push(counter),
            Err(error) => break error,
        }
    };
    added.iter().for_each(Counter::incr);
    assert!(matches!(error, AddError::NoFreeSpace { needed, left, .. } if needed > left));
    assert!(error.to_string().contains("capacity"), "{error}");
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    assert!(file.problem().is_none());
    let ones = file.stats().filter(|stat| stat.kind() == Some(Kind::Counter));
    let ones: Vec<_> = ones.map(|stat| stat.value().to_string()).collect();
    assert_eq!(ones, vec!["1"; added.len()]);
}

#[test]
fn errors_name_the_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).capacity(200_000).layout(Layout::Packed).create().unwrap();
    let reason = |result: Result<Counter, AddError>| match result.unwrap_err() {
        AddError::Declaration { source, .. } => source,
        other => panic!("{other}"),
    };
    assert_eq!(reason(stats.add(Counter::named(""))), DeclareError::EmptyLabel);
    assert_eq!(reason(stats.add(Counter::named("sys.pid"))), DeclareError::DuplicateLabel);
    let long = reason(stats.add(Counter::named("x".repeat(65_536))));
    assert!(matches!(long, DeclareError::LabelTooLong { found: 65_536, .. }));
    assert!(stats.add(Histogram::named("h").error(0.9)).is_err());
    assert!(stats.add(MovingAverage::named("m").window(0)).is_err());
    assert!(stats.add(WindowedAverage::named("w").window(-1)).is_err());
    assert!(stats.add(Text::named("t").size(0)).is_err());
    assert!(stats.add(Fixed::<u32>::named("f")).is_err());
    for found in [Aggregate::Min, Aggregate::Max, Aggregate::Each] {
        let up_down = UpDownCounter::named("u").aggregate(found);
        let error = format!("{:#}", stats.add(up_down).unwrap_err());
        let wrong = format!("aggregate {found} ");
        assert!(error.contains("'u'") && error.contains(&wrong), "{error}");
        assert!(error.ends_with("expected sum"), "{error}");
    }
    let up_down = UpDownCounter::named("u").aggregate(Aggregate::Sum);
    assert!(stats.add(up_down).is_ok());

    let template = dynamic(&directory).filename("{NOPE}").create().unwrap_err();
    assert!(template.to_string().contains("'{NOPE}'"), "{template}");
    let missing = Options::dynamic("T").path("/no/such/place").create().unwrap_err();
    assert!(matches!(missing, CreateError::Io { .. }));
    assert!(missing.to_string().contains("/no/such/place"), "{missing}");
    let name = dynamic(&directory).filename("a/b").create().unwrap_err();
    assert!(matches!(name, CreateError::FileName { .. }));
}

#[test]
fn private_memory_replaces_a_file_that_cannot_be_created() {
    let options = || Options::dynamic("T").path("/no/such/place").or_private_memory();
    let stats = options().create().unwrap();
    let hits: Counter = stats.add(Counter::named("hits")).unwrap();
    hits.incr();
    assert_eq!((stats.path(), hits.get()), (None, 1));
    assert!(options().filename("{NOPE}").create().is_err());
}

#[test]
fn the_path_s_template_is_filled_in() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("Test")).unwrap();
    let stats = dynamic(&directory).path(directory.path().join("{STRUCT}")).create().unwrap();
    assert!(stats.path().unwrap().starts_with(directory.path().join("Test")));
}

#[test]
fn flushing_is_msync() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    stats.flush_async().unwrap();
    stats.flush().unwrap();
}

#[test]
fn all_scalars_round_trip() {
    fn check<T: mmstats::Scalar>(directory: &TempDir, values: &[T], texts: &[&str]) {
        for layout in [Layout::Aligned, Layout::Packed] {
            let stats = dynamic(directory).layout(layout).create().unwrap();
            let gauge: Gauge<T> = stats.add(Gauge::named("g")).unwrap();
            for (number, text) in values.iter().zip(texts) {
                gauge.set(*number);
                assert_eq!(value(&stats, "g"), *text);
            }
        }
    }
    let directory = tempfile::tempdir().unwrap();
    check(&directory, &[0_u8, 255], &["0", "255"]);
    check(&directory, &[-128_i8, 127], &["-128", "127"]);
    check(&directory, &[u16::MAX], &["65535"]);
    check(&directory, &[i16::MIN], &["-32768"]);
    check(&directory, &[u32::MAX], &["4294967295"]);
    check(&directory, &[i32::MIN], &["-2147483648"]);
    check(&directory, &[u64::MAX], &["18446744073709551615"]);
    check(&directory, &[i64::MIN], &["-9223372036854775808"]);
    check(&directory, &[1.5_f32, f32::NAN], &["1.5", "NaN"]);
    check(&directory, &[1e300_f64, f64::NEG_INFINITY], &["1e300", "-inf"]);
    check(&directory, &[true, false], &["true", "false"]);
}

#[test]
fn a_field_is_added_while_readers_read() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).capacity(400_000).create().unwrap();
    let path = stats.path().unwrap().to_path_buf();
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let partial = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut most, mut partial) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                let file = StatsFile::read(&path).unwrap();
                assert!(file.problem().is_none(), "{:?}", file.problem());
                let counters = file.stats().filter(|stat| stat.label().starts_with("stat."));
                let all = counters.inspect(|stat| assert_eq!(stat.value(), Value::Unsigned(0)));
                let count = all.count();
                assert!(count >= most, "{count} after {most}");
                most = count;
                partial += u32::from((1..2_000).contains(&count));
                reads.fetch_add(1, Ordering::Relaxed);
            }
            partial
        });
        for number in 0..2_000 {
            let _: Counter = stats.add(Counter::named(format!("stat.{number}"))).unwrap();
            // On each tenth of the way a whole read begins and ends.
            let before = reads.load(Ordering::Relaxed);
            while number % 200 == 199 && reads.load(Ordering::Relaxed) < before + 2 {
                assert!(!reader.is_finished(), "the reader failed");
                std::thread::yield_now();
            }
        }
        while StatsFile::read(&path).unwrap().get("stat.1999").is_none() {}
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(partial > 0, "no read met a part of the fields");
}
