use kodemon::kodemon;

#[kodemon(customer)]
fn no_value() {}

#[kodemon("customer")]
fn no_value_for_a_text() {}

#[kodemon(customer = )]
fn nothing() {}

#[kodemon(42)]
fn number() {}

#[kodemon(customer = 1 phase = 2)]
fn no_comma() {}

#[kodemon(customer: 1)]
fn colon() {}

fn main() {
    let _timing = kodemon::timing!();
    let _timing = kodemon::timing!(customer = 42);
    let _timing = kodemon::timing!("page" customer = 42);
}
