//! The pages of people who have a device in the network.

use leptos::prelude::*;

/// Puts the app into the page.
pub fn mount() {
    leptos::mount::mount_to_body(|| view! { <main><h1>"Bystand"</h1></main> });
}
