//! The header of a frame: what is read is written the same, and keeps to its limit.

use bystand_wire::{Frame, limits};

/// Any bytes.
pub fn run(data: &[u8]) {
    if let Ok(frame) = Frame::parse(data) {
        assert!(data.len() <= limits::FRAME_LEN, "longer than the limit");
        assert_eq!(Frame::build(frame.kind, frame.body), data, "two forms of one frame");
    }
}
