//! What programs with timed functions send: each test has a program of its own, as the environment
//! is read once a process, and is the server that hears it.

mod fields;
mod forms;
mod futures;
mod processes;
mod program;
mod recorded;
mod unsent;

/// What the program does: the functions stand beside the tests of them.
fn call(what: &str) -> String {
    let known = forms::call(what)
        .or_else(|| futures::call(what))
        .or_else(|| fields::call(what))
        .or_else(|| unsent::call(what))
        .or_else(|| processes::call(what))
        .or_else(|| recorded::call(what));
    known.unwrap_or_else(|| panic!("nothing is called {what}"))
}
