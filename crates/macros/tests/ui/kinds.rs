#[centaurus::worker]
unsafe fn dangerous() {}

#[centaurus::worker]
extern "C" fn foreign() {}

#[centaurus::worker]
const fn constant() -> u32 {
    1
}

fn main() {}
