use kodemon::kodemon;

struct Customer(u32);

#[kodemon(customer = customer, phase = 1)]
fn page(customer: &Customer) -> u32 {
    customer.0
}

#[kodemon(customer = missing)]
fn unknown() {}

fn main() {
    page(&Customer(1));
}
