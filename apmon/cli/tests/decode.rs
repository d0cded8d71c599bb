//! `apmon decode` from end to end.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use mmstats_cli::escape::is_harmful;
use mmstats_testing::command::{Run, run, run_into, tool};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::Value as Json;
use tempfile::TempDir;

const APMON: &str = env!("CARGO_BIN_EXE_apmon");
/// Those of the vectors.
const PASSWORDS: [&str; 5] = ["secret", "cpw", "cpppw", "javapw", "perlpw"];
/// A packet without a header and parameters.
const LEAST: &[u8] = b"\0\0\0\x04farm\0\0\0\x03wn1\0\0\0\0\0";

fn decode<T: Into<OsString>>(options: &[&str], files: impl IntoIterator<Item = T>) -> Run {
    let files = files.into_iter().map(Into::into);
    let result = run(tool(APMON).env("LC_ALL", "C.UTF-8").arg("decode").args(options).args(files));
    for text in [&result.stdout, &result.stderr] {
        assert!(!text.contains(|it| it != '\n' && is_harmful(it)), "{text:?}");
    }
    result
}

/// The packets of real senders.
fn vectors() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "bin")).collect();
    paths.sort();
    assert_eq!(paths.len(), 17);
    paths
}

/// What a vector's file says, with the keys that `decode` writes.
fn expected(path: &Path) -> Json {
    let text = fs::read(path.with_extension("json")).unwrap();
    let mut json: Json = serde_json::from_slice(&text).unwrap();
    let fields = json.as_object_mut().unwrap();
    fields.retain(|key, _| !["sender", "note", "password"].contains(&&**key));
    fields.insert("file".to_owned(), path.to_str().unwrap().into());
    json
}

