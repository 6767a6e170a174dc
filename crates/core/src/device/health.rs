//! What every device warns its person of: keys and settings that nobody renewed, and a clock that is off.
//! What depends on fresh keys is refused elsewhere; here it is said why, before and when that happens.

use std::collections::BTreeMap;

use bystand_wire::time::{DAY_MS, MINUTE_MS};
use bystand_wire::{Timestamp, limits};

use super::{Cx, Event, Shared};
use crate::network::keynote::KeyNoteStatus;
use crate::network::manifest::ManifestStatus;

/// How long a warning is not repeated, in milliseconds.
const AGAIN_MS: u64 = DAY_MS;
/// A relay signs its checkpoint anew every minute, and a busy or misconfigured one every few. What it
/// answers with a checkpoint of this age comes to a clock that is ahead, or from a relay that holds news
/// back, in milliseconds.
const AHEAD_MS: u64 = 45 * MINUTE_MS;

/// Which warnings were given, and when.
#[derive(Debug, Default)]
pub(super) struct Health {
    said: BTreeMap<&'static str, Timestamp>,
}

impl Health {
    /// The relay answered with a checkpoint that holds: looks at what is known by it.
    pub(super) fn look(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        for (code, text) in warnings(shared, ctx.now) {
            let last = self.said.get(code);
            if last.is_none_or(|last| ctx.now.since_ms(*last) >= AGAIN_MS) {
                self.said.insert(code, ctx.now);
                ctx.tell(Event::Warning { code, text });
            }
        }
    }
}

fn warnings(shared: &Shared, now: Timestamp) -> Vec<(&'static str, String)> {
    [revoked(shared), clock(shared, now), manifest(shared, now), key_note(shared, now)]
        .into_iter()
        .flatten()
        .collect()
}

/// What this device still holds stays readable to whoever opens its vault.
fn revoked(shared: &Shared) -> Option<(&'static str, String)> {
    let own = shared.identity.author()?;
    shared.key_note()?.is_revoked(&own).then(|| {
        let text = "a registrar has taken this device's rights back: its teams and rooms are closed to it. If that \
                    is a mistake, ask for a new invitation and join with a new vault; if not, delete this vault's \
                    folder";
        ("certificate-revoked", text.to_owned())
    })
}

/// A clock that is behind shows by a checkpoint from the future, which is not taken at all.
fn clock(shared: &Shared, now: Timestamp) -> Option<(&'static str, String)> {
    let relay_time = shared.log.trust()?.position().time;
    (now.since_ms(relay_time) > AHEAD_MS).then(|| {
        let text = format!(
            "this device's clock says {now}, and the relay's last said {relay_time}: either this clock is ahead, \
             or the relay holds news back. Set the clock; if it is right, ask the relay's operator"
        );
        ("clock-ahead", text)
    })
}

fn manifest(shared: &Shared, now: Timestamp) -> Option<(&'static str, String)> {
    let manifest = shared.manifest()?;
    let until = manifest.manifest().expires_at;
    let left = match manifest.status(now) {
        ManifestStatus::Current => return None,
        ManifestStatus::ExpiredReportsOnly { until } => format!("reports are still taken until {until}"),
        ManifestStatus::Expired => "nothing is taken any more".to_owned(),
    };
    let text =
        format!("the network's settings ended at {until}, and {left}: its stewards must sign the next ones");
    Some(("manifest-expired", text))
}

fn key_note(shared: &Shared, now: Timestamp) -> Option<(&'static str, String)> {
    let note = shared.key_note()?;
    let (issued, until) = (note.note().issued_at, note.note().valid_until);
    match note.status(now) {
        KeyNoteStatus::Current => None,
        KeyNoteStatus::Stale => {
            let days = limits::KEY_NOTE_STALE_MS / DAY_MS;
            let text = format!(
                "the network's key note of {issued} is older than {days} days: nobody can be admitted and nothing \
                 reaches the desk after {until}, unless a registrar's box runs"
            );
            Some(("key-note-stale", text))
        }
        KeyNoteStatus::Expired => {
            let text = format!(
                "the network's key note ended at {until}: nothing can be sealed to the desk until a registrar's box \
                 signs a new one"
            );
            Some(("key-note-expired", text))
        }
    }
}
