//! Whose files are read, and whose they are.

use std::os::unix::fs::symlink;

use mmstats_testing::command::{Run, dead_pid, run};
use mmstats_testing::original::original;
use mmstats_testing::other_user;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use nix::unistd::{User, geteuid};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command, mmash, openapi};

/// The JSON of this process's user.
fn own() -> Value {
    let name = User::from_uid(geteuid()).unwrap().map(|user| user.name);
    json!({"uid": geteuid().as_raw(), "name": name})
}

#[test]
fn files_have_owners() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-1-own", &original(dead_pid()));
    let theirs = write(directory.path(), "mmstats-2-theirs", &original(dead_pid()));
    if !other_user::can_give(&theirs) {
        return;
    }
    let server = mmash(directory.path());
    let answer = server.get("/api/v1/files");
    openapi::document(&server).check("/api/v1/files", "/api/v1/files", &answer);
    let answer = answer.json();
    assert_eq!(answer["reader"], own());
    assert_eq!(answer["files"][0]["owner"], own());
    let other = json!({"uid": other_user::uid(), "name": null});
    assert_eq!(answer["files"][1]["owner"], other);
}

#[test]
fn files_of_other_users_are_not_read() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    write(path, "mmstats-own", &original(dead_pid()));
    let theirs = [
        write(path, "mmstats-damaged", b"hello"),
        write(path, "mmstats-theirs", &original(dead_pid())),
        path.join("mmstats-loop"),
    ];
    symlink("mmstats-loop", &theirs[2]).unwrap();
    if !theirs.iter().all(other_user::can_give) {
        return;
    }
    let files = |user: &str| {
        let server = Server::start(command(path).args(["--owner", user]));
        let answer = server.get("/api/v1/files").json();
        assert_eq!(server.get("/stats/hits").json(), json!({"hits": [7]}));
        let names = answer["files"].as_array().unwrap().iter().map(|file| file["name"].clone());
        (names.collect::<Vec<_>>(), answer["errors"].as_array().unwrap().len())
    };
    assert_eq!(files(&geteuid().to_string()), (vec![json!("mmstats-own")], 0));
    assert_eq!(files(&other_user::uid().to_string()), (vec![json!("mmstats-theirs")], 2));
}

#[test]
fn an_unknown_user_is_named() {
    let directory = TempDir::new().unwrap();
    let Run { code, stderr, .. } = run(command(directory.path()).args(["--owner", "nobody-knows"]));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("invalid value 'nobody-knows' for '--owner <USER>'"), "{stderr}");
}
