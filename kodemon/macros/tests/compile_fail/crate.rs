#[kodemon::kodemon(crate = "not a path")]
fn text() {}

#[kodemon::kodemon(crate)]
fn nothing() {}

#[kodemon::kodemon(crate = "kodemon", crate = "kodemon")]
fn twice() {}

fn main() {
    let _timing = kodemon::timing!("key", crate = 7);
}
