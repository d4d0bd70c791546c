//! Nothing outside the served folders can be read, however it is spelled.

use crate::common::{Running, SECRET};

#[tokio::test]
async fn no_spelling_leads_out_of_the_folders() {
    let server = Running::start().await;
    let ups = [
        "..",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%2e.",
        "..;",
        "....",
        "%252e%252e",
        "..%00",
        "%c0%ae%c0%ae",
        "..%5c",
        "%ef%bc%8e%ef%bc%8e",
    ];
    let slashes = ["/", "%2f", "%5c", "\\", "//", "/./", "%252f"];
    let starts = ["/", "/csp/", "/pkg/", "/css/", "/csp/pkg/", "//", "/\\"];
    for start in starts {
        for up in ups {
            for slash in slashes {
                for depth in 1..4 {
                    let path = format!("{start}{}secret.txt", format!("{up}{slash}").repeat(depth));
                    let answer = server.get(&path).await;
                    assert_ne!(answer.status, 200, "{path}");
                    assert!(answer.status < 500, "{path}: {}", answer.status);
                    assert!(!String::from_utf8_lossy(&answer.body).contains(SECRET), "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn absolute_targets_and_odd_names_are_no_way_out_either() {
    let server = Running::start_with(|root, _| {
        // What a target of another host's might be taken for.
        assert!(root.join("secret.txt").exists());
    })
    .await;
    let long = format!("/{}", "a".repeat(300));
    for target in [
        "/etc/passwd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/C:/Windows/win.ini",
        "/C:%5cWindows%5cwin.ini",
        "/file:///etc/passwd",
        "http://localhost/../secret.txt",
        "http://other/%2e%2e/secret.txt",
        "/.hidden",
        "/%2ehidden",
        "/css/../.hidden",
        "/index.html%00.js",
        "/%ff%fe",
        "/con",
        long.as_str(),
    ] {
        let answer = server.get(target).await;
        assert!((400..500).contains(&answer.status), "{target}: {}", answer.status);
        let body = String::from_utf8_lossy(&answer.body);
        assert!(!body.contains(SECRET) && !body.contains("root:"), "{target}");
    }
}
