//! Attacks on devices that were found.

use super::super::search::Found;
use super::super::town::Town;
use super::{Loot, Scene, planted};

/// What a locked device says.
pub const PRESENCE: &str = "that the program is there";
const GUESS: &str = "a vault, by another passphrase";
/// Everybody who has a vault.
const ALL: [&str; 6] = ["steward", "ana", "ben", "box", "cy", "dee"];

/// Every vault's files are searched; the processes hold their locks, which keeps nobody from reading.
pub fn locked(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let needles = scene.evening.needles_and_keys(&scene.town)?;
    let mut found = Found::new();
    needles.in_files(&scene.town.path("vaults"), &mut found)?;
    loot.searched(planted(&scene.evening), &found);
    let there = |who: &&str| scene.town.vault(who).join("vault.db").exists();
    loot.tried(PRESENCE, ALL.iter().all(there));
    loot.tried(GUESS, opens(&scene.town, "drill rivers candle orbit maple harbor wiolet")?);
    Ok(loot)
}

fn opens(town: &Town, passphrase: &str) -> anyhow::Result<bool> {
    let copy = tempfile::tempdir()?;
    std::fs::copy(town.vault("cy").join("vault.db"), copy.path().join("vault.db"))?;
    Ok(bystand_client::Vault::unlock(copy.path(), passphrase).is_ok())
}
