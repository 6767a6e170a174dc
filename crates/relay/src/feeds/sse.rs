//! One alert as a server-sent event, with all that is needed to check it: the note, its place in the
//! log, the audit path and the checkpoint it leads to.

use bystand_wire::relay_api::LoggedEntry;
use bystand_wire::to_hex;
use serde_json::json;

/// The event: `id` is the log index, so that a client that reconnects says what it has.
pub fn event(entry: &LoggedEntry, checkpoint: &str) -> String {
    let proof: Vec<String> = entry.proof.iter().map(|hash| to_hex(hash.as_bytes())).collect();
    let data = json!({
        "index": entry.index,
        "at": entry.at.0,
        "note": String::from_utf8_lossy(&entry.entry.body),
        "proof": proof,
        "checkpoint": checkpoint,
    });
    // JSON has no bare line breaks, so one data line holds it.
    format!("id: {}\nevent: alert\ndata: {data}\n\n", entry.index)
}
