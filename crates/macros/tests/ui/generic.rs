#[centaurus::worker]
fn first<T: Clone>(values: Vec<T>) -> T {
    values[0].clone()
}

#[centaurus::worker]
fn length(text: impl AsRef<str>) -> usize {
    text.as_ref().len()
}

fn main() {}
