#[centaurus::worker]
fn unnamed() -> impl Iterator {
    0..3
}

#[centaurus::worker]
fn shown() -> impl std::fmt::Display {
    3
}

fn main() {}
