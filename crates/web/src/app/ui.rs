//! Small parts that views are made of.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::state::{Net, net};
use super::words::t;

/// A button that does one thing.
#[component]
pub fn Do<R: 'static>(
    /// The id of its text.
    text: &'static str,
    /// How it looks: `main`, `quiet`, `danger`, or plain.
    #[prop(default = "")]
    look: &'static str,
    /// Whether it can be pressed now.
    #[prop(into, default = Signal::stored(true))]
    on: Signal<bool>,
    /// What it does; what comes of it is said elsewhere.
    act: impl Fn() -> R + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class=look disabled=move || !on.get() on:click=move |_| drop(act())>{t(text)}</button>
    }
}

/// A line of text to type in.
#[component]
pub fn Line(
    /// Its id and name.
    name: &'static str,
    /// The id of its text.
    text: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// The id of a text that helps.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What it accepts in the way of completion.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let hint_id = hint.map(|_| format!("{name}-hint"));
    view! {
        <label class="field" for=name>
            <span>{t(text)}</span>
            {hint.map(|hint| view! { <small id=format!("{name}-hint")>{t(hint)}</small> })}
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize="off"
                aria-describedby=hint_id
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
}

/// Several lines of text to type in.
#[component]
pub fn Lines(
    /// Its id and name.
    name: &'static str,
    /// The id of its text.
    text: &'static str,
    /// What is typed.
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="field" for=name>
            <span>{t(text)}</span>
            <textarea
                id=name
                name=name
                rows="3"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </label>
    }
}

/// A choice of one.
#[component]
pub fn Choice(
    /// Its id and name.
    name: &'static str,
    /// The id of its text.
    text: &'static str,
    /// The values with their words.
    options: Vec<(String, String)>,
    /// The one chosen.
    value: RwSignal<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(word, said)| {
            let own = word.clone();
            view! { <option value=word selected=move || value.get() == own>{said}</option> }
        })
        .collect_view();
    view! {
        <label class="field" for=name>
            <span>{t(text)}</span>
            <select id=name name=name on:change=move |event| value.set(event_target_value(&event))>
                {options}
            </select>
        </label>
    }
}

/// A box to tick.
#[component]
pub fn Tick(
    /// Its id and name.
    #[prop(into)]
    name: String,
    /// What it says.
    #[prop(into)]
    text: String,
    /// Whether it is ticked.
    #[prop(into)]
    on: Signal<bool>,
    /// It was ticked or not.
    set: impl Fn(bool) + 'static,
) -> impl IntoView {
    view! {
        <label class="tick">
            <input
                type="checkbox"
                name=name
                prop:checked=move || on.get()
                on:change=move |event| set(event_target_checked(&event))
            />
            <span>{text}</span>
        </label>
    }
}

/// What is to be read once, at the foot of the page, spoken by a screen reader.
#[component]
pub fn Notices() -> impl IntoView {
    let net = net();
    view! {
        <div class="notices" role="status" aria-live="polite">
            <For each=move || net.notices.get() key=|notice| notice.id let:notice>
                <div class="notice" class:trouble=notice.is_trouble>
                    <p>{notice.text.clone()}</p>
                    <button
                        type="button"
                        class="quiet"
                        aria-label=t("close")
                        on:click=move |_| net.notices.update(|list| list.retain(|other| other.id != notice.id))
                    >
                        "×"
                    </button>
                </div>
            </For>
        </div>
    }
}

/// A dialog that asks before something that cannot be undone, or that needs a few fields. It closes with Escape.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: Signal<bool>,
    /// What closes it.
    close: Callback<()>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        let (Some(dialog), is_open) = (element.get(), open.get()) else { return };
        if is_open && !dialog.open() {
            // It fails only when it is not in the document, and then it is not seen anyhow.
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog node_ref=element on:close=move |_| close.run(()) aria-label=move || title.get()>
            <header>
                <h2>{move || title.get()}</h2>
                <button type="button" class="quiet" aria-label=t("close") on:click=move |_| close.run(())>
                    "×"
                </button>
            </header>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}

/// Copies a text; says so.
pub fn copy(net: Net, text: &str) {
    let Some(window) = web_sys::window() else { return };
    let copying = window.navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(copying).await {
            Ok(_) => net.say(t("copied")),
            Err(_) => net.trouble(t("not-copied")),
        }
    });
}

/// Moves the keyboard to an element, if it is there.
pub fn focus(id: &str) {
    let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot take it leaves it where it is.
        let _ = element.focus();
    }
}
