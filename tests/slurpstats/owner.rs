//! The owner of a file, where it is another user than the reader.

use mmstats_testing::command::dead_pid;
use mmstats_testing::original::original;
use mmstats_testing::other_user;
use mmstats_testing::stats_dir::write;
use nix::unistd::{User, chown, geteuid};
use serde_json::json;

use crate::{json, output};

#[test]
fn a_file_of_another_user_is_marked() {
    let directory = tempfile::tempdir().unwrap();
    let own = write(directory.path(), "own.mmstats", &original(dead_pid()));
    let theirs = write(directory.path(), "theirs.mmstats", &original(dead_pid()));
    if !other_user::can_give(&theirs) {
        return;
    }
    let (own, theirs) = (own.to_str().unwrap(), theirs.to_str().unwrap());
    let other = other_user::uid();
    assert!(output([own]).starts_with(&format!("==> {own}  [dead: ")));
    let text = output([theirs]);
    assert!(text.starts_with(&format!("==> {theirs}  [owner: {other}]  [dead: ")), "{text}");

    let owner = |path: &str| json([path])["files"][0]["owner"].clone();
    let name = User::from_uid(geteuid()).unwrap().map(|user| user.name);
    assert_eq!(owner(own), json!({"uid": geteuid().as_raw(), "name": name}));
    assert_eq!(owner(theirs), json!({"uid": other, "name": null}));

    let Some(nobody) = User::from_name("nobody").unwrap() else { return };
    chown(theirs, Some(nobody.uid), None).unwrap();
    let text = output([theirs]);
    assert!(text.contains("  [owner: nobody]  "), "{text}");
    assert_eq!(owner(theirs), json!({"uid": nobody.uid.as_raw(), "name": "nobody"}));
    assert_eq!(output(["--owner", "nobody", directory.path().to_str().unwrap()]), text);
}
