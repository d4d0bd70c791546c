struct Jobs;

impl Jobs {
    #[centaurus::worker]
    fn run(&self) -> u32 {
        1
    }
}

fn main() {}
