//! Links of the Markdown files that lead to files and headings of the repository. Addresses on the web are not asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::files;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut pages = BTreeMap::new();
    for file in files::of_repository(workspace)?.into_iter().filter(|file| file.ends_with(".md")) {
        let text = fs::read_to_string(workspace.path(&file)).with_context(|| format!("cannot read {file}"))?;
        pages.insert(PathBuf::from(file), Page::read(&text));
    }
    let exists = |path: &Path| workspace.root().join(path).exists();
    files::none(&broken(&pages, &exists)).context("links that lead nowhere")
}

/// What of a Markdown file matters here.
#[derive(Debug, Default)]
struct Page {
    /// Targets, and the lines they are on.
    links: Vec<(String, usize)>,
    anchors: HashSet<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut headings = HashMap::new();
        let mut heading: Option<String> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = || text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((dest_url.into_string(), line()));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.extend(heading.take().map(|text| anchor(&text, &mut headings)));
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }
}

/// A heading's anchor as GitHub makes it: lower case, hyphens for spaces, a number where one is there already.
fn anchor(heading: &str, seen: &mut HashMap<String, usize>) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let name: String = heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-");
    let before = seen.entry(name.clone()).or_default();
    *before += 1;
    if *before == 1 { name } else { format!("{name}-{}", *before - 1) }
}

fn broken(pages: &BTreeMap<PathBuf, Page>, exists: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for (file, page) in pages {
        for (link, line) in &page.links {
            if let Some(reason) = fault(file, link, pages, exists) {
                broken.push(format!("{}:{line}: {link}: {reason}", file.display()));
            }
        }
    }
    broken
}

fn fault(
    from: &Path,
    link: &str,
    pages: &BTreeMap<PathBuf, Page>,
    exists: &dyn Fn(&Path) -> bool,
) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { Some(from.to_owned()) } else { resolved(from, path) };
    let Some(target) = target else { return Some("it leads out of the repository") };
    if !exists(&target) {
        return Some("there is no such file");
    }
    // Only of Markdown the anchors are known; `#L12` of a source file is the host's.
    let page = pages.get(&target)?;
    (!anchor.is_empty() && !page.anchors.contains(anchor)).then_some("the file has no such heading")
}

/// The path below the repository's root; nothing where it leads above.
fn resolved(from: &Path, link: &str) -> Option<PathBuf> {
    let mut target = from.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::CurDir => {}
            Component::ParentDir => target.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken_among(files: &[(&str, &str)]) -> Vec<String> {
        let pages = files.iter().map(|&(file, text)| (PathBuf::from(file), Page::read(text))).collect();
        broken(&pages, &|path| files.iter().any(|&(file, _)| path == Path::new(file)) || path == Path::new("docs"))
    }

    #[test]
    fn links_to_files_and_headings_that_are_there_are_fine() {
        let guide = "# The `run` call, twice\n## Again\n## Again\n[up](../README.md) [here](#again-1)";
        let readme =
            "[g](docs/guide.md#the-run-call-twice) [w](https://x.org/#y) [d](docs) ![p](docs/guide.md)\n\n# A\n";
        assert_eq!(broken_among(&[("README.md", readme), ("docs/guide.md", guide)]), [""; 0]);
    }

    #[test]
    fn others_are_named_with_their_place() {
        let readme =
            "# A\n\n| t |\n| --- |\n| [a](b.md) |\n\n[c](#d) [e](../f.md) `[code](no.md)`\n\n```\n[code](no.md)\n```\n";
        assert_eq!(
            broken_among(&[("README.md", readme)]),
            [
                "README.md:5: b.md: there is no such file",
                "README.md:7: #d: the file has no such heading",
                "README.md:7: ../f.md: it leads out of the repository",
            ]
        );
    }
}
