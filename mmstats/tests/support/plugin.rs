//! A shared object of this package that is loaded and unloaded.

use std::env;
use std::ffi::{CStr, CString, c_char};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use nix::libc;

/// The example of this name and crate type "cdylib", beside the tests. Cargo builds examples with
/// them; where it was told to build one test only, it is built here.
pub fn built(example: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).expect("target/…/deps").join("examples");
    let path = folder.join(format!("lib{example}.so"));
    if path.exists() { path } else { build(example) }
}

fn build(example: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .args(["--message-format", "json-render-diagnostics", "--example", example])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let messages = String::from_utf8(output.stdout).unwrap();
    let name = format!("/lib{example}.so");
    let mut paths = messages.split('"').filter(|text| text.ends_with(&name));
    paths.next_back().expect("cargo says where it is").into()
}

/// A loaded plugin. Dropping it unloads it.
pub struct Plugin(*mut libc::c_void);

impl Plugin {
    pub fn load(path: &Path) -> Self {
        let path = CString::new(path.to_str().unwrap()).unwrap();
        // SAFETY: what runs then is of Rust's standard library.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null(), "{}", error());
        Self(handle)
    }

    /// Calls a function that takes a text, in a thread of its own. What a thread leaves to its end
    /// would keep the plugin loaded.
    pub fn call(&self, name: &str, text: &str) {
        let (name, text) = (CString::new(name).unwrap(), CString::new(text).unwrap());
        // SAFETY: the handle is that of a loaded object.
        let function = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        assert!(!function.is_null(), "{}", error());
        // SAFETY: the plugin defines it so.
        let function: extern "C" fn(*const c_char) = unsafe { std::mem::transmute(function) };
        thread::scope(|scope| scope.spawn(move || function(text.into_raw())).join()).unwrap();
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // SAFETY: nothing of the object is used any more.
        assert_eq!(unsafe { libc::dlclose(self.0) }, 0, "{}", error());
    }
}

fn error() -> String {
    // SAFETY: it only looks up the thread's last failure.
    let text = unsafe { libc::dlerror() };
    // SAFETY: called after a failure, so there is a text.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
