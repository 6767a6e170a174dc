//! The live connection: one WebSocket that is made again whenever it breaks.

use std::cell::RefCell;
use std::rc::Rc;

use bystand_core::http::FRAMES_LEN;
use bystand_core::io::Random;
use bystand_wire::relay_api::{LiveIn, LiveOut};
use bystand_wire::{codec, encode};
use rand_core::Rng;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use super::clock;

/// The shortest and the longest wait before it is tried again, in milliseconds.
const WAIT_MS: std::ops::RangeInclusive<u64> = 200..=10_000;
/// A connection that stood so long was a good one, in milliseconds.
const GOOD_AFTER_MS: u64 = 10_000;

/// What the live connection tells.
#[derive(Debug)]
pub enum LiveEvent {
    /// It stands.
    Connected,
    /// A message of the relay.
    Message(Box<LiveOut>),
    /// It broke, or could not be made.
    Disconnected,
}

/// Keeps a live connection until it is dropped.
pub struct Live(Rc<RefCell<Inner>>);

struct Inner {
    tell: Rc<dyn Fn(LiveEvent)>,
    socket: Option<Socket>,
    rng: Random,
    failures: u32,
    since_ms: u64,
    is_closed: bool,
}

/// A socket with what listens to it.
struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing one that is closed already changes nothing.
        let _ = self.socket.close();
    }
}

impl Live {
    /// Begins to keep one.
    pub fn keep(rng: Random, tell: impl Fn(LiveEvent) + 'static) -> Self {
        let inner =
            Inner { tell: Rc::new(tell), socket: None, rng, failures: 0, since_ms: 0, is_closed: false };
        let live = Self(Rc::new(RefCell::new(inner)));
        connect(&live.0);
        live
    }

    /// Sends; dropped without a connection, because the engine asks again when there is one.
    pub fn send(&self, message: &LiveIn) {
        let inner = self.0.borrow();
        let open = inner.socket.as_ref().filter(|s| s.socket.ready_state() == WebSocket::OPEN);
        if let Some(socket) = open {
            // It fails when the connection is just closing, which is told.
            let _ = socket.socket.send_with_u8_array(&encode(message));
        }
    }

    /// Tries at once instead of waiting: the browser has said that it is online again.
    pub fn hurry(&self) {
        if self.0.borrow().socket.is_none() {
            connect(&self.0);
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let mut inner = self.0.borrow_mut();
        inner.is_closed = true;
        inner.socket = None;
    }
}

fn connect(inner: &Rc<RefCell<Inner>>) {
    if inner.borrow().is_closed || inner.borrow().socket.is_some() {
        return;
    }
    match open(inner) {
        Some(socket) => inner.borrow_mut().socket = Some(socket),
        None => lost(inner),
    }
}

fn open(inner: &Rc<RefCell<Inner>>) -> Option<Socket> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let socket = WebSocket::new(&format!("{scheme}://{}/v1/live", location.host().ok()?)).ok()?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let (at_open, at_message, at_close) = (Rc::clone(inner), Rc::clone(inner), Rc::clone(inner));
    let opened = Closure::new(move || {
        at_open.borrow_mut().since_ms = clock::now().0;
        tell(&at_open, LiveEvent::Connected);
    });
    let heard = Closure::new(move |event: MessageEvent| match read(&event) {
        Some(message) => tell(&at_message, LiveEvent::Message(Box::new(message))),
        // A relay that sends what cannot be read is left, and tried again later.
        None => lost(&at_message),
    });
    let closed = Closure::new(move || lost(&at_close));
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    Some(Socket { socket, _opened: opened, _heard: heard, _closed: closed })
}

fn read(event: &MessageEvent) -> Option<LiveOut> {
    // Of anything but an array buffer this is empty, which is no message.
    let bytes = js_sys::Uint8Array::new(&event.data());
    if usize::try_from(bytes.length()).ok()? > FRAMES_LEN {
        return None;
    }
    codec::decode_within(&bytes.to_vec(), FRAMES_LEN).ok()
}

fn tell(inner: &Rc<RefCell<Inner>>, event: LiveEvent) {
    // Nothing is borrowed while the engine works: it may send.
    let teller = Rc::clone(&inner.borrow().tell);
    teller(event);
}

/// The socket is taken away later: what listens to it is running right now.
fn lost(inner: &Rc<RefCell<Inner>>) {
    let (wait_ms, old) = {
        let mut inner = inner.borrow_mut();
        let stood_ms = clock::now().0.saturating_sub(inner.since_ms);
        if inner.since_ms > 0 && stood_ms >= GOOD_AFTER_MS {
            inner.failures = 0;
        }
        inner.since_ms = 0;
        let full =
            WAIT_MS.start().checked_shl(inner.failures.min(16)).unwrap_or(u64::MAX).min(*WAIT_MS.end());
        inner.failures = inner.failures.saturating_add(1);
        let half = full / 2;
        (half + inner.rng.next_u64() % (full - half + 1), inner.socket.take())
    };
    tell(inner, LiveEvent::Disconnected);
    let inner = Rc::downgrade(inner);
    spawn_local(async move {
        clock::sleep(wait_ms).await;
        drop(old);
        if let Some(inner) = inner.upgrade() {
            connect(&inner);
        }
    });
}
