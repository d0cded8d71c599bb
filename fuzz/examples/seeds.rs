//! Writes the first inputs of the fuzzers: `seeds FOLDER` fills a folder for each target.
//!
//! The files of the original from `tests/data`, and files of ours: every kind together and each
//! by itself, aligned and packed, with and without the free space between fields and
//! trailer. Messages, labels, configurations, packets of ApMon's senders, and blobs of
//! recordings.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use mmstats::{Layout, MmStats, StatsFile};
use mmstats_fuzz::dimensions::SEPARATOR;
use mmstats_fuzz::{Fields, Pair, Tail};
use mmstats_recording::{Change, RollUp, RowWriter, Span, WordKind, encode_block, encode_poll};
use mmstats_testing::kinds::Kinds;

/// The targets that take whole files.
const OF_FILES: [&str; 3] = ["file", "oracle", "output"];

/// Messages, as senders write them.
const MESSAGES: [&str; 3] = [
    r#"{"execution_time": 0.0319, "timestamp": 1413404125, "token": "test-token", "key": "foo.py-f"}"#,
    r#"{"key":"a.rs-\u00e9","token":"","timestamp":1.5e9,"execution_time":0,"customer":42}"#,
    r#"{"x":{"a":[1,"\n",null]},"key":"k","token":"t","timestamp":-1,"execution_time":3e7}"#,
];

/// Labels with every rule of section 3.7, right and wrong ones.
const LABELS: [&str; 8] = [
    r#"http.requests{method="GET",status="200"}"#,
    r#"r{"my-key"="a\\b\"c\nd",é="☃"}"#,
    r#"r{"\"\\\n"="{1,}",a="="}"#,
    r#"{"odd{name",key="v"}"#,
    r#"{"a{b=\"c\"}"}"#,
    r#"{"{\"a{b=\\\"c\\\"}\"}"}"#,
    r#"r{b="1",a="2"}"#,
    r#"r{a="1",}"#,
];

/// Packets without a header, and before instance, sequence and time; types that no sender writes.
const PACKETS: [&[u8]; 3] = [
    b"\0\0\0\x04farm\0\0\0\0\0\0\0\x01\0\0\0\x01a\0\0\0\0\0\0\x03\x7f\0\0\0\0\0\0\x01",
    b"\0\0\0\x0bv:2.1.9p:pw\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01a\0\0\0\0\0\0\x04\x7f\x80\0\0\x54\x3e\xd6\x9d",
    b"\0\0\0\x07v:1.5p:\0\0\0\0\x01\x1b\0\0\0\0\0\0\0\0\0\0\0",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: seeds FOLDER")?;
    let folder = Path::new(&folder);
    for (number, message) in MESSAGES.iter().enumerate() {
        write(folder, "message", &number.to_string(), message.as_bytes())?;
    }
    for (number, label) in LABELS.iter().enumerate() {
        write(folder, "dimensions", &number.to_string(), label.as_bytes())?;
        let parts = label.replace(['{', ',', '='], "\0");
        let parts: Vec<_> = parts.split('\0').map(str::as_bytes).collect();
        write(folder, "dimensions", &format!("parts-{number}"), &parts.join(&SEPARATOR))?;
    }
    for name in ["every-option.conf", "every-bad-line.conf"] {
        let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../apmon/tests/data"));
        write(folder, "config", name, &fs::read(data.join(name))?)?;
    }
    for path in files_in("../apmon/tests/data", "bin")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        write(folder, "packet", &name, &fs::read(&path)?)?;
    }
    for (number, packet) in PACKETS.iter().enumerate() {
        write(folder, "packet", &number.to_string(), packet)?;
    }
    for (number, blob) in recordings().iter().enumerate() {
        write(folder, "recording", &number.to_string(), blob)?;
    }
    // A change of a row of each table, and of a byte of the file.
    for table in 0..10 {
        let change = [2 * (table % 8) + table / 9, table, 1, table, 10, 0, 5, 1];
        write(folder, "recording", &format!("stored-{table}"), &[&[5, 0][..], &change].concat())?;
    }
    let trap = format!("r{{a=\"{}\",}}", "x".repeat(249));
    write(folder, "dimensions", "trap", trap.as_bytes())?;
    let files = files()?;
    for (number, pair) in pairs(&files).enumerate() {
        write(folder, "watch", &number.to_string(), &pair.joined())?;
    }
    for (number, file) in files.iter().enumerate() {
        for target in OF_FILES {
            write(folder, target, &number.to_string(), file)?;
        }
        for stat in StatsFile::from_bytes("seed", file)?.stats() {
            let signature = stat.field_layout().signature;
            write(folder, "signature", &signature, signature.as_bytes())?;
        }
        let tail = Tail::of(file);
        if !tail.footer.is_empty() {
            let mut bytes = vec![0; mmstats_fuzz::trailer::HEAD];
            tail.append(&mut bytes, &[]);
            write(folder, "trailer", &number.to_string(), &bytes)?;
        }
    }
    Ok(())
}

