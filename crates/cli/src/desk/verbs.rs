//! What a dispatcher can type, on the command line or as lines of `bystand desk --follow`.
//!
//! Incidents, call-outs and findings are named by their place in the casebook, which is the same number
//! on every dispatcher's screen; offers by the beginning of their id.

use bystand_core::desk::{Class, Drawer, Ending, Helpers, HowEnded, News, Verdict};
use bystand_core::geo::Point;
use bystand_wire::{Role, ZoneId};
use clap::{Args, Subcommand};

use crate::choice;
use crate::help::Family;
use crate::report_args::{self, ReportArgs};

/// What a dispatcher can look at.
#[derive(Debug, Clone, Subcommand)]
pub enum DeskLook {
    /// Show what waits, the most urgent first
    Queue,
    /// Show what needs somebody now
    Attention,
    /// Show all that is known of an incident
    Show {
        /// Its number
        incident: u64,
    },
    /// Show who is on shift, and the last handovers
    Shifts,
    /// Show rumors and how often they were asked
    Rumors,
    /// Show the figures of the last 24 hours
    Figures,
}

/// A dispatcher's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum DeskVerb {
    /// To look at something
    #[command(flatten)]
    Look(DeskLook),
    /// Start your shift
    Start {
        /// A language you can take reports in, as es; can be repeated
        #[arg(long = "language", value_name = "TAG")]
        languages: Vec<String>,
    },
    /// End your shift; your claims are released
    End,
    /// Hand the shift over
    HandOver {
        /// What the next shift must know
        note: Vec<String>,
        /// To whom, by the beginning of their name in `shifts`; else to whoever comes
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
    /// Type a report for somebody on the phone
    Caller(Box<CallerArgs>),
    /// Take an incident
    Claim {
        /// Its number
        incident: u64,
    },
    /// Let go of it
    Release {
        /// Its number
        incident: u64,
    },
    /// Same as: join the first to the second
    SameAs {
        /// What is joined
        incident: u64,
        /// To what
        into: u64,
    },
    /// Undo a joining
    Split {
        /// What was joined
        incident: u64,
    },
    /// Sort into a drawer
    Sort {
        /// Its number
        incident: u64,
        /// Which drawer
        #[arg(value_parser = choice::drawer())]
        drawer: Drawer,
    },
    /// Write a note for the desk
    Note {
        /// On which incident
        incident: u64,
        /// The note
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Strike words from a report's texts
    Strike {
        /// Whose report
        incident: u64,
        /// The words, as they stand there
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// The place is a home: forget pin and text
    Home {
        /// Whose report
        incident: u64,
    },
    /// Ask the reporter
    Ask {
        /// Whose report
        incident: u64,
        /// The question
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Tell the reporter
    Tell {
        /// Whose report
        incident: u64,
        /// received, being-checked, confirmed, could-not-check, over or false-alarm:WHAT
        #[arg(value_parser = choice::news)]
        news: News,
    },
    /// Heads-up: tell on-duty members of the zone that something is being checked
    HeadsUp {
        /// Which incident
        incident: u64,
    },
    /// A note to the members of zones
    ZoneNote {
        /// The zone; can be repeated
        #[arg(long = "zone", value_name = "ZONE", required = true, value_parser = choice::zone)]
        zones: Vec<ZoneId>,
        /// The note
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Somebody asks whether it is true
    Rumor {
        /// In which incident
        incident: u64,
    },
    /// Answer a rumor in public, on a false alarm that was found
    RumorCheck {
        /// Which incident
        incident: u64,
        /// Which finding [default: the newest that stands]
        finding: Option<u64>,
    },
    /// Hand to the aid or the legal team
    Refer {
        /// Which incident
        incident: u64,
        /// To whom
        #[arg(value_parser = choice::helpers())]
        to: Helpers,
        /// What they need to know
        text: Vec<String>,
    },
    /// Erase now: nothing is kept
    Erase {
        /// Which incident
        incident: u64,
    },
    /// Check: call responders out
    Check {
        /// Which incident
        incident: u64,
        /// Who is needed; can be repeated [default: observer and verifier]
        #[arg(long = "role", value_name = "ROLE", value_parser = choice::role())]
        roles: Vec<Role>,
        /// How soon, in minutes
        #[arg(long, value_name = "MINUTES", default_value_t = 15)]
        within: u16,
    },
    /// Accept offers, two or three together: only they learn the exact place
    Accept {
        /// Which call-out, or its incident
        call_out: u64,
        /// Whose offers
        #[arg(required = true)]
        offers: Vec<String>,
        /// The one who goes has said that they go alone
        #[arg(long)]
        alone: bool,
    },
    /// Thank, and decline
    Decline {
        /// Whose offer
        offer: String,
    },
    /// Ask a responder whether all is well
    CheckIn {
        /// Whose offer
        offer: String,
    },
    /// A silent responder was reached
    Reached {
        /// Whose offer
        offer: String,
        /// What they said
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Open a responder's emergency envelope; it is recorded
    Envelope {
        /// Whose offer
        offer: String,
    },
    /// On-call volunteers were rung
    Rung {
        /// For which call-out, or its incident
        call_out: u64,
        /// How many
        count: u16,
    },
    /// End a call-out; everybody is back
    EndCallOut {
        /// Which call-out, or its incident
        call_out: u64,
    },
    /// Write down a finding that was given by phone
    Finding(Box<FindingArgs>),
    /// Of findings that contradict, this one stands
    Resolve {
        /// Which incident
        incident: u64,
        /// Which finding stands
        finding: u64,
        /// Why
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Publish an alert
    Publish(StepArgs),
    /// Publish that something changed
    Update(StepArgs),
    /// Publish that it is still so
    Renew(StepArgs),
    /// Publish that it was wrong
    Wrong(StepArgs),
    /// Publish that it is over
    Over {
        /// Which incident
        incident: u64,
        /// How it ended
        #[arg(value_parser = choice::how_ended())]
        how: HowEnded,
        /// On which finding [default: the newest that stands]
        finding: Option<u64>,
    },
    /// Publish at once that an alert is being checked again
    Recheck {
        /// Which incident
        incident: u64,
    },
    /// Ask a second registrar to sign a step
    AskCountersign {
        /// Which incident
        incident: u64,
        /// new, update, renew, wrong or over:HOW
        #[arg(value_parser = choice::step)]
        step: bystand_core::desk::AlertStep,
        /// On which finding [default: the newest that stands]
        finding: Option<u64>,
    },
    /// Sign as the second registrar, and publish
    Countersign {
        /// Which incident
        incident: u64,
    },
    /// Close an incident
    Close {
        /// Which incident
        incident: u64,
        /// How it came out
        #[arg(value_parser = choice::ending())]
        ending: Ending,
        /// How long it is kept [default: what goes with how it came out]
        #[arg(long, value_parser = choice::class())]
        keep: Option<Class>,
    },
    /// Open it again
    Reopen {
        /// Which incident
        incident: u64,
    },
    /// Add what the next time should know
    AfterAction {
        /// On which incident
        incident: u64,
        /// The note
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// The legal team is done with it
    LegalDone {
        /// Which incident
        incident: u64,
    },
    /// The legal team holds it
    Hold {
        /// Which incident
        incident: u64,
    },
    /// The legal team lets go of it
    ReleaseHold {
        /// Which incident
        incident: u64,
    },
}

/// The verbs as a shift uses them.
pub const FAMILIES: &[Family] = &[
    Family {
        heading: Some("Intake"),
        verbs: &[
            ("queue", "queue"),
            ("attention", "attention"),
            ("show", "show 5"),
            ("claim", "claim 5"),
            ("release", "release 5"),
            ("same-as", "same-as 7 5"),
            ("split", "split 7"),
            ("sort", "sort 5 strong"),
            ("note", "note 5 'The caller sounded sure.'"),
            ("ask", "ask 5 'Are they still there?'"),
            ("tell", "tell 5 being-checked"),
            (
                "caller",
                "caller --kind vehicle-stop --place 'Lake St and Chicago Ave' --callback 612-555-0100",
            ),
            ("home", "home 5"),
            ("strike", "strike 5 'blue Honda ABC 123'"),
            ("refer", "refer 5 legal 'A father was taken.'"),
            ("erase", "erase 5"),
        ],
    },
    Family {
        heading: Some("Checking"),
        verbs: &[
            ("check", "check 5 --role verifier --within 10"),
            ("heads-up", "heads-up 5"),
            ("zone-note", "zone-note --zone powderhorn-park 'Training at six in the library.'"),
            ("finding", "finding 5 confirmed --seen-by 2 --note 'She saw two vans.'"),
            ("resolve", "resolve 5 31 'The first came before they arrived.'"),
        ],
    },
    Family {
        heading: Some("Call-outs"),
        verbs: &[
            ("accept", "accept 5 8830810d ef762b84"),
            ("decline", "decline 8830810d"),
            ("check-in", "check-in 8830810d"),
            ("envelope", "envelope 8830810d"),
            ("reached", "reached 8830810d 'Her phone was off.'"),
            ("rung", "rung 5 3"),
            ("end-call-out", "end-call-out 5"),
        ],
    },
    Family {
        heading: Some("Alerts"),
        verbs: &[
            ("publish", "publish 5"),
            ("update", "update 5"),
            ("renew", "renew 5"),
            ("recheck", "recheck 5"),
            ("wrong", "wrong 5"),
            ("over", "over 5 left-nobody-taken"),
            ("ask-countersign", "ask-countersign 5 new"),
            ("countersign", "countersign 5"),
        ],
    },
    Family {
        heading: Some("Rumors"),
        verbs: &[("rumor", "rumor 5"), ("rumor-check", "rumor-check 5"), ("rumors", "rumors")],
    },
    Family {
        heading: Some("Closing"),
        verbs: &[
            ("close", "close 5 confirmed"),
            ("reopen", "reopen 5"),
            ("after-action", "after-action 5 'Join earlier.'"),
            ("hold", "hold 5"),
            ("release-hold", "release-hold 5"),
            ("legal-done", "legal-done 5"),
        ],
    },
    Family {
        heading: Some("Shift"),
        verbs: &[
            ("start", "start --language en --language es"),
            ("hand-over", "hand-over 'The park gate is open.'"),
            ("end", "end"),
            ("shifts", "shifts"),
            ("figures", "figures"),
        ],
    },
];

/// A caller's report.
#[derive(Debug, Clone, Args)]
pub struct CallerArgs {
    /// What they say
    #[command(flatten)]
    pub what: ReportArgs,
    /// A number to call back, kept for two hours
    #[arg(long, value_name = "NUMBER")]
    pub callback: Option<String>,
}

/// A step of an alert.
#[derive(Debug, Clone, Args)]
pub struct StepArgs {
    /// Which incident
    pub incident: u64,
    /// On which finding [default: the newest that stands]
    pub finding: Option<u64>,
}

/// A finding by phone.
#[derive(Debug, Clone, Args)]
pub struct FindingArgs {
    /// Which incident
    pub incident: u64,
    /// confirmed, could-not-check, false-alarm:WHAT or over:HOW
    #[arg(value_parser = choice::verdict)]
    pub verdict: Verdict,
    /// Whose offer it answers, by the beginning of its id
    #[arg(long)]
    pub offer: Option<String>,
    /// How many people looked
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seen_by: u8,
    /// Where exactly, if it is not where the report says
    #[arg(long, value_name = "LAT,LON", value_parser = report_args::point, allow_hyphen_values = true)]
    pub point: Option<Point>,
    /// For the desk only
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}
