//! The people at browsers, who take part in a demo: how the players notice them, and leave them room.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::super::players::Said;
use super::{DISPATCHERS, Director};
use crate::output::Tone;

/// How many digits of a certificate's hash name a dispatcher in the casebook.
const NAME_LEN: usize = 8;

/// How a demo is played.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How many minutes of the story pass in a minute of the clock on the wall.
    pub pace: f64,
    /// How far reports are apart in a demo that goes on until somebody ends it, and in which people at browsers
    /// take part. None in one whose script is written in advance.
    pub every: Option<Duration>,
}

/// Who is there beside the players.
#[derive(Debug, Default)]
pub struct People {
    /// The beginnings of the players' own certificates.
    players: BTreeSet<String>,
    /// Those of the visitors' certificates.
    visitors: BTreeSet<String>,
    on_shift: BTreeSet<String>,
    /// How many visitors may be called out.
    pub responders: u32,
}

impl People {
    /// Whether an entry of the casebook is a visitor's.
    pub fn is_visitor(&self, name: &str) -> bool {
        self.visitors.contains(name)
    }

    /// Whether a visitor works at the desk.
    pub fn is_at_the_desk(&self) -> bool {
        !self.on_shift.is_empty()
    }
}

impl Director<'_> {
    /// Makes the players' certificates known, and hears what was said while they were coming.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn knows(&mut self, certificates: Vec<String>, said_before: &[Said]) -> anyhow::Result<()> {
        self.people.players.extend(certificates.iter().map(|certificate| beginning(certificate)));
        for said in said_before.iter().filter(|said| said.text("event") == "admitted") {
            self.at_the_door(said).await?;
        }
        Ok(())
    }

    /// The registrar's box let somebody in, or a steward's device asks to become a registrar.
    pub(super) async fn at_the_door(&mut self, said: &Said) -> anyhow::Result<()> {
        if said.text("event") == "application" {
            let file = self.set.stage.folder.join(format!("proposal-{}", self.next_plan));
            let line = format!("steward add-registrar {} --out {}", said.text("device"), file.display());
            self.tell(Tone::Plain, "steward", "makes a visitor's device a second registrar")?;
            return self.types(&said.who, &line).await.context("nobody can make it a registrar");
        }
        let name = beginning(said.text("certificate"));
        if self.people.players.contains(&name) || !self.people.visitors.insert(name) {
            return Ok(());
        }
        let roles = said.what.get("roles").and_then(Value::as_array);
        let roles: Vec<&str> = roles.into_iter().flatten().filter_map(Value::as_str).collect();
        if roles.contains(&"verifier") {
            self.people.responders += 1;
        }
        self.tell(Tone::Strong, "visitor", &format!("was let in as {}", roles.join(" and ")))
    }

    /// Shifts begin and end. Both played dispatchers see it; it is told once.
    pub(super) fn shift(&mut self, said: &Said) -> anyhow::Result<()> {
        let by = said.text("by");
        if !self.is_open() || &*said.who != DISPATCHERS[0] || said.text("outcome") != "applied" {
            return Ok(());
        }
        match said.text("entry") {
            "shift-started" if self.people.is_visitor(by) && self.people.on_shift.insert(by.to_owned()) => {
                let text = "starts a shift at the desk: each new report is left to them for a minute";
                self.tell(Tone::Strong, "visitor", text)
            }
            "shift-ended" if self.people.on_shift.remove(by) => {
                self.tell(Tone::Strong, "visitor", "ends the shift at the desk")
            }
            "shift-lapsed" => {
                self.people.on_shift.remove(said.text("who"));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn beginning(certificate: &str) -> String {
    certificate.chars().take(NAME_LEN).collect()
}
