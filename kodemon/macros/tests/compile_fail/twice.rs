use kodemon::kodemon;

#[kodemon(customer = 1, "customer" = 2)]
fn fields() {}

#[kodemon(key = "a", key = "b")]
fn keys() {}

#[kodemon(key = format!("a"), key = "b")]
fn computed_keys() {}

#[kodemon(stats, stats)]
fn flags() {}

fn main() {
    let _timing = kodemon::timing!("a", key = "b");
}
