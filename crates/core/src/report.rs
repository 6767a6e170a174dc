//! A report: what a neighbor saw, in SALUTE form (size, activity, location, unit, time, equipment).
//!
//! Trust ladder: [`ReportIn`] is what arrived, of any content; [`Report`] has been checked and can
//! only be made by [`ReportIn::check`] (strict, on the device where it is written), by
//! [`ReportIn::take`] (lenient, at the desk: a phone with a wrong clock must not lose its report),
//! or by decoding an entry, which refuses what a check would not have let through.
//!
//! There is no field for a license plate, a name, a face, a nationality, an immigration status or a
//! document number, and there will be none. What people write into the free texts all the same is
//! pointed out by [`screen_text`] and can be struck by the desk ([`strike_range`]); nothing blocks
//! a report. Photos are not in this version: a later version of the frame adds references to blobs.

mod check;
mod screen;
mod strike;
pub mod written;

pub use check::ReportError;
pub(crate) use check::{is_language_tag, unprintable};
pub use screen::{Concern, ConcernKind, screen_text};
pub use strike::{STRUCK, TextRange, find_words, strike_range};

use bystand_wire::{Cell, PassPurpose, ReportId, Timestamp, ZoneId};
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::geo::Point;

/// A short text of a report (place, unit, equipment), in characters.
pub const SHORT_TEXT_CHARS: usize = 300;
/// The most people a report can count.
pub const MAX_PEOPLE: u16 = 5_000;
/// The most vehicles a report can count.
pub const MAX_VEHICLES: u16 = 1_000;
/// A language tag (RFC 5646), in characters.
pub const LANGUAGE_CHARS: usize = 35;

/// What is going on, as a code that every language has a word and a pictogram for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Kind {
    /// Vehicles or people are being stopped one after the other.
    #[n(0)]
    Checkpoint,
    /// One vehicle has been stopped.
    #[n(1)]
    VehicleStop,
    /// Agents at the door of a home.
    #[n(2)]
    DoorKnock,
    /// Agents at a workplace.
    #[n(3)]
    Workplace,
    /// Agents at or near a school or day care.
    #[n(4)]
    School,
    /// Agents at a bus stop, station or airport.
    #[n(5)]
    Transit,
    /// Agents at a court, an office for appointments, or a hospital.
    #[n(6)]
    PublicBuilding,
    /// Agents standing, driving or gathering somewhere.
    #[n(7)]
    Presence,
    /// Somebody is being or was taken.
    #[n(8)]
    Detention,
    /// Something else; the text says what.
    #[n(9)]
    Other,
}

words!(Kind, Checkpoint => "checkpoint", VehicleStop => "vehicle-stop", DoorKnock => "door-knock", Workplace => "workplace", School => "school", Transit => "transit", PublicBuilding => "public-building", Presence => "presence", Detention => "detention", Other => "other");

impl core::str::FromStr for Kind {
    type Err = ReportError;
    fn from_str(text: &str) -> Result<Self, ReportError> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(ReportError::UnknownKind)
    }
}

/// Whether the person sees it themselves, now. The first question of every form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(index_only)]
pub enum FirstHand {
    /// Yes.
    #[n(0)]
    Yes,
    /// No: somebody told or sent it to them.
    #[n(1)]
    No,
    /// Not asked or not answered.
    #[n(2)]
    #[default]
    Unknown,
}

words!(FirstHand, Yes => "yes", No => "no", Unknown => "unknown");

/// When it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
pub enum When {
    /// While the report was written.
    #[n(0)]
    #[default]
    Now,
    /// At a moment in the past.
    #[n(1)]
    At(#[n(0)] Timestamp),
    /// Not known.
    #[n(2)]
    Unknown,
}

/// Where. At least one of the fields must say something.
///
/// A home is never given exactly: see [`Place::home`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    /// A pin on the map.
    #[n(0)]
    pub point: Option<Point>,
    /// Cross streets or a landmark; may be empty.
    #[n(1)]
    pub text: String,
    /// The zone, where it is known.
    #[n(2)]
    pub zone: Option<ZoneId>,
    /// The coarse cell around a home, in place of the pin.
    #[n(3)]
    pub near: Option<Cell>,
    /// It is somebody's home. Then a report that enters a casebook has no pin and no text; the
    /// exact place goes as a room message that can vanish alone ([`ReportIn::take_home_apart`]).
    #[n(4)]
    pub home: bool,
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Size {
    /// People who act (agents, officers), about.
    #[n(0)]
    pub people: Option<u16>,
    /// Their vehicles, about.
    #[n(1)]
    pub vehicles: Option<u16>,
}

/// From what the keys of the reply stream are derived. Whoever has it reads and writes there.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(transparent)]
pub struct ReplySeed(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

impl core::fmt::Debug for ReplySeed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ReplySeed(..)")
    }
}

/// Through what way a report came; decided by the desk's device, never said by the report itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Source {
    /// The public page, with proof of work.
    #[n(0)]
    Public,
    /// A printed card's pass.
    #[n(1)]
    Card,
    /// A member's report pass.
    #[n(2)]
    Member,
    /// Typed by a dispatcher for somebody on the phone.
    #[n(3)]
    Caller,
}

