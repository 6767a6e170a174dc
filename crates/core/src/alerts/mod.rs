//! Public alerts and rumor checks: what may be said, who must stand behind it, and what is shown.
//!
//! ```text
//! verifier:   FindingStatement --finding pass--> FindingProof --sealed--> desk
//! dispatcher: AlertBuilder(statement) --publish pass--> SignedAlert --> relay, public log
//! everybody:  SignedAlert::parse -> check_quorum -> Quorum -> AlertBook::apply -> AlertBook::view
//! ```
//!
//! A note holds codes and times and nothing else: there is no free text, so no name, plate or address
//! can be published, and every language says the same. The relay checks the quorum before it logs a
//! note and every client checks it again, so a seized relay cannot publish.

pub mod book;
pub mod build;
pub mod note;
pub mod quorum;
pub mod signed;
pub mod statement;

pub use book::{AlertBook, AlertView, BookError, Shown};
pub use build::AlertBuilder;
pub use note::{AlertNote, NoteError, NoteKind};
pub use quorum::{Basis, NoQuorum, Quorum, check_quorum};
pub use signed::{AlertText, Countersign, SignedAlert};
pub use statement::{FalseAlarm, FindingProof, FindingStatement, HowEnded, Outcome, Place};
