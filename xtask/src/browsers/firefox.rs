//! Firefox's preferences for a run: it asks nobody anything, calls no one, and slows nothing down.

use std::fmt::Write as _;

const PREFERENCES: &[(&str, &str)] = &[
    // No questions and no start pages.
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.aboutwelcome.enabled", "false"),
    ("browser.startup.homepage_override.mstone", "\"ignore\""),
    ("browser.sessionstore.resume_from_crash", "false"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("termsofuse.bypassNotification", "true"),
    ("toolkit.startup.max_resumed_crashes", "-1"),
    // No calls home.
    ("app.normandy.enabled", "false"),
    ("app.update.disabledForTesting", "true"),
    ("browser.newtabpage.enabled", "false"),
    ("browser.region.network.url", "\"\""),
    ("browser.safebrowsing.malware.enabled", "false"),
    ("browser.safebrowsing.phishing.enabled", "false"),
    ("browser.search.update", "false"),
    ("datareporting.healthreport.uploadEnabled", "false"),
    ("extensions.getAddons.cache.enabled", "false"),
    ("extensions.update.enabled", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("network.prefetch-next", "false"),
    ("services.settings.server", "\"data:,#remote-settings-dummy/v1\""),
    ("toolkit.telemetry.enabled", "false"),
    ("toolkit.telemetry.server", "\"\""),
    ("toolkit.telemetry.unified", "false"),
    // No throttling: of timers in a page that is thought to be in the background, nor of pages that run for long.
    ("dom.ipc.processPriorityManager.enabled", "false"),
    ("dom.max_script_run_time", "0"),
    ("dom.min_background_timeout_value", "4"),
    ("dom.timeout.enable_budget_timer_throttling", "false"),
    ("widget.windows.window_occlusion_tracking.enabled", "false"),
    // The suites open tabs, which nobody's click has asked for.
    ("dom.disable_open_during_load", "false"),
    // No half-minute's wait for a hung page when it closes, no report of a crash.
    ("browser.tabs.crashReporting.sendReport", "false"),
    ("browser.tabs.warnOnClose", "false"),
    ("dom.ipc.tabs.shutdownTimeoutSecs", "1"),
];

/// The text of `user.js`.
pub(super) fn preferences() -> String {
    PREFERENCES.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "user_pref(\"{name}\", {value});");
        text
    })
}