words!(Source, Public => "public", Card => "card", Member => "member", Caller => "caller");

impl Source {
    /// The source of a frame that came with this pass (or with work) on the drop.
    pub fn of_pass(purpose: Option<PassPurpose>) -> Source {
        match purpose {
            Some(PassPurpose::Card) => Source::Card,
            Some(PassPurpose::Report) => Source::Member,
            Some(PassPurpose::Room | PassPurpose::Finding | PassPurpose::Publish | PassPurpose::Voice)
            | None => Source::Public,
        }
    }
}

/// A report as it arrived or is being written; nothing about it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReportIn {
    /// Drawn by the reporter's device; a resent report keeps it.
    #[n(0)]
    pub id: ReportId,
    /// What is going on.
    #[n(1)]
    pub kind: Kind,
    /// What is going on, in their own words; may be empty unless the kind is [`Kind::Other`].
    #[n(2)]
    pub activity: String,
    /// Where.
    #[n(3)]
    pub place: Place,
    /// Whether they see it themselves.
    #[n(4)]
    pub first_hand: FirstHand,
    /// How many.
    #[n(5)]
    pub size: Size,
    /// Clothing and markings in general words; may be empty.
    #[n(6)]
    pub unit: String,
    /// When.
    #[n(7)]
    pub seen: When,
    /// Vehicles and equipment in general words; may be empty.
    #[n(8)]
    pub equipment: String,
    /// When the report was written on the device, not when it was sent.
    #[n(9)]
    pub written_at: Timestamp,
    /// The reporter's language (RFC 5646).
    #[n(10)]
    pub language: Option<String>,
    /// They would like an interpreter.
    #[n(11)]
    pub needs_interpreter: bool,
    /// From what the reply stream's keys are derived; `None` when no answer is wanted.
    #[n(12)]
    pub reply: Option<ReplySeed>,
}

impl ReportIn {
    /// A report that says only what and where; everything else is left open.
    pub fn new(id: ReportId, kind: Kind, place: Place, written_at: Timestamp) -> ReportIn {
        ReportIn {
            id,
            kind,
            activity: String::new(),
            place,
            first_hand: FirstHand::Unknown,
            size: Size::default(),
            unit: String::new(),
            seen: When::Now,
            equipment: String::new(),
            written_at,
            language: None,
            needs_interpreter: false,
            reply: None,
        }
    }
}

/// One of a report's free texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TextField {
    /// What is going on.
    #[n(0)]
    Activity,
    /// Cross streets or landmark.
    #[n(1)]
    Place,
    /// Clothing and markings.
    #[n(2)]
    Unit,
    /// Vehicles and equipment.
    #[n(3)]
    Equipment,
}

impl TextField {
    /// All texts, in order.
    pub const ALL: [TextField; 4] =
        [TextField::Activity, TextField::Place, TextField::Unit, TextField::Equipment];
}

/// A checked report: within every limit, from a known source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    said: ReportIn,
    source: Source,
    clock_doubtful: bool,
}

impl Report {
    /// What it says.
    pub fn said(&self) -> &ReportIn {
        &self.said
    }

    /// Its id.
    pub fn id(&self) -> ReportId {
        self.said.id
    }

    /// Through what way it came.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The reporter's clock was ahead: times were set to the moment of receipt.
    pub fn clock_doubtful(&self) -> bool {
        self.clock_doubtful
    }

    /// The moment it was seen, as well as is known.
    pub fn seen_at(&self) -> Timestamp {
        match self.said.seen {
            When::Now | When::Unknown => self.said.written_at,
            When::At(at) => at,
        }
    }

    /// One of its free texts.
    pub fn text(&self, field: TextField) -> &str {
        match field {
            TextField::Activity => &self.said.activity,
            TextField::Place => &self.said.place.text,
            TextField::Unit => &self.said.unit,
            TextField::Equipment => &self.said.equipment,
        }
    }

    /// What a form or the desk should look at again, text by text.
    pub fn concerns(&self) -> Vec<(TextField, Concern)> {
        let of_field = |field| screen_text(self.text(field)).into_iter().map(move |concern| (field, concern));
        TextField::ALL.into_iter().flat_map(of_field).collect()
    }

    /// Replaces characters of one text by [`STRUCK`].
    ///
    /// # Errors
    /// [`ReportError::NoSuchRange`]; nothing is changed then.
    pub fn strike(&mut self, field: TextField, range: TextRange) -> Result<(), ReportError> {
        let struck = strike_range(self.text(field), range).ok_or(ReportError::NoSuchRange)?;
        match field {
            TextField::Activity => self.said.activity = struck,
            TextField::Place => self.said.place.text = struck,
            TextField::Unit => self.said.unit = struck,
            TextField::Equipment => self.said.equipment = struck,
        }
        Ok(())
    }

    /// Marks the place as a home: forgets the pin and the text, keeps zone and coarse cell.
    pub fn make_home(&mut self) {
        self.said.hide_home();
    }
}
