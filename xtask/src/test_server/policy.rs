//! The headers that a site, or a prefix of a path, adds to every response.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::Site;

/// What `/csp/` and the site of that name say: no inline script, no `eval`, nothing from elsewhere.
const STRICT: HeaderValue =
    HeaderValue::from_static("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Lets a service worker that lies beside the suites answer for the whole site.
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Policy {
    isolated: bool,
    csp: bool,
    open: bool,
    caching: Caching,
}

/// Whether browsers may keep what they get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Caching {
    /// A suite must see the files as they are now.
    #[default]
    Forbidden,
    /// As a site that people visit again has it.
    Allowed,
}

impl Policy {
    pub(super) fn of(site: Site, caching: Caching) -> Self {
        Self { isolated: site == Site::Isolated, csp: site == Site::Csp, open: site == Site::Other, caching }
    }

    /// `/isolated/` and `/csp/` in front of any path add their rules to the site's; `/bare/` takes all rules away.
    pub(super) fn with_prefixes(mut self, mut path: &str) -> (Self, &str) {
        loop {
            if let Some(rest) = prefix(path, "/isolated") {
                (self.isolated, path) = (true, rest);
            } else if let Some(rest) = prefix(path, "/csp") {
                (self.csp, path) = (true, rest);
            } else if let Some(rest) = prefix(path, "/bare") {
                (self.isolated, self.csp, self.open, path) = (false, false, false, rest);
            } else {
                return (self, path);
            }
        }
    }

    pub(super) fn apply(self, headers: &mut HeaderMap) {
        headers.insert(
            header::CACHE_CONTROL,
            match self.caching {
                Caching::Forbidden => HeaderValue::from_static("no-store"),
                Caching::Allowed => HeaderValue::from_static("max-age=3600"),
            },
        );
        headers.insert(SERVICE_WORKER_ALLOWED, HeaderValue::from_static("/"));
        if self.isolated {
            headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
            headers.insert(EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
            headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
        }
        if self.csp {
            headers.insert(header::CONTENT_SECURITY_POLICY, STRICT);
        }
        if self.open {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
        }
    }
}

fn prefix<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.strip_prefix(name).filter(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_add_up() {
        let (policy, path) =
            Policy::of(Site::Plain, Caching::Forbidden).with_prefixes("/isolated/csp/pkg/centaurus.js");
        assert!(policy.isolated && policy.csp && !policy.open);
        assert_eq!(path, "/pkg/centaurus.js");
    }

    #[test]
    fn a_prefix_takes_the_rules_of_a_site_away() {
        let (policy, path) = Policy::of(Site::Other, Caching::Forbidden).with_prefixes("/bare/pkg/centaurus.js");
        assert!(!policy.isolated && !policy.csp && !policy.open);
        assert_eq!(path, "/pkg/centaurus.js");
    }

    #[test]
    fn a_name_that_only_begins_like_a_prefix_is_a_file() {
        let (policy, path) = Policy::of(Site::Plain, Caching::Forbidden).with_prefixes("/cspx/a.js");
        assert!(!policy.csp);
        assert_eq!(path, "/cspx/a.js");
    }
}
