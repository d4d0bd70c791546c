//! A page of a run: a suite, or a page of classic scripts, on one of the sites.

use anyhow::Result;

use crate::browsers::{Engine, SharedMemory};
use crate::report::{PageId, Plan, Resumed};
use crate::test_server::{Site, TestServer};
use crate::workspace::Workspace;

const FOLDER: &str = "tests/browser";
/// Pages of classic scripts, in the folder above.
const CLASSIC: &str = "classic";

#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The file below `tests/browser`.
    file: String,
    pub(super) site: Site,
    /// What it is told in its address beyond what all are.
    query: String,
    /// Tests that have been run in an earlier load of it.
    pub(super) done: Vec<String>,
    /// The test that goes on, in a browser that was killed.
    pub(super) resumed: Option<Resumed>,
}

/// Every suite and every classic page, by name, on the plain site.
pub(crate) fn list(workspace: &Workspace) -> Result<Vec<Page>> {
    let mut files = workspace.files(FOLDER, ".test.js")?;
    let classic = workspace.files(&format!("{FOLDER}/{CLASSIC}"), ".html")?;
    files.extend(classic.into_iter().map(|name| format!("{CLASSIC}/{name}")));
    Ok(files.into_iter().map(|file| Page::new(file, String::new())).collect())
}

impl Page {
    /// A suite, by its path from `tests/browser`.
    pub(crate) fn new(file: String, query: String) -> Self {
        Self { file, site: Site::Plain, query, done: Vec::new(), resumed: None }
    }

    /// The same suite on the other sites that it has tests for.
    pub(super) fn on_other_sites(&self, sites: &[Site]) -> Vec<Self> {
        let others = sites.iter().filter(|&&site| site != self.site);
        others.map(|&site| Self { site, done: Vec::new(), resumed: None, ..self.clone() }).collect()
    }

    pub(super) fn memory(&self) -> SharedMemory {
        if self.site == Site::Isolated { SharedMemory::With } else { SharedMemory::Without }
    }

    pub(super) fn plan(&self, filters: &[String]) -> Plan {
        Plan { done: self.done.clone(), filters: filters.to_vec(), resumed: self.resumed.clone() }
    }

    pub(super) fn url(&self, server: &TestServer, engine: Engine, id: PageId) -> String {
        let page = if self.file.ends_with(".html") { &self.file } else { "harness.html" };
        format!(
            "{}/{FOLDER}/{page}?page={id}&suite={}&engine={}&site={}&origin2={}{}",
            server.origin(self.site),
            self.file,
            engine.name(),
            self.site.name(),
            server.origin(Site::Other),
            self.query,
        )
    }

    /// A test's full name.
    pub(super) fn title(&self, test: &str) -> String {
        let site = if self.site == Site::Plain { String::new() } else { format!(" [{}]", self.site.name()) };
        format!("{}{site} › {test}", self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_goes_to_the_sites_it_names_and_the_plain_one_is_done() {
        let page = Page { done: vec!["x".into()], ..Page::new("a.test.js".into(), String::new()) };
        let others = page.on_other_sites(&[Site::Plain, Site::Isolated, Site::Csp]);
        assert_eq!(others.iter().map(|page| page.site).collect::<Vec<_>>(), [Site::Isolated, Site::Csp]);
        assert!(others.iter().all(|page| page.done.is_empty()));
        assert_eq!(others[0].title("t"), "a.test.js [isolated] › t");
    }
}
