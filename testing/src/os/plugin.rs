//! A shared object that is loaded and unloaded.

use std::ffi::{CStr, CString, c_char};
use std::path::Path;
use std::thread;

use nix::libc;

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

    /// Calls a function that takes a text, in a new thread: pending thread-local destructors would
    /// keep the plugin loaded.
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
