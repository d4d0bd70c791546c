//! What a page and the run say to each other, as JSON over HTTP.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::test_server::Site;

/// Numbers the pages of a run, so that a late word of an earlier page is not taken for the present one's.
pub(crate) type PageId = u32;

/// Something that arrived at the server.
#[derive(Debug)]
pub(crate) enum Message {
    /// `POST /report`
    Report { page: PageId, report: Report },
    /// `GET /plan`
    Plan { page: PageId, reply: oneshot::Sender<Plan> },
    /// `GET /next`
    Next { page: PageId, reply: oneshot::Sender<Next> },
}

/// One event on a page.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Report {
    /// The page runs.
    Hello {
        /// The engine in its own words.
        agent: String,
        /// Whether the page is cross-origin isolated in fact.
        isolated: bool,
    },
    /// Where the suite has tests that the filters let through.
    Tests { sites: Vec<Site> },
    /// A test begins.
    Start { name: String },
    /// A test ended well, after so many milliseconds.
    Pass { name: String, ms: f64 },
    /// A test failed.
    Fail {
        name: String,
        #[serde(default)]
        ms: f64,
        message: String,
        #[serde(default)]
        stack: String,
    },
    /// A test is not for this engine.
    Skip { name: String, reason: String },
    /// The browser is to be killed, as by whoever pulls the plug, and the test to go on in a new one of the same profile.
    Restart {
        /// What the test wants to know then.
        state: String,
    },
    /// A line for whoever watches.
    Log { text: String },
    /// Results of a bench.
    Table(Table),
    /// The page lives.
    Heartbeat,
    /// The page has no more to do.
    Done,
}

/// Results of a bench, ready to print.
#[derive(Debug, Deserialize)]
pub(crate) struct Table {
    /// What was measured.
    pub(crate) title: String,
    /// Headings.
    pub(crate) columns: Vec<String>,
    /// As many cells a row as there are headings.
    pub(crate) rows: Vec<Vec<serde_json::Value>>,
    /// What one has to know to read it.
    #[serde(default)]
    pub(crate) notes: Vec<String>,
}

/// What a page is to run.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    /// Tests that an earlier load of this page has already run.
    pub(crate) done: Vec<String>,
    /// Only tests with one of these in their name; all where there are none.
    pub(crate) filters: Vec<String>,
    /// A test that goes on after its browser was killed.
    pub(crate) resumed: Option<Resumed>,
}

/// A test that had its browser killed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Resumed {
    pub(crate) name: String,
    /// What it wanted to know now.
    pub(crate) state: String,
}

/// Where the page is to go next.
#[derive(Debug, Serialize)]
pub(crate) struct Next {
    /// Nowhere when all is done.
    pub(crate) url: Option<String>,
}
