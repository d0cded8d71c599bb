use kodemon::kodemon;

#[kodemon(key = "")]
fn empty() {}

#[kodemon(key = 5)]
fn number() {}

#[kodemon(key = 'k')]
fn character() {}

#[kodemon(token = Some("shop"))]
fn option() {}

#[kodemon(stats, key = format!("page"))]
fn computed() {}

fn main() {}
