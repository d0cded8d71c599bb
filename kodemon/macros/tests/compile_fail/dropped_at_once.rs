#![deny(unused_must_use)]

fn main() {
    kodemon::timing!("page");
    kodemon::timing!("page", stats, udp = false);
}
