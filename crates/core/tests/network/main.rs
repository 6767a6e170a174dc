//! Manifests, key notes, invitations and the trust in a log.

mod invite;
mod keys;
mod trust;