/// A poll, blocks without and with a keyframe, a roll-up, a row, and values.
fn recordings() -> [Vec<u8>; 6] {
    let steps =
        |poll: u8| [3, u64::from(poll) << 20, u64::from(poll % 7), u64::MAX - u64::from(poll)];
    let changes = (5..60).flat_map(|poll| {
        let words = (0..).step_by(9).zip(steps(poll));
        words.map(move |(word, value)| (poll, Change { word, value }))
    });
    let before = vec![7; 40];
    let span = Span::new(5..60, &before, changes.clone());
    let mut blobs: [Vec<u8>; 6] = std::array::from_fn(|what| vec![[0, 1, 1, 2, 3, 4][what], 40]);
    encode_poll(changes.clone().take(4).map(|(_, change)| change), &mut blobs[0]);
    encode_block(&span, None, &mut blobs[1]);
    encode_block(&span, Some(&before), &mut blobs[2]);
    let kinds = [WordKind::Count, WordKind::Float64, WordKind::Signed, WordKind::Unsigned];
    let kind = |word: u32| kinds[word as usize / 9 % 4];
    let mut roll_up = RollUp::of(&span, kind, &[1; 55]);
    roll_up.keyframe = Some(before.clone());
    roll_up.encode(&mut blobs[3]);
    let mut row = RowWriter::default();
    (0..).zip(&blobs[..3]).for_each(|(writer, blob)| row.push(writer, blob));
    blobs[4].extend(row.take());
    blobs[5].extend((0..=u8::MAX).cycle().take(500));
    blobs
}

/// Each file with another one, and with the other one's end.
fn pairs(files: &[Vec<u8>]) -> impl Iterator<Item = Pair> {
    files.iter().zip(files.iter().cycle().skip(1)).flat_map(|(one, other)| {
        let middle = one.len().min(other.len()) / 2;
        let spliced = [&one[..middle], &other[middle..]].concat();
        [other.clone(), spliced].map(|second| Pair { first: one.clone(), second })
    })
}

fn write(folder: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("seed-{name}")), bytes)?)
}

/// The files in a folder beside this package, by their extension.
fn files_in(folder: &str, extension: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    Ok(paths)
}

fn files() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in files_in("../tests/data", "mmstats")? {
        files.push(fs::read(path)?);
    }
    let directory = tempfile::tempdir()?;
    for layout in [Layout::Aligned, Layout::Packed] {
        let options = Kinds::options().layout(layout).path(directory.path());
        let stats = options.create()?;
        stats.write();
        let whole = fs::read(stats.path().ok_or("there is no file")?)?;
        let (fields, tail) = (Fields::of(&whole), Tail::of(&whole));
        files.push(whole);
        files.push(fields.assemble(&tail, true));
        for (index, field) in fields.0.into_iter().enumerate() {
            let entries = tail.entries.get(index).cloned().into_iter().collect();
            let tail = Tail { entries, ..tail.clone() };
            files.push(Fields(vec![field]).assemble(&tail, true));
        }
    }
    Ok(files)
}
