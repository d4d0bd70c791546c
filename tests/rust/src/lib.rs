//! What `tests/browser/rust.test.js` runs. One package is both sides: `jobs` runs in workers, `page` on the page.

mod check;
mod jobs;
mod page;
mod socket;
