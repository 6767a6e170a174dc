//! What the public report page loads behind its form.
#![forbid(unsafe_code)]

fn main() {
    bystand_web::report::mount();
}
