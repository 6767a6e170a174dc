//! What the browser's demo says about itself: what each link is for, and what to try.

use std::io;

use serde_json::json;

use crate::output::{Output, Tone};

/// Something that a visitor can be.
#[derive(Debug)]
pub struct Part {
    /// As whom.
    name: &'static str,
    /// What they do.
    does: &'static str,
    /// The public page, where they need no invitation.
    pub page: Option<&'static str>,
    /// What the invitation allows.
    pub roles: &'static [&'static str],
}

/// In the order in which they are shown.
pub const PARTS: [Part; 6] = [
    Part {
        name: "A neighbor",
        does: "reports what they see, without an account",
        page: Some("/en/report"),
        roles: &[],
    },
    Part { name: "Everybody", does: "reads confirmed alerts", page: Some("/en/"), roles: &[] },
    Part { name: "A dispatcher", does: "works at the desk", page: None, roles: &["dispatcher"] },
    Part { name: "A second dispatcher", does: "works beside them", page: None, roles: &["dispatcher"] },
    Part {
        name: "A responder",
        does: "is called out, goes, and says what is there",
        page: None,
        roles: &["observer", "verifier"],
    },
    Part { name: "A steward", does: "looks after the network's health", page: None, roles: &["steward"] },
];

const TRY: &str = "  1. Open a dispatcher's link. You are shown six words: they are the passphrase, so write them down, and type
     them. Press \"Start my shift\". From then on each new report is left to you for a minute before Ana or Ben
     takes it.
  2. Open the neighbor's link in another tab and report something in Powderhorn Park. See it arrive at the desk,
     take it, call verifiers out, and accept two who offer. Played responders offer within half a minute.
  3. When they have confirmed it, publish the alert and look at the alerts page. Or be a responder yourself: go
     on duty in Powderhorn Park without giving a place, and the next call-out there is yours to answer.

  A browser profile holds one person's vault. For two people take an ordinary window and a private one; for a
  third, another browser. Each invitation is for one device, and all of them end with the demo.";

/// A quiet line.
///
/// # Errors
/// When the terminal is gone.
pub fn step(output: Output, text: &str) -> io::Result<()> {
    output.line(&output.tone(Tone::Faint, text))
}

/// What this is.
///
/// # Errors
/// When the terminal is gone.
pub fn begin(output: Output, relay: &str, network: &str) -> io::Result<()> {
    let value = json!({"event": "network", "network": network, "relay": relay});
    let title = output.tone(Tone::Strong, "A living city in your browser");
    let what = "The relay is real and so is every client; whoever you are not is played. All of it runs on this\n  \
                machine at real time, and goes with Ctrl-C. Be whoever you like:";
    output.both(&format!("\n  {title}\n\n  {what}\n"), &value)
}

/// One link.
///
/// # Errors
/// When the terminal is gone.
pub fn link(output: Output, part: &Part, address: &str) -> io::Result<()> {
    let value = json!({"event": "link", "name": part.name, "roles": part.roles, "address": address});
    let name = output.tone(Tone::Strong, part.name);
    output.both(&format!("  {name} {}\n    {address}\n", part.does), &value)
}

/// What to try.
///
/// # Errors
/// When the terminal is gone.
pub fn end(output: Output) -> io::Result<()> {
    output.line(&format!("  {}\n\n{TRY}\n", output.tone(Tone::Strong, "Three things to try")))
}
