//! The README as it is read on its own, beside the package instead of in the repository.

/// Makes the links to files that the package does not hold lead to the repository; pictures to the file itself.
pub(crate) fn for_package(text: &str, repository: &str, files: &[String]) -> String {
    let mut code = false;
    let mut made = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        code ^= line.starts_with("```");
        if code {
            made.push_str(line);
        } else {
            push_line(&mut made, line, repository, files);
        }
    }
    made
}

fn push_line(made: &mut String, line: &str, repository: &str, files: &[String]) {
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        let (before, link) = rest.split_at(at + 2);
        made.push_str(before);
        let target = &link[..link.find(')').unwrap_or(0)];
        made.push_str(&resolve(target, is_picture(before), repository, files));
        rest = &link[target.len()..];
    }
    made.push_str(rest);
}

/// Whether the text of a link, which ends here, is that of a picture.
fn is_picture(before: &str) -> bool {
    before.rfind('[').is_some_and(|at| before[..at].ends_with('!'))
}

fn resolve(target: &str, picture: bool, repository: &str, files: &[String]) -> String {
    let file = target.split_once('#').map_or(target, |(file, _)| file);
    let elsewhere = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
    if elsewhere || files.iter().any(|inside| inside == file) {
        return target.to_owned();
    }
    let view = if picture { "raw" } else { "blob" };
    format!("{repository}/{view}/main/{target}")
}

#[cfg(test)]
mod tests {
    use super::for_package;

    #[test]
    fn links_lead_out_of_the_package_where_they_must() {
        let text = "![a](docs/a.png) [code](src/a.ts#L1) [MIT](LICENSE-MIT) [here](#x) [web](https://x.org/y) a](";
        assert_eq!(
            for_package(text, "https://g.org/c", &["LICENSE-MIT".to_owned()]),
            "![a](https://g.org/c/raw/main/docs/a.png) [code](https://g.org/c/blob/main/src/a.ts#L1) \
             [MIT](LICENSE-MIT) [here](#x) [web](https://x.org/y) a]("
        );
    }

    #[test]
    fn code_is_left_alone() {
        let text = "```js\nlist[0](x)\n```\n";
        assert_eq!(for_package(text, "https://g.org/c", &[]), text);
    }
}
