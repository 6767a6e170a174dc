//! Registrars: founding, cards, passes, revocations, stewards.

mod cards;
mod founding;
mod note;
mod revoke;
mod second;
mod stewards;
