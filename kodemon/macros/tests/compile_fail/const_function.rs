#[kodemon::kodemon]
const fn square(number: u32) -> u32 {
    number * number
}

fn main() {
    const { square(2) };
}
