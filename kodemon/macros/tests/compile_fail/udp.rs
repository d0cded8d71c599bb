use kodemon::kodemon;

#[kodemon(udp = false)]
fn nothing() {}

#[kodemon(stats, udp = true)]
fn both() {}

#[kodemon(stats, udp)]
fn no_value() {}

#[kodemon(stats, udp = "no")]
fn text() {}

#[kodemon(stats, udp = false, customer = 42)]
fn unsent_field() {}

fn main() {}
