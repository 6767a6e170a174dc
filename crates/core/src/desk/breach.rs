//! Why an entry had no effect.

use minicbor::{Decode, Encode};

/// The rule an entry broke. The entry stays in the casebook, marked; nothing else changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
pub enum Breach {
    /// It names an incident, call-out, offer, finding, alert or rumor that is not there.
    #[n(0)]
    #[error("it names something that is not in the casebook")]
    Unknown,
    /// The incident has been erased.
    #[n(1)]
    #[error("the incident has been erased")]
    Erased,
    /// The incident is closed; it would have to be reopened first.
    #[n(2)]
    #[error("the incident is closed; reopen it first")]
    Closed,
    /// The incident is not closed.
    #[n(3)]
    #[error("the incident is still open")]
    StillOpen,
    /// Somebody else is on it.
    #[n(4)]
    #[error("somebody else is on this incident")]
    HeldByOther,
    /// Nobody has claimed it; claim it first.
    #[n(5)]
    #[error("claim the incident first")]
    NotClaimed,
    /// It rests on a state that has changed since its author looked.
    #[n(6)]
    #[error("something changed in the meantime; look again")]
    Stale,
    /// The time it waits for has not passed.
    #[n(7)]
    #[error("it is too early for that")]
    TooSoon,
    /// A text is too long or has characters that cannot be shown.
    #[n(8)]
    #[error("the text is too long or has characters that cannot be shown")]
    BadText,
    /// The characters to strike are not in the text.
    #[n(9)]
    #[error("there is no such part of the text")]
    BadRange,
    /// Not a cell, or finer than may be shown.
    #[n(10)]
    #[error("the place is not a cell, or is too exact")]
    BadCell,
    /// A number, list or time outside its limit.
    #[n(11)]
    #[error("a number, list or time is outside its limit")]
    OutOfLimits,
    /// A home with its exact place, or a public place finer than its zone.
    #[n(12)]
    #[error("a home must not be given exactly")]
    ExactHome,
    /// The source and the pass do not fit together.
    #[n(13)]
    #[error("the report's source and its pass do not fit together")]
    VouchMismatch,
    /// An incident cannot be joined to itself or to one that is joined to it.
    #[n(14)]
    #[error("an incident cannot be joined to itself")]
    JoinsItself,
    /// It is already joined to another incident; split it off first.
    #[n(15)]
    #[error("it is joined to another incident; split it off first")]
    AlreadyJoined,
    /// It is not joined to anything.
    #[n(16)]
    #[error("it is not joined to another incident")]
    NotJoined,
    /// The incident has a live alert, or both have one.
    #[n(17)]
    #[error("an alert is still live; end it first")]
    AlertLive,
    /// Responders are still out.
    #[n(18)]
    #[error("responders are still out")]
    RespondersOut,
    /// The reporter left no way to answer.
    #[n(19)]
    #[error("the reporter left no way to answer")]
    NoReplyStream,
    /// Responders go in pairs, two or three at once.
    #[n(20)]
    #[error("responders go in pairs, two or three at once")]
    NotInPairs,
    /// The state does not lead to the one it asks for.
    #[n(21)]
    #[error("this cannot follow what was before")]
    WrongOrder,
    /// *I have parked* comes before any finding.
    #[n(22)]
    #[error("the verifier has not parked yet")]
    NotParked,
    /// The envelope of a responder who is neither silent nor stopped stays shut.
    #[n(23)]
    #[error("the envelope is opened only when a responder is silent or stopped")]
    NotEscalated,
    /// Two findings contradict; say first which one stands.
    #[n(24)]
    #[error("two findings contradict; say first which one stands")]
    Contradicted,
    /// There is nothing to resolve.
    #[n(25)]
    #[error("no findings contradict")]
    NothingToResolve,
    /// Nothing unconfirmed is published.
    #[n(26)]
    #[error("there is no finding for this")]
    NotFound,
    /// Neither a signed finding nor a second signature.
    #[n(27)]
    #[error("the quorum is missing: a signed finding or a countersignature")]
    NoQuorum,
    /// The countersignature is by the one who asked for it.
    #[n(28)]
    #[error("somebody else has to countersign")]
    OwnCountersign,
    /// The incident is on legal hold.
    #[n(29)]
    #[error("the legal team holds this incident")]
    Held,
    /// The outcome does not go with this retention class.
    #[n(30)]
    #[error("this outcome does not go with this retention class")]
    WrongClass,
    /// The public words do not equal the finding they rest on.
    #[n(31)]
    #[error("the alert says something else than the finding")]
    DiffersFromFinding,
}

words!(Breach, Unknown => "unknown", Erased => "erased", Closed => "closed", StillOpen => "still-open", HeldByOther => "held-by-other", NotClaimed => "not-claimed", Stale => "stale", TooSoon => "too-soon", BadText => "bad-text", BadRange => "bad-range", BadCell => "bad-cell", OutOfLimits => "out-of-limits", ExactHome => "exact-home", VouchMismatch => "vouch-mismatch", JoinsItself => "joins-itself", AlreadyJoined => "already-joined", NotJoined => "not-joined", AlertLive => "alert-live", RespondersOut => "responders-out", NoReplyStream => "no-reply-stream", NotInPairs => "not-in-pairs", WrongOrder => "wrong-order", NotParked => "not-parked", NotEscalated => "not-escalated", Contradicted => "contradicted", NothingToResolve => "nothing-to-resolve", NotFound => "not-found", NoQuorum => "no-quorum", OwnCountersign => "own-countersign", Held => "held", WrongClass => "wrong-class", DiffersFromFinding => "differs-from-finding");

impl Breach {
    /// A stable name for scripts and screens.
    pub fn code(self) -> &'static str {
        self.as_str()
    }

    /// Whether the same wish may succeed when it is written again on the newest state.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Breach::Stale
                | Breach::TooSoon
                | Breach::HeldByOther
                | Breach::NotClaimed
                | Breach::RespondersOut
        )
    }
}

/// Why a rule stopped: nothing new, or a breach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It says what is known already: harmless.
    Duplicate,
    /// It breaks a rule.
    Breach(Breach),
}

impl From<Breach> for Stop {
    fn from(breach: Breach) -> Self {
        Stop::Breach(breach)
    }
}

/// What a rule returns: every check comes before the first change.
pub(super) type Step = Result<(), Stop>;
