//! What an attacker came away with.

use std::collections::BTreeMap;

use super::search::Found;

/// Things that were tried, each by a word, and whether the attacker got them.
#[derive(Debug, Default)]
pub struct Loot(BTreeMap<&'static str, bool>);

impl Loot {
    /// Something was tried. What was got in one of several ways was got.
    pub fn tried(&mut self, what: &'static str, was_lost: bool) {
        *self.0.entry(what).or_default() |= was_lost;
    }

    /// Each of these was looked for.
    pub fn searched(&mut self, whats: impl IntoIterator<Item = &'static str>, found: &Found) {
        for what in whats {
            self.tried(what, found.contains(what));
        }
    }

    /// What was lost.
    pub fn lost(&self) -> Vec<&'static str> {
        self.those(true)
    }

    /// What was tried in vain.
    pub fn kept(&self) -> Vec<&'static str> {
        self.those(false)
    }

    fn those(&self, was_lost: bool) -> Vec<&'static str> {
        self.0.iter().filter(|(_, lost)| **lost == was_lost).map(|(what, _)| *what).collect()
    }

    /// What was lost and should not be, or should be and was not: then either the words are wrong or the
    /// drill is blind.
    pub fn differences(&self, can_lose: &[&'static str]) -> Vec<&'static str> {
        let more = self.lost().into_iter().filter(|what| !can_lose.contains(what));
        let less = can_lose.iter().filter(|what| !self.lost().contains(what)).copied();
        more.chain(less).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_must_be_just_what_we_say() {
        let mut loot = Loot::default();
        loot.searched(["a", "b"], &Found::from(["a"]));
        loot.tried("c", false);
        loot.tried("a", false);
        assert_eq!((loot.lost(), loot.kept()), (vec!["a"], vec!["b", "c"]));
        assert!(loot.differences(&["a"]).is_empty());
        assert_eq!(loot.differences(&[]), ["a"]);
        assert_eq!(loot.differences(&["a", "b", "d"]), ["b", "d"]);
    }
}
