#[centaurus::worker]
fn sort(numbers: &mut Vec<u32>) {
    numbers.sort();
}

fn main() {}
