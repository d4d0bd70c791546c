#[centaurus::worker(names = "other")]
fn named() {}

#[centaurus::worker]
struct NotAFunction;

fn main() {}
