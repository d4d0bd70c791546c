//! The load command, with a light load.

use std::process::Command;

fn load(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_centaurus-load")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn it_opens_connections_and_says_what_they_cost() {
    let (well, told, complaints) = load(&["--connections", "50", "--active", "5", "--seconds", "1"]);
    assert!(well, "{told}{complaints}");
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[0].starts_with("50 connections in "), "{told}");
    assert!(!cfg!(target_os = "linux") || lines[1].starts_with("memory of the server: "), "{told}");
    assert!(told.contains("5 of them, messages of 64 bytes: ") && told.contains(" 0 lost"), "{told}");
    assert!(told.ends_with("0 of the silent ones are gone\n"), "{told}");
}

#[cfg(unix)]
#[test]
fn several_processes_hold_what_one_may_not() {
    let (well, told, complaints) =
        load(&["--connections", "1000", "--files", "600", "--active", "5", "--seconds", "1"]);
    assert!(well, "{told}{complaints}");
    let first = told.lines().next().unwrap();
    assert!(first.starts_with("1000 connections in "), "{told}");
    assert!(first.ends_with(", of 2 client processes to 6 server processes on one port"), "{told}");
    assert!(told.contains("5 of them, messages of 64 bytes: ") && told.contains(" 0 lost"), "{told}");
    assert!(told.ends_with("0 of the silent ones are gone\n"), "{told}");
}

#[test]
fn more_than_the_machine_allows_is_told_before_anything_is_opened() {
    let (well, told, complaints) = load(&["--connections", "100000", "--files", "1024"]);
    assert!(!well && told.is_empty(), "{told}");
    assert!(complaints.contains("ulimit -n") && complaints.contains("--connections"), "{complaints}");
}

#[test]
fn it_leaves_other_peoples_servers_alone() {
    let (well, _, complaints) = load(&["--url", "ws://192.0.2.1/echo", "--connections", "1"]);
    assert!(!well && complaints.contains("not the loopback"), "{complaints}");
}
