trait Pages {
    #[kodemon::kodemon]
    fn page(&self) -> String;
}

fn main() {}
