//! The member app, the desk console and the stewards' pages.
#![forbid(unsafe_code)]

fn main() {
    bystand_web::app::mount();
}
