//! What the registrars have decided together: the fold of their casebook.
//!
//! Several registrars may see the same invitation redeemed at the same time. Each says so in an
//! entry; the first entry in the casebook's order counts, and only then does anybody answer.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::time::DAY_MS;
use bystand_wire::{Hash32, PassPurpose, Period, PublicKey, Role, Timestamp, encode};
use minicbor::{Decode, Encode};

use crate::network::Certificate;
use crate::network::invite::{InviteSecret, Token};
use crate::network::keynote::IssuerEntry;
use crate::team::Carried;

/// How long after its end something is still remembered, in milliseconds.
const REMEMBER_MS: u64 = 7 * DAY_MS;

/// An entry of the registrars' casebook.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum RegistrarEntry {
    /// An invitation was given out: its mailbox is to be watched by all.
    #[n(0)]
    Invited {
        /// The mailbox's keys and the token.
        #[n(0)]
        secret: InviteSecret,
        /// What the new device is to be allowed.
        #[n(1)]
        roles: Vec<Role>,
        /// Until when it counts.
        #[n(2)]
        expires_at: Timestamp,
    },
    /// A device answered an invitation; the first entry for a token counts.
    #[n(1)]
    Redeemed {
        /// The token's hash.
        #[n(0)]
        token: Hash32,
        /// The certificate the device gets.
        #[n(1)]
        certificate: SignedBytes,
    },
    /// A certificate without an invitation: the first registrar's own, a renewal, a new registrar's.
    #[n(2)]
    Certified(#[n(0)] SignedBytes),
    /// A device may do nothing any more: all its certificates.
    #[n(3)]
    Revoked(#[n(0)] PublicKey),
    /// Issuer keys that the author made for the coming key notes.
    #[n(4)]
    Issuers(#[n(0)] Vec<IssuerEntry>),
    /// The author's own sealing key, for the key note.
    #[n(5)]
    Sealing(#[n(0)] SealPublicKey),
    /// A device took its finding or publish passes of a period: it cannot have the others.
    #[n(6)]
    Took(#[n(0)] PublicKey, #[n(1)] Period, #[n(2)] PassPurpose),
    /// An invitation was taken back.
    #[n(7)]
    TakenBack(#[n(0)] Hash32),
    /// What a registrar's fold of a casebook that the relay has lost held.
    #[n(8)]
    Carried(#[n(0)] Carried),
}

/// An invitation as the registrars know it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invited {
    /// The mailbox's keys and the token.
    #[n(0)]
    pub secret: InviteSecret,
    /// What the new device is to be allowed.
    #[n(1)]
    pub roles: Vec<Role>,
    /// Until when it counts.
    #[n(2)]
    pub expires_at: Timestamp,
    /// The certificate that was given for it.
    #[n(3)]
    pub certificate: Option<SignedBytes>,
    /// It was taken back before anybody used it: who comes with it is told so.
    #[n(4)]
    #[cbor(default)]
    pub is_taken_back: bool,
}

impl Invited {
    /// Whether somebody can still come with it.
    pub fn is_open(&self) -> bool {
        self.certificate.is_none() && !self.is_taken_back
    }
}

/// A certificate as the registrars know it. No person is named.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Issued {
    /// Whose.
    #[n(0)]
    pub device: PublicKey,
    /// For what.
    #[n(1)]
    pub roles: Vec<Role>,
    /// Until when.
    #[n(2)]
    pub not_after: Timestamp,
    /// Whether it was revoked.
    #[n(3)]
    pub is_revoked: bool,
    /// The registrar that signed it.
    #[n(4)]
    pub issuer: PublicKey,
}

/// What an entry led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookEvent {
    /// Watch this mailbox.
    Watch(Hash32),
    /// The token is redeemed: answer whoever waits. True when by this very entry.
    Redeemed(Hash32, bool),
    /// A certificate counts from now on.
    Certified(Hash32),
    /// Certificates were revoked; the issuer keys of these roles are to be replaced.
    Revoked(Vec<Hash32>, Vec<Role>),
    /// Stop watching this mailbox.
    TakenBack(Hash32),
    /// The next key note has something new.
    Keys,
}

/// The fold of the registrars' casebook. Total and without a clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegistrarBook {
    #[n(0)]
    invited: BTreeMap<Hash32, Invited>,
    #[n(1)]
    certificates: BTreeMap<Hash32, Issued>,
    #[n(2)]
    issuers: BTreeMap<(PassPurpose, Period), IssuerEntry>,
    #[n(3)]
    sealing: BTreeMap<PublicKey, SealPublicKey>,
    #[n(4)]
    took: BTreeSet<(PublicKey, Period, PassPurpose)>,
    #[n(5)]
    revoked: BTreeSet<PublicKey>,
    #[n(6)]
    admitted: u64,
}

/// What the registrars know a token by.
pub fn token_hash(token: &Token) -> Hash32 {
    bystand_crypto::hash::sha256("invite-token", &[&encode(token)])
}

impl RegistrarBook {
    /// Takes in what another fold of a lost casebook held. Whatever was revoked, redeemed, taken or taken back
    /// in either is so from here on.
    pub fn merge(&mut self, other: RegistrarBook) {
        for (token, theirs) in other.invited {
            let held = self.invited.entry(token).or_insert_with(|| theirs.clone());
            held.certificate = held.certificate.take().or(theirs.certificate);
            held.is_taken_back |= theirs.is_taken_back;
        }
        self.revoked.extend(other.revoked);
        for (hash, theirs) in other.certificates {
            self.certificates.entry(hash).or_insert(theirs);
        }
        for issued in self.certificates.values_mut() {
            issued.is_revoked |= self.revoked.contains(&issued.device);
        }
        for (key, entry) in other.issuers {
            self.issuers.entry(key).or_insert(entry);
        }
        for (device, key) in other.sealing {
            self.sealing.entry(device).or_insert(key);
        }
        self.took.extend(other.took);
        self.admitted = self.admitted.max(other.admitted);
    }

    /// How many devices were ever admitted.
    pub fn admitted(&self) -> u64 {
        self.admitted
    }

    /// The invitations that are still of interest.
    pub fn invited(&self) -> &BTreeMap<Hash32, Invited> {
        &self.invited
    }

    /// The certificates that were issued and have not long run out.
    pub fn certificates(&self) -> &BTreeMap<Hash32, Issued> {
        &self.certificates
    }

    /// Whether a device was revoked.
    pub fn is_revoked(&self, device: &PublicKey) -> bool {
        self.revoked.contains(device)
    }

    /// The certificate whose hash begins with these hex digits, if there is exactly one.
    pub fn find(&self, prefix: &str) -> Option<(Hash32, &Issued)> {
        let mut found = self.certificates.iter().filter(|(hash, _)| hash.to_string().starts_with(prefix));
        let (hash, issued) = found.next()?;
        found.next().is_none().then_some((*hash, issued))
    }

    /// The issuer key that a registrar offered.
    pub fn issuer(&self, purpose: PassPurpose, period: Period) -> Option<&IssuerEntry> {
        self.issuers.get(&(purpose, period))
    }

    /// The registrars' sealing keys.
    pub fn sealing(&self) -> &BTreeMap<PublicKey, SealPublicKey> {
        &self.sealing
    }

    /// Whether a device took passes of a purpose and period.
    pub fn took(&self, device: PublicKey, period: Period, purpose: PassPurpose) -> bool {
        self.took.contains(&(device, period, purpose))
    }

    /// Takes an entry in. `author` is the certificate its author wrote with.
    pub fn apply(&mut self, author: &Hash32, at: Timestamp, entry: RegistrarEntry) -> Vec<BookEvent> {
        self.prune(at);
        match entry {
            RegistrarEntry::Invited { secret, roles, expires_at } => {
                let token = token_hash(&secret.token());
                let invited = Invited { secret, roles, expires_at, certificate: None, is_taken_back: false };
                self.invited.entry(token).or_insert(invited);
                vec![BookEvent::Watch(token)]
            }
            RegistrarEntry::Redeemed { token, certificate } => self.redeem(token, certificate),
            RegistrarEntry::Certified(certificate) => {
                self.record(&certificate).map(BookEvent::Certified).into_iter().collect()
            }
            RegistrarEntry::Revoked(device) => self.revoke(device),
            RegistrarEntry::Issuers(entries) => {
                let device = self.certificates.get(author).map(|c| c.device);
                for entry in entries.into_iter().filter(|e| Some(e.registrar) == device) {
                    self.issuers.insert((entry.purpose, entry.period), entry);
                }
                vec![BookEvent::Keys]
            }
            RegistrarEntry::Sealing(key) => {
                if let Some(issued) = self.certificates.get(author) {
                    self.sealing.insert(issued.device, key);
                }
                vec![BookEvent::Keys]
            }
            RegistrarEntry::Took(device, period, purpose) => {
                self.took.insert((device, period, purpose));
                Vec::new()
            }
            RegistrarEntry::TakenBack(token) => {
                let Some(invited) = self.invited.get_mut(&token).filter(|i| i.is_open()) else {
                    return Vec::new();
                };
                invited.is_taken_back = true;
                vec![BookEvent::TakenBack(token)]
            }
            // Put together from pieces first ([`RegistrarBook::merge`]).
            RegistrarEntry::Carried(_) => Vec::new(),
        }
    }

    fn redeem(&mut self, token: Hash32, certificate: SignedBytes) -> Vec<BookEvent> {
        let Some(invited) = self.invited.get_mut(&token).filter(|i| !i.is_taken_back) else {
            return Vec::new();
        };
        if invited.certificate.is_some() {
            return vec![BookEvent::Redeemed(token, false)];
        }
        invited.certificate = Some(certificate.clone());
        self.admitted = self.admitted.saturating_add(1);
        let mut events = vec![BookEvent::Redeemed(token, true)];
        events.extend(self.record(&certificate).map(BookEvent::Certified));
        events
    }

    /// The entry's author is a registrar, and the casebook checked that; so the certificate's own
    /// signature is checked where it is used.
    fn record(&mut self, certificate: &SignedBytes) -> Option<Hash32> {
        let signed = Signed::<Certificate>::from(certificate.clone());
        let body = signed.unverified_body().ok()?;
        let hash = signed.hash();
        let is_revoked = self.revoked.contains(&body.device);
        let Certificate { device, roles, not_after, issuer, .. } = body;
        let issued = Issued { device, roles, not_after, is_revoked, issuer };
        self.certificates.insert(hash, issued);
        Some(hash)
    }

    fn revoke(&mut self, device: PublicKey) -> Vec<BookEvent> {
        self.revoked.insert(device);
        let mut hashes = Vec::new();
        let mut roles = BTreeSet::new();
        for (hash, issued) in self.certificates.iter_mut().filter(|(_, c)| c.device == device) {
            issued.is_revoked = true;
            hashes.push(*hash);
            roles.extend(issued.roles.iter().copied());
        }
        vec![BookEvent::Revoked(hashes, roles.into_iter().collect())]
    }

    fn prune(&mut self, at: Timestamp) {
        let over = |end: Timestamp| end.plus_ms(REMEMBER_MS) <= at;
        self.invited.retain(|_, i| !over(i.expires_at));
        // A device may sit in a team's room with an older certificate than it holds now.
        let live: BTreeSet<PublicKey> =
            self.certificates.values().filter(|c| !over(c.not_after)).map(|c| c.device).collect();
        self.certificates.retain(|_, c| live.contains(&c.device));
        self.issuers.retain(|(_, period), _| !over(period.end()));
        self.took.retain(|(_, period, _)| !over(period.end()));
        self.revoked.retain(|device| live.contains(device));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bystand_crypto::passes::IssuerKey;
    use bystand_crypto::sign::SigningKey;
    use bystand_wire::{NetworkId, Week};
    use rand_core::SeedableRng;

    const NETWORK: NetworkId = NetworkId([1; 32]);
    const NOW: Timestamp = crate::fixtures::NOW;

    fn rng() -> crate::io::Random {
        crate::io::Random::seed_from_u64(1)
    }

    /// A certificate for the device of a seed, with an end so many days from now.
    fn certificate(seed: u8, days: u64) -> SignedBytes {
        let registrar = SigningKey::from_seed(&[99; 32]);
        let body = Certificate {
            device: device(seed),
            roles: vec![Role::Observer],
            not_before: NOW,
            not_after: NOW.plus_ms(days * DAY_MS),
            issuer: registrar.public(),
        };
        Signed::sign(&NETWORK, &registrar, &body).into()
    }

    fn device(seed: u8) -> PublicKey {
        SigningKey::from_seed(&[seed; 32]).public()
    }

    fn hash(certificate: &SignedBytes) -> Hash32 {
        Signed::<Certificate>::from(certificate.clone()).hash()
    }

    fn apply(book: &mut RegistrarBook, entry: RegistrarEntry) -> Vec<BookEvent> {
        book.apply(&Hash32([0; 32]), NOW, entry)
    }

    fn invited(book: &mut RegistrarBook) -> Hash32 {
        let secret = InviteSecret::generate(&mut rng());
        let token = token_hash(&secret.token());
        let expires_at = NOW.plus_ms(DAY_MS);
        let roles = vec![Role::Observer];
        apply(book, RegistrarEntry::Invited { secret, roles, expires_at });
        token
    }

    #[test]
    fn of_two_registrars_who_redeem_a_token_the_first_entry_counts() {
        let mut book = RegistrarBook::default();
        let token = invited(&mut book);
        let (first, second) = (certificate(1, 84), certificate(2, 84));
        let events = apply(&mut book, RegistrarEntry::Redeemed { token, certificate: first.clone() });
        assert_eq!(events, [BookEvent::Redeemed(token, true), BookEvent::Certified(hash(&first))]);
        let events = apply(&mut book, RegistrarEntry::Redeemed { token, certificate: second.clone() });
        assert_eq!(events, [BookEvent::Redeemed(token, false)]);
        assert_eq!(book.invited().get(&token).and_then(|i| i.certificate.as_ref()), Some(&first));
        assert!(!book.certificates().contains_key(&hash(&second)));
        assert_eq!(book.admitted(), 1);
        // Too late to take it back, and nothing to redeem where nobody was invited.
        assert_eq!(apply(&mut book, RegistrarEntry::TakenBack(token)), []);
        assert!(!book.invited()[&token].is_taken_back);
        let unknown = RegistrarEntry::Redeemed { token: Hash32([7; 32]), certificate: second };
        assert_eq!(apply(&mut book, unknown), []);
    }

    #[test]
    fn an_invitation_that_was_taken_back_admits_nobody() {
        let mut book = RegistrarBook::default();
        let token = invited(&mut book);
        assert_eq!(apply(&mut book, RegistrarEntry::TakenBack(token)), [BookEvent::TakenBack(token)]);
        let late = RegistrarEntry::Redeemed { token, certificate: certificate(1, 84) };
        assert_eq!(apply(&mut book, late), []);
        assert_eq!(apply(&mut book, RegistrarEntry::TakenBack(token)), [], "once");
        assert_eq!(book.admitted(), 0);
    }

    #[test]
    fn a_revocation_covers_every_certificate_of_the_device() {
        let mut book = RegistrarBook::default();
        let (old, new, other) = (certificate(1, 10), certificate(1, 84), certificate(2, 84));
        for certificate in [&old, &new, &other] {
            apply(&mut book, RegistrarEntry::Certified(certificate.clone()));
        }
        // The old one has ended, and the device may still sit in a room with it.
        let author = Hash32([0; 32]);
        let later = NOW.plus_ms(30 * DAY_MS);
        let events = book.apply(&author, later, RegistrarEntry::Revoked(device(1)));
        let mut hashes = vec![hash(&old), hash(&new)];
        hashes.sort_unstable();
        assert_eq!(events, [BookEvent::Revoked(hashes, vec![Role::Observer])]);
        assert!(book.is_revoked(&device(1)) && !book.is_revoked(&device(2)));
        // A certificate that comes after the revocation is revoked with it.
        let renewed = certificate(1, 100);
        book.apply(&author, later, RegistrarEntry::Certified(renewed.clone()));
        assert!(book.certificates().get(&hash(&renewed)).is_some_and(|c| c.is_revoked));
        // When all have long ended, nothing is remembered of it.
        let end = NOW.plus_ms(120 * DAY_MS);
        book.apply(&author, end, RegistrarEntry::TakenBack(author));
        assert!(book.certificates().is_empty() && !book.is_revoked(&device(1)));
    }

    #[test]
    fn registrars_offer_issuer_keys_in_their_own_name_only() {
        let mut book = RegistrarBook::default();
        let own = certificate(1, 84);
        apply(&mut book, RegistrarEntry::Certified(own.clone()));
        let key = IssuerKey::generate(&mut rng()).expect("a key").public().clone();
        let (purpose, period) = (PassPurpose::Publish, Period::Week(Week::of(NOW)));
        let entry = |registrar| IssuerEntry { purpose, period, registrar, key: key.clone() };
        let offered = RegistrarEntry::Issuers(vec![entry(device(2))]);
        book.apply(&hash(&own), NOW, offered);
        assert!(book.issuer(purpose, period).is_none());
        book.apply(&hash(&own), NOW, RegistrarEntry::Issuers(vec![entry(device(1))]));
        assert_eq!(book.issuer(purpose, period).map(|e| e.registrar), Some(device(1)));
    }

    #[test]
    fn a_certificate_is_found_by_the_beginning_of_its_hash() {
        let mut book = RegistrarBook::default();
        let certificates: Vec<_> = (1..20).map(|seed| certificate(seed, 84)).collect();
        for certificate in &certificates {
            apply(&mut book, RegistrarEntry::Certified(certificate.clone()));
        }
        let wanted = hash(&certificates[3]);
        assert_eq!(book.find(&wanted.to_string()[..16]).map(|(hash, _)| hash), Some(wanted));
        assert!(book.find("").is_none(), "nineteen begin like that");
        assert!(book.find("0000000000000000").is_none());
    }
}
