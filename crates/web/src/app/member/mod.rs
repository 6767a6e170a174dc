//! What a member sees: the wait for a certificate, duty, call-outs, the way there and back, the day room, reports.

mod duty;
mod form;
mod going;
mod report;
mod room;
mod waiting;

pub use duty::Duty;
pub use form::{Form, ReportFields};
pub use going::of_word;
pub use report::Report;
pub use room::Room;
pub use waiting::Waiting;
