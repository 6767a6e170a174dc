//! What is public: alerts, their quorum, the book of them, and the log they stand in.

mod book;
mod logwatch;
mod note;
mod quorum;
