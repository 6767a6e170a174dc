//! What people do. Everything that is assumed about them is in [`habits`]; what happens in the city and
//! how it is reported is in [`affairs`]; [`dispatcher`] and [`responder`] decide as people at the desk and
//! in the street do, from what their programs show them; [`words`] is what they say.

pub mod affairs;
pub mod dispatcher;
pub mod habits;
pub mod responder;
pub mod words;
