//! Stable error codes of the relay's interface (RFC 9457 problem details).

/// Why the relay refused. The text form is stable: clients and scripts may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The request could not be read.
    Malformed,
    /// Larger than the limit.
    TooLarge,
    /// No such stream, blob, tile or page (or it has expired).
    NotFound,
    /// A stream of this name exists with another policy.
    Exists,
    /// A policy older than, or not continuing, the one the relay holds.
    StalePolicy,
    /// A commit for an epoch that is not the current one; carries the current epoch.
    StaleEpoch,
    /// Signed by a key that may not do this, or not signed properly.
    NotAllowed,
    /// The proof of work is missing, stale, wrong or weaker than asked; carries a new nonce.
    WorkNeeded,
    /// The pass is not certified by an issuer key of this network and period.
    PassInvalid,
    /// The pass was used before.
    PassSpent,
    /// The certificate is not valid now, lacks the role or is revoked.
    CertificateInvalid,
    /// A timestamp further off than the allowed clock skew; carries the relay's time.
    ClockSkew,
    /// The stream is full.
    StreamFull,
    /// The alert lacks its quorum or contradicts its finding.
    NoQuorum,
    /// The version of a manifest or key note is not higher than the one held.
    Backwards,
    /// Belongs to another network.
    OtherNetwork,
    /// Too many requests of this kind at once; try again later.
    Busy,
    /// The relay cannot store now (its disk is full or failing); nothing was acknowledged.
    CannotStore,
    /// The network has no manifest on this relay yet.
    NotSetUp,
    /// A one-read blob is leased to somebody else, or was read.
    Leased,
    /// A bug of the relay.
    Internal,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 21] = [
        Code::Malformed,
        Code::TooLarge,
        Code::NotFound,
        Code::Exists,
        Code::StalePolicy,
        Code::StaleEpoch,
        Code::NotAllowed,
        Code::WorkNeeded,
        Code::PassInvalid,
        Code::PassSpent,
        Code::CertificateInvalid,
        Code::ClockSkew,
        Code::StreamFull,
        Code::NoQuorum,
        Code::Backwards,
        Code::OtherNetwork,
        Code::Busy,
        Code::CannotStore,
        Code::NotSetUp,
        Code::Leased,
        Code::Internal,
    ];

    /// The stable text.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Malformed => "malformed",
            Code::TooLarge => "too-large",
            Code::NotFound => "not-found",
            Code::Exists => "exists",
            Code::StalePolicy => "stale-policy",
            Code::StaleEpoch => "stale-epoch",
            Code::NotAllowed => "not-allowed",
            Code::WorkNeeded => "work-needed",
            Code::PassInvalid => "pass-invalid",
            Code::PassSpent => "pass-spent",
            Code::CertificateInvalid => "certificate-invalid",
            Code::ClockSkew => "clock-skew",
            Code::StreamFull => "stream-full",
            Code::NoQuorum => "no-quorum",
            Code::Backwards => "backwards",
            Code::OtherNetwork => "other-network",
            Code::Busy => "busy",
            Code::CannotStore => "cannot-store",
            Code::NotSetUp => "not-set-up",
            Code::Leased => "leased",
            Code::Internal => "internal",
        }
    }

    /// The code of a text.
    pub fn from_text(text: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|c| c.as_str() == text)
    }

    /// The HTTP status it goes with.
    pub fn status(self) -> u16 {
        match self {
            Code::Malformed | Code::OtherNetwork => 400,
            Code::NotAllowed | Code::PassInvalid | Code::CertificateInvalid | Code::NoQuorum => 403,
            Code::NotFound => 404,
            Code::Exists | Code::StalePolicy | Code::StaleEpoch | Code::PassSpent | Code::Backwards => 409,
            Code::TooLarge => 413,
            Code::ClockSkew => 422,
            Code::Leased => 423,
            Code::WorkNeeded => 428,
            Code::Busy => 429,
            Code::Internal => 500,
            Code::NotSetUp => 503,
            Code::StreamFull | Code::CannotStore => 507,
        }
    }

    /// Whether the same request may succeed later without change.
    pub fn is_retryable(self) -> bool {
        matches!(self, Code::Busy | Code::CannotStore | Code::Internal | Code::NotSetUp | Code::Leased)
    }
}

impl core::fmt::Display for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_text() {
        for code in Code::ALL {
            assert_eq!(Code::from_text(code.as_str()), Some(code));
            assert!((400..600).contains(&code.status()));
        }
    }
}
