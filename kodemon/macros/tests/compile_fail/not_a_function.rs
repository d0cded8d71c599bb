use kodemon::kodemon;

#[kodemon]
struct Page;

#[kodemon]
impl Page {
    fn text(&self) -> &str {
        ""
    }
}

#[kodemon]
mod pages {}

#[kodemon]
static PAGE: Page = Page;

fn main() {
    let _ = PAGE.text();
}
