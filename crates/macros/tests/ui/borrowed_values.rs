use centaurus::web::Task;

#[centaurus::worker]
fn counted(task: &Task, n: u32) -> impl Iterator<Item = u32> {
    (0..n).inspect(|done| task.progress(done))
}

#[centaurus::worker]
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').map(str::to_owned)
}

fn main() {}
