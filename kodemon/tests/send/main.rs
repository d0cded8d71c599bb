//! What programs with timed functions send. Each test starts its own program, as the environment is
//! read once per process, and receives its messages.

mod fields;
mod forms;
mod futures;
mod processes;
mod program;
mod recorded;
mod unsent;

/// What the program does: the functions are beside their tests.
fn call(what: &str) -> String {
    let known = forms::call(what)
        .or_else(|| futures::call(what))
        .or_else(|| fields::call(what))
        .or_else(|| unsent::call(what))
        .or_else(|| processes::call(what))
        .or_else(|| recorded::call(what));
    known.unwrap_or_else(|| panic!("nothing is called {what}"))
}
