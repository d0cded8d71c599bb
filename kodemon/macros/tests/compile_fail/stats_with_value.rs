#[kodemon::kodemon(stats = 3)]
fn page() {}

fn main() {
    page();
}
