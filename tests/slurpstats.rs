//! slurpstats as a process: every format, on files of the original's writers and of ours.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmstats::{
    Aggregate, Average, Counter, Field, Fixed, Gauge, Histogram, MovingAverage, Options, Published,
    StatsFile, Text, Timer, Timestamp, WindowedAverage,
};
use serde_json::{Value, json};
use support::{Run, content, field, gone, original, run, tool, write};

const VECTORS: [&str; 6] = [
    "py-0.6.1-big",
    "py-0.6.1-every",
    "py-0.6.1-web",
    "py-0.8.0-big",
    "py-0.8.0-every",
    "py-0.8.0-web",
];

fn command() -> Command {
    tool(env!("CARGO_BIN_EXE_slurpstats"))
}

fn slurpstats<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Run {
    run(command().args(arguments))
}

/// The output of a run that went well.
#[track_caller]
fn output<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let Run { code, stdout, stderr } = slurpstats(arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    stdout
}

#[track_caller]
fn json<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Value {
    let text = output(["-o", "json"].into_iter().chain(arguments));
    serde_json::from_str(&text).expect("JSON")
}

fn vector(name: &str) -> String {
    format!("{}/tests/data/{name}.mmstats", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_originals_files_give_exactly_what_the_original_gives() {
    for name in VECTORS {
        let path = vector(name);
        let found = json([path.as_str()]);
        assert_eq!(found["schema"], 1);
        assert_eq!(found["errors"], json!([]));
        let [file] = &found["files"].as_array().unwrap()[..] else { panic!("one file") };
        assert_eq!(file["path"], path.as_str());
        let stats = file["stats"].as_array().unwrap();
        let pairs = stats.iter().map(|stat| json!([stat["label"], stat["value"]])).collect();
        let expected = fs::read_to_string(format!("{path}.json")).unwrap();
        assert_eq!(
            Value::Array(pairs),
            serde_json::from_str::<Value>(&expected).unwrap(),
            "{name}"
        );
        for stat in stats {
            assert_eq!((&stat["kind"], &stat["unit"]), (&Value::Null, &Value::Null));
            assert_eq!(stat.get("components"), None);
        }
    }
}

#[test]
fn text_is_the_originals_and_more() {
    let directory = tempfile::tempdir().unwrap();
    let pid = gone();
    let twice = |bytes: &[u8]| bytes.repeat(2);
    let path = write(
        directory.path(),
        "a.mmstats",
        &content(&[
            field("web.hits", "Q", 0, &twice(&1_234_567_u64.to_ne_bytes())),
            field("web.sys.pid", "I", 0xff, &pid.to_ne_bytes()),
            field("web.sys.created", "d", 0xff, &1_795_247_208.724_f64.to_ne_bytes()),
            field("on", "?", 0xff, &[1]),
            field("load", "d", 1, &twice(&0.1_f64.to_ne_bytes())),
        ]),
    );
    let path = path.to_str().unwrap();
    assert_eq!(
        output([path]),
        format!(
            "==> {path}  [dead: pid {pid} is gone]\n\
             \x20 web.hits        1,234,567\n\
             \x20 web.sys.pid     {pid}\n\
             \x20 web.sys.created 2026-11-21 07:46:48.724 +00:00\n\
             \x20 on              true\n\
             \x20 load            0.1\n\
             \n"
        )
    );
    let raw = output(["--raw", path]);
    assert!(raw.contains("  web.hits        1234567\n"), "{raw}");
    assert!(raw.contains("  web.sys.created 1795247208.724\n"), "{raw}");
}

/// A file of ours with every kind, and its writers.
struct EveryKind {
    directory: tempfile::TempDir,
    published: Published<()>,
}

impl EveryKind {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let published = Options::dynamic("Every")
            .path(directory.path())
            .capacity(64 << 10)
            .default_fields(false)
            .create()
            .unwrap();
        let every = Self { directory, published };
        every.fill();
        every
    }

    fn fill(&self) {
        let stats = &self.published;
        let hits: Counter = stats
            .add(Counter::named("hits").unit("requests").help("All of them.\nReally."))
            .unwrap();
        hits.add(u64::MAX);
        let depth: Gauge<i32> = stats.add(Gauge::<i32>::named("depth")).unwrap();
        depth.set(-1234);
        let load: Gauge<f64> = stats.add(Gauge::<f64>::named("load")).unwrap();
        load.set(f64::NAN);
        let size: Average = stats.add(Average::named("size").unit("bytes")).unwrap();
        size.add(1000.0);
        size.add(2000.0);
        let moving: MovingAverage = stats.add(MovingAverage::named("moving")).unwrap();
        moving.add(2.5);
        let recent: WindowedAverage =
            stats.add(WindowedAverage::named("recent").window(60.0)).unwrap();
        recent.add(4.0);
        let idle: WindowedAverage = stats.add(WindowedAverage::named("idle").window(1e-3)).unwrap();
        idle.add(4.0);
        let render: Timer = stats.add(Timer::named("render").unit("seconds")).unwrap();
        render.record_secs(0.25);
        render.record_secs(0.75);
        let spread: Histogram = stats.add(Histogram::named("spread").unit("bytes")).unwrap();
        (1..=10).for_each(|value| spread.record(value));
        let mood: Text = stats.add(Text::named("state").size(32)).unwrap();
        mood.set("grüße");
        let seen: Timestamp = stats.add(Timestamp::named("seen")).unwrap();
        seen.set(1_795_247_208.5);
        let _never: Timestamp = stats.add(Timestamp::named("never")).unwrap();
        let _version: Fixed<u32> =
            stats.add(Fixed::<u32>::named("version").initial(12_345)).unwrap();
    }

    fn path(&self) -> &Path {
        self.published.path().unwrap()
    }

    fn directory(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }
}

#[test]
fn every_kind_as_text() {
    let every = EveryKind::new();
    let text = output([every.directory()]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("==> {}", every.path().display()), "alive, so unmarked");
    for line in [
        "  hits    18,446,744,073,709,551,615 requests",
        "  depth   -1,234",
        "  load    NaN",
        "  size    1,500.0 bytes  (total 3,000.0, count 2)",
        "  moving  2.5  (count 1)",
        "  idle    -",
        "  render  500 ms  (count 2, total 1.00 s, min 250 ms, max 750 ms, last 750 ms)",
        "  spread  10 values  (p50 5.0, p90 9.0, p99 10.0, max 10.0 bytes)",
        "  state   grüße",
        "  seen    2026-11-21 07:46:48.500 +00:00",
        "  never   never",
        "  version 12345",
    ] {
        assert!(lines.contains(&line), "{line:?} in\n{text}");
    }
    let recent = lines.iter().find(|line| line.starts_with("  recent  4.0  (count 1, last_add 20"));
    assert!(recent.is_some(), "{text}");

    let helped = output(["--help-texts", "-l", "hits", every.directory()]);
    assert!(helped.ends_with("requests\n      All of them.\n      Really.\n\n"), "{helped}");
}

#[test]
fn every_kind_as_json() {
    let every = EveryKind::new();
    let found = json([every.directory()]);
    let file = &found["files"][0];
    assert_eq!((&file["alive"], &file["pid"]), (&json!(true), &json!(std::process::id())));
    let stat = |label: &str| {
        let stats = file["stats"].as_array().unwrap();
        stats.iter().find(|stat| stat["label"] == label).unwrap_or_else(|| panic!("{label}"))
    };
    assert_eq!(
        *stat("hits"),
        json!({"label": "hits", "kind": "counter", "unit": "requests", "type": "Q",
            "value": u64::MAX})
    );
    assert_eq!(stat("depth")["value"], json!(-1234));
    assert_eq!(stat("load")["value"], "NaN");
    assert_eq!(
        *stat("size"),
        json!({"label": "size", "kind": "average", "unit": "bytes", "type": "ddQQ",
            "value": 1500.0, "components": {"mean": 1500.0, "total": 3000.0, "count": 2}})
    );
    assert_eq!(stat("idle")["expired"], json!(true));
    assert_eq!(stat("recent").get("expired"), None);
    assert_eq!(
        stat("render")["components"],
        json!({"mean": 0.5, "count": 2, "total": 1.0, "min": 0.25, "max": 0.75, "last": 0.75})
    );
    let spread = &stat("spread")["components"];
    assert_eq!(spread["count"], 10);
    assert_eq!((&spread["p50"], &spread["max"]), (&json!(5.0), &json!(10.0)));
    assert_eq!(spread["buckets"][9], json!([10, 10, 1]));
    assert_eq!(
        (&stat("state")["value"], &stat("state")["type"]),
        (&json!("grüße"), &json!("32sQ"))
    );
    assert_eq!(stat("version")["kind"], "info");
}

#[test]
fn csv_has_a_line_for_each_number() {
    let every = EveryKind::new();
    let text = output(["-o", "csv", "-l", "hits", "-l", "render", "-l", "load", every.directory()]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = "path,pid,alive,label,component,kind,unit,type,value";
    assert_eq!(reader.headers().unwrap(), header.split(',').collect::<Vec<_>>());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let behind_alive: Vec<String> =
        rows.iter().map(|row| row.iter().skip(2).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        behind_alive[..4],
        [
            "true,hits,,counter,requests,Q,18446744073709551615",
            "true,load,,gauge,,d,NaN",
            "true,render,mean,timer,seconds,dQddddQ,0.5",
            "true,render,count,timer,seconds,dQddddQ,2",
        ]
    );
    assert_eq!(rows.len(), 8);
}

/// Every metric has one type and its samples stand together.
#[test]
fn prometheus_text() {
    let every = EveryKind::new();
    let other = write(every.directory.path(), "b.mmstats", &original(gone()));
    let text = output(["-o", "prom", every.directory()]);
    let labels = format!("file=\"{}\",pid=\"{}\"", every.path().display(), std::process::id());
    for line in [
        "# HELP hits_total All of them.\\nReally. In requests.".to_owned(),
        "# TYPE hits_total counter".to_owned(),
        format!("hits_total{{{labels}}} 18446744073709551615"),
        "# TYPE load gauge".to_owned(),
        format!("load{{{labels}}} NaN"),
        "# TYPE render summary".to_owned(),
        format!("render_sum{{{labels}}} 1.0"),
        format!("render_count{{{labels}}} 2"),
        "# TYPE spread histogram".to_owned(),
        format!("spread_bucket{{{labels},le=\"3\"}} 3"),
        format!("spread_bucket{{{labels},le=\"15\"}} 10"),
        format!("spread_bucket{{{labels},le=\"+Inf\"}} 10"),
        format!("spread_sum{{{labels}}} 55.0"),
        "# TYPE state_info gauge".to_owned(),
        format!("state_info{{{labels},value=\"grüße\"}} 1"),
        "# TYPE hits untyped".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
    }
    assert!(text.contains(&format!("\nhits{{file=\"{}\"", other.display())), "{text}");
    assert!(!text.contains("idle"), "a window that has passed has no mean");
    let types: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let mut distinct = types.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(types.len(), distinct.len(), "{text}");
    assert!(text.lines().filter(|line| line.starts_with("spread_bucket")).count() <= 20);
}

#[test]
fn a_sum_goes_over_all_files_in_the_way_that_was_declared() {
    let directory = tempfile::tempdir().unwrap();
    let writers: Vec<Published<()>> = (1..=3_u32)
        .map(|number| {
            let stats = Options::dynamic("Worker").path(directory.path()).create().unwrap();
            let done: Counter = stats.add(Counter::named("done").unit("jobs")).unwrap();
            done.add(u64::from(number));
            let peak = Gauge::<u32>::named("peak").aggregate(Aggregate::Max);
            let peak: Gauge<u32> = stats.add(peak).unwrap();
            peak.set(number * 10);
            let depth: Gauge<u32> = stats.add(Gauge::<u32>::named("depth")).unwrap();
            depth.set(number);
            let work: Timer = stats.add(Timer::named("work")).unwrap();
            (1..number).for_each(|_| work.record_secs(f64::from(number)));
            let sizes: Histogram = stats.add(Histogram::named("sizes")).unwrap();
            sizes.record(number.into());
            let name: Text = stats.add(Text::named("name").size(16)).unwrap();
            name.set(if number == 1 { "first" } else { "other" });
            stats
        })
        .collect();
    let place = directory.path().to_str().unwrap();
    let text = output(["--sum", place]);
    assert!(text.starts_with("==> sum of 3 files\n"), "{text}");
    for line in [
        "done             6 jobs  [sum of 3]",
        "peak             30  [max of 3]",
        "depth            1 to 3  [3 files]",
        "work             2.67 s  (count 3, total 8.00 s, min 2.00 s, max 3.00 s)  [sum of 3]",
        "sizes            3 values  (p50 2.0, p90 3.0, p99 3.0, max 3.0)  [sum of 3]",
        "name             different texts  [3 files]",
    ] {
        assert!(text.lines().any(|found| found == format!("  {line}")), "{line:?} in\n{text}");
    }

    let found = json(["--sum", place]);
    assert_eq!((&found["schema"], &found["file_count"]), (&json!(1), &json!(3)));
    let totals = found["totals"].as_array().unwrap();
    let total = |label: &str| totals.iter().find(|total| total["label"] == label).unwrap();
    assert_eq!(
        *total("done"),
        json!({"label": "done", "kind": "counter", "unit": "jobs", "aggregate": "sum",
            "files": 3, "value": 6})
    );
    assert_eq!((&total("depth")["least"], &total("depth")["greatest"]), (&json!(1), &json!(3)));
    assert_eq!(total("work")["components"]["count"], 3);
    assert_eq!(total("sizes")["components"]["buckets"], json!([[1, 1, 1], [2, 2, 1], [3, 3, 1]]));

    let prom = output(["--sum", "-o", "prom", place]);
    assert!(prom.contains("# TYPE done_total counter\ndone_total 6\n"), "{prom}");
    assert!(prom.contains("\npeak 30\n"), "{prom}");
    assert_eq!(prom.lines().filter(|line| line.starts_with("depth{file=")).count(), 3, "{prom}");

    let csv = output(["--sum", "-o", "csv", "-l", "d*", place]);
    assert_eq!(
        csv,
        "label,component,kind,unit,aggregate,files,value\n\
         done,,counter,jobs,sum,3,6\n\
         depth,least,gauge,,each,3,1\n\
         depth,greatest,gauge,,each,3,3\n"
    );
    drop(writers);
}

#[test]
fn labels_and_life_choose() {
    let every = EveryKind::new();
    let dead = write(every.directory.path(), "dead.mmstats", &original(gone()));
    let dead = dead.to_str().unwrap();
    let undecided = write(every.directory.path(), "who.mmstats", &content(&[]));
    let place = every.directory();

    let alive = output(["--alive", place]);
    assert!(alive.contains("render") && !alive.contains(dead), "{alive}");
    let gone = output(["--dead", place]);
    assert!(gone.starts_with(&format!("==> {dead}  [dead: ")), "{gone}");
    assert_eq!(gone.matches("==>").count(), 1);
    let all = output([place]);
    let mark = format!("==> {}  [undecided: no process id in it]", undecided.display());
    assert!(all.contains(&mark), "{all}");

    let some = output(["-l", "*its", "--label", "r?nder", place]);
    assert_eq!(some.matches("==>").count(), 2, "no file without a stat: {some}");
    assert_eq!(some.matches("  hits").count(), 2, "{some}");

    for (arguments, reason) in [
        (
            &["-l", "nothing*", place][..],
            "looked at 3 files, and there is none with a stat whose label matches",
        ),
        (&["--alive", dead], "looked at 1 file, and there is none whose program is alive"),
    ] {
        let Run { code, stdout, stderr } = slurpstats(arguments.iter().copied());
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert_eq!(stderr, format!("slurpstats: {reason}\n"));
    }
}

/// The bytes are shown as they stand in the file, with the offset at which they stand.
#[test]
fn layout_tells_where_the_bytes_are() {
    let every = EveryKind::new();
    let bytes = fs::read(every.path()).unwrap();
    let found = json(["--layout", every.directory()]);
    let stats = found["files"][0]["stats"].as_array().unwrap();
    assert_eq!(stats.len(), StatsFile::read(every.path()).unwrap().stats().len());
    let mut expected = 1;
    for stat in stats {
        let layout = &stat["layout"];
        assert_eq!(layout["offset"], expected);
        expected += layout["size"].as_u64().unwrap();
        let written = &bytes[layout["write_buffer_offset"].as_u64().unwrap() as usize];
        assert_eq!(layout["write_buffer"], *written);
        for buffer in layout["buffers"].as_array().unwrap() {
            let start = buffer["offset"].as_u64().unwrap() as usize;
            let hex = buffer["hex"].as_str().unwrap();
            let found: Vec<u8> = (0..hex.len() / 2)
                .map(|byte| u8::from_str_radix(&hex[2 * byte..][..2], 16).unwrap())
                .collect();
            assert_eq!(found, bytes[start..start + found.len()]);
        }
    }
    let text = output(["--layout", "-l", "hits", every.directory()]);
    assert!(text.contains("      offset 1, "), "{text}");
    assert!(text.contains(" is read    ff ff ff ff ff ff ff ff\n"), "{text}");
    let refused = slurpstats(["--layout", "-o", "csv"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--layout goes with"), "{}", refused.stderr);
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let name = format!("{number}.mmstats");
        fs::copy(vector("py-0.6.1-big"), directory.path().join(name)).unwrap();
    }
    for format in ["text", "json", "csv", "prom"] {
        let mut child = command()
            .args(["-o", format])
            .arg(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn where_nothing_is_found_it_says_where_it_looked_and_why() {
    let directory = tempfile::tempdir().unwrap();
    let nothing = run(command().env("MMSTATS_PATH", directory.path()));
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(1), ""));
    for part in [
        "slurpstats: no stats files found\n".to_owned(),
        format!("  {}/*.mmstats\n", directory.path().display()),
        format!("  {}/mmstats-*\n", directory.path().display()),
        "MMSTATS_PATH".to_owned(),
        "PrivateTmp".to_owned(),
        "may not look into".to_owned(),
        "removes its files".to_owned(),
    ] {
        assert!(nothing.stderr.contains(&part), "{part:?} in\n{}", nothing.stderr);
    }
    let missing = run(command().env("MMSTATS_PATH", directory.path().join("none")));
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("(there is no such directory)"), "{}", missing.stderr);

    let elsewhere = write(directory.path(), "x.stats", &original(gone()));
    let by_glob = run(command().env("MMSTATS_GLOB", directory.path().join("*.stats")));
    assert!(by_glob.stdout.contains(elsewhere.to_str().unwrap()), "{}", by_glob.stdout);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let path = vector("py-0.6.1-web");
    assert!(!output([path.as_str()]).contains('\x1b'), "stdout is no terminal");
    assert!(output(["--color", "always", &path]).contains("\x1b[1m==> "));
    assert!(!output(["--color", "never", &path]).contains('\x1b'));
}

#[test]
fn help_version_man_page_and_completions() {
    assert_eq!(output(["--version"]), format!("slurpstats {}\n", env!("CARGO_PKG_VERSION")));
    let (short, long) = (output(["-h"]), output(["--help"]));
    assert!(short.contains("Examples:") && !short.contains("--generate"), "{short}");
    for part in ["Examples:", "--generate", "Exit codes:", "MMSTATS_GLOB"] {
        assert!(long.contains(part), "{part} in {long}");
    }
    for (what, beginning) in [
        ("man", ".ie"),
        ("bash", "_slurpstats() {"),
        ("zsh", "#compdef slurpstats"),
        ("fish", "complete -c slurpstats"),
    ] {
        let text = output(["--generate", what]);
        assert!(
            text.starts_with(beginning) && text.replace('\\', "").contains("help-texts"),
            "{what}: {text}"
        );
    }
    let wrong = slurpstats(["--labels", "x"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--label"), "{}", wrong.stderr);
    let wrong = slurpstats(["-l", "["]);
    assert_eq!(wrong.code, Some(2));
}

/// Files that ended between being found and being read are no error; one that was named is.
#[test]
fn the_same_file_is_shown_once_and_directories_and_globs_are_expanded() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["a.mmstats", "mmstats-b", "c.other"];
    let paths: Vec<PathBuf> =
        names.iter().map(|name| write(directory.path(), name, &original(gone()))).collect();
    let place = directory.path().to_str().unwrap();
    let shown = |arguments: &[&str]| output(arguments.iter().copied()).matches("==> ").count();
    assert_eq!(shown(&[place]), 2);
    assert_eq!(shown(&[place, paths[0].to_str().unwrap()]), 2);
    assert_eq!(shown(&[&format!("{place}/*")]), 3);
    assert_eq!(shown(&[paths[2].to_str().unwrap()]), 1);
}
