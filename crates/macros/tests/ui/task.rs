use centaurus::web::Task;

#[centaurus::worker]
fn late(n: u32, task: &Task) -> u32 {
    task.progress(&n);
    n
}

#[centaurus::worker]
fn changed(task: &mut Task) {
    task.progress(&1);
}

fn main() {}