fn lines(run: &Run) -> Vec<Json> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_is_what_the_vectors_say() {
    let expected: Vec<_> = vectors().iter().map(|path| expected(path)).collect();
    let (sound, broken): (Vec<_>, Vec<_>) =
        expected.iter().partition(|json| json["error"].is_null());
    let result = decode(&["-o", "json"], vectors());
    assert_eq!((result.code, sound.len()), (Some(2), 14), "{}", result.stderr);
    assert_eq!(lines(&result).iter().collect::<Vec<_>>(), sound);
    assert!(result.stdout.lines().all(|line| line.starts_with(r#"{"file":""#)));
    let reported: Vec<_> = result.stderr.lines().collect();
    assert_eq!(reported.len(), broken.len(), "{reported:?}");
    for (line, json) in reported.iter().zip(broken) {
        let start = format!("apmon: {}: ", json["file"].as_str().unwrap());
        assert!(line.starts_with(&start) && line.contains(" at byte "), "{line}");
    }
}

#[test]
fn lenient_shows_rejected_packets_as_far_as_the_vectors_say() {
    let vectors = vectors();
    let result = decode(&["--lenient", "-o", "json"], &vectors);
    assert_eq!((result.code, result.stderr.lines().count()), (Some(2), 3));
    let lines = lines(&result);
    assert_eq!(lines.len(), vectors.len());
    for (mut line, path) in lines.into_iter().zip(&vectors) {
        let mut expected = expected(path);
        if let Some(error) = line["error"].as_str() {
            let reported = format!("apmon: {}: {error}\n", path.display());
            assert!(result.stderr.contains(&reported), "{error}");
            // The vectors' files have other words.
            assert!(expected["error"].is_string());
            line["error"] = true.into();
            expected["error"] = true.into();
        }
        assert_eq!(line, expected);
    }
}

#[test]
fn a_password_is_never_shown() {
    for options in [&["-o", "text"][..], &["-o", "json"], &["--lenient"]] {
        let result = decode(options, vectors());
        let shown = result.stdout + &result.stderr;
        for password in PASSWORDS {
            assert!(!shown.contains(password), "{password} in {shown}");
        }
    }
}

#[test]
fn text_has_a_line_a_field() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/py-2.2.4-unicode.bin");
    let expected = format!(
        "{path}
  bytes      144
  version    2.2.4-py
  instance   96029440
  sequence   7
  cluster    grid_ñ
  node       nœud-été
  parameters 3
    f64  température=21.5
    text 状態=\"実行中\"
    text mood=\"🙂\"
"
    );
    let result = decode(&[], [path]);
    assert_eq!((result.code, result.stdout, result.stderr), (Some(0), expected, String::new()));
}

#[test]
fn a_hyphen_is_stdin() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("packet");
    fs::write(&path, LEAST).unwrap();
    let mut command = tool(APMON);
    command.args(["decode", "-o", "json", "-"]).stdin(File::open(&path).unwrap());
    let result = run(&mut command);
    let line = &lines(&result)[0];
    assert_eq!((result.code, &line["file"], &line["node"]), (Some(0), &"-".into(), &"wn1".into()));
}

#[test]
fn one_bad_file_does_not_stop_the_rest() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let fifo = folder.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    // Reading all of it would take minutes, or all memory.
    let huge = file("huge", b"");
    File::options().write(true).open(&huge).unwrap().set_len(1 << 40).unwrap();
    let arguments = [
        (folder.path().join("missing"), "No such file"),
        (folder.path().to_owned(), "directory"),
        (fifo, "found no regular file, expected one"),
        ("/dev/zero".into(), "found no regular file, expected one"),
        (huge, "found more than 65535 bytes"),
        (file("more", &[0].repeat(65_536)), "found more than 65535 bytes"),
        (file("most", &[0].repeat(65_535)), "time at byte 12: found 65523 bytes, expected none"),
        (file("empty", b""), "header at byte 0: found 0 bytes, expected 4"),
        (file("esc\x1b[2J\u{202e}", b""), "esc\\x1b[2J\\u{202e}: header at byte 0"),
    ];
    let files = arguments.iter().map(|(path, _)| path.clone());
    let result = decode(&[], files.chain([file("sound", LEAST)]));
    assert_eq!(result.code, Some(2));
    let reported: Vec<_> = result.stderr.lines().collect();
    assert_eq!(reported.len(), arguments.len(), "{reported:#?}");
    for (line, (path, reason)) in reported.iter().zip(&arguments) {
        let is_escaped = path.to_str().unwrap().contains(is_harmful);
        assert!(is_escaped || line.starts_with(&format!("apmon: {}: ", path.display())), "{line}");
        assert!(line.contains(reason), "{line} lacks {reason}");
    }
    let shown = "/sound\n  bytes      20\n  cluster    farm\n  node       wn1\n  parameters 0\n";
    assert!(result.stdout.ends_with(shown) && result.stdout.lines().count() == 5);
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut string = [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    string.resize(string.len().next_multiple_of(4), 0);
    string
}

/// File names, versions, names and texts could; `decode` above checks all output.
#[test]
fn nothing_controls_a_terminal() {
    let harmful = "\x1b[2J\u{9b}\u{202e}\n\r";
    let version = format!("v:1.0{harmful}p:");
    let node = [harmful.as_bytes(), b"\xff\x9b"].concat();
    let start = [string(version.as_bytes()), string(harmful.as_bytes()), string(&node)].concat();
    let name = string(harmful.as_bytes());
    let text = string(b"\x1b[2J\x9b");
    let sound = [&start[..], &[0, 0, 0, 1], &name, &[0; 4], &text].concat();
    let broken = [&start[..], &[0, 0, 0, 1], &name, &[0x1b; 8]].concat();
    let folder = TempDir::new().unwrap();
    let paths = [("sound", sound), ("broken", broken)].map(|(name, bytes)| {
        let path = folder.path().join(format!("{name}{harmful}"));
        fs::write(&path, bytes).unwrap();
        path
    });
    for format in ["text", "json"] {
        let result = decode(&["--lenient", "-o", format], &paths);
        assert_eq!((result.code, result.stderr.lines().count()), (Some(2), 1));
        assert!(result.stdout.contains("[2J"), "{}", result.stdout);
    }
}

#[test]
fn a_file_is_asked_for() {
    let result = decode(&[], [""; 0]);
    assert_eq!((result.code, &*result.stdout), (Some(2), ""));
    assert!(result.stderr.contains("<FILE>"), "{}", result.stderr);
}

#[test]
fn help_man_page_and_completions_have_its_options() {
    let help = decode(&["--help"], [""; 0]).stdout;
    for part in ["Examples:", "--lenient", "Types of parameters:", "Exit codes:"] {
        assert!(help.contains(part), "{part} in {help}");
    }
    for (what, part) in [
        ("man", ".SH \"APMON DECODE\""),
        ("man", "\\-\\-lenient"),
        ("bash", "--lenient"),
        ("zsh", "--lenient"),
        ("fish", "lenient"),
    ] {
        let result = run(tool(APMON).args(["--generate", what]));
        assert_eq!(result.code, Some(0));
        assert!(result.stdout.contains(part), "{part} in {}", result.stdout);
    }
}

#[test]
fn a_full_disk_is_an_error_and_a_closed_pipe_is_none() {
    let mut command = tool(APMON);
    command
        .args(["decode", concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/c-2.2.2-timed.bin")]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let full = run_into(&mut command, full);
    assert_eq!(full.code, Some(2));
    assert!(full.stderr.contains("writing to stdout failed"), "{}", full.stderr);
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let closed = run_into(&mut command, Stdio::from(writer));
    assert_eq!((closed.code, &*closed.stderr), (Some(0), ""));
}
