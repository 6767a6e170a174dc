//! Signed notes: checkpoints and alerts, as anybody may hand them out.

use bystand_core::alerts::{AlertNote, SignedAlert, check_quorum};
use bystand_core::fixtures::NOW;
use bystand_crypto::notes::{Checkpoint, LogVerifier, NoteText};

use crate::scene::SCENE;

/// Any bytes.
pub fn run(data: &[u8]) {
    if let Ok(note) = NoteText::parse(data) {
        assert_eq!(note.encode().map(String::into_bytes).as_deref(), Ok(data), "two forms of one note");
    }
    let fixture = &SCENE.fixture;
    // A checkpoint by the log's key is one of the seeds; nothing else may pass for one.
    let _ = Checkpoint::open(data, &fixture.log.verifier());
    if let Ok(alert) = SignedAlert::parse(data) {
        assert_eq!(alert.to_text().map(String::into_bytes).as_deref(), Ok(data), "two forms of one alert");
        let _ = check_quorum(&alert, &SCENE.manifest, &SCENE.key_note, NOW);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(note) = AlertNote::parse(text) {
        assert_eq!(note.to_string(), text, "two texts of one alert");
    }
    if let Ok(checkpoint) = Checkpoint::from_text(text) {
        assert_eq!(checkpoint.text(), text, "two texts of one checkpoint");
    }
    if let Ok(verifier) = text.parse::<LogVerifier>() {
        assert_eq!(verifier.to_string(), text, "two texts of one log key");
    }
}
