//! A small network at work for a day: rooms, the desk, members, and who countersigns.

mod countersign;
mod crash;
mod door;
mod hosts;
mod life;
mod replies;
mod reporter;
mod sleep;
mod support;
mod zones;
