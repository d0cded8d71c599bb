//! Futures of timed functions are `Send` where they were, and borrow what they did.
#![deny(warnings)]

use kodemon::kodemon;

struct Shop {
    name: String,
}

impl Shop {
    #[kodemon(name = self.name.clone(), stats)]
    async fn open(&mut self, hours: &[u32]) -> usize {
        step().await;
        self.name.push('!');
        hours.len()
    }
}

#[kodemon(stats, udp = false)]
async fn step() {}

trait Opens {
    fn opens(&self) -> impl Future<Output = u32> + Send;
}

impl Opens for Shop {
    #[kodemon(id = 7)]
    async fn opens(&self) -> u32 {
        step().await;
        7
    }
}

fn sends(_: impl Future + Send) {}

fn main() {
    let mut shop = Shop { name: "shop".to_owned() };
    sends(shop.open(&[1, 2]));
    sends(shop.opens());
    sends(step());
}
