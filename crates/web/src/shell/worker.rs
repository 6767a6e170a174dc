//! What takes long and would hold up the page, done in a worker: puzzles, and passphrases through Argon2id.
//!
//! Page and worker exchange [`Job`] and [`Done`] in the wire format's encoding, one job at a time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use bystand_core::io::Puzzle;
use bystand_crypto::vault::{Stretched, VaultParams};
use bystand_crypto::work;
use bystand_wire::relay_api::{UseContext, WorkOffer, WorkProof};
use bystand_wire::{NetworkId, decode, encode};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use zeroize::Zeroize;

/// Something for the worker.
#[derive(Debug, Encode, Decode)]
pub enum Job {
    /// A puzzle: for which network, what the relay offered, what it is bound to, where to begin.
    #[n(0)]
    Solve(#[n(0)] NetworkId, #[n(1)] WorkOffer, #[n(2)] UseContext, #[n(3)] u64),
    /// A passphrase, and how it is stretched.
    #[n(1)]
    Stretch(#[n(0)] String, #[n(1)] VaultParams),
}

/// What came of it.
#[derive(Debug, Encode, Decode)]
pub enum Done {
    /// The puzzle's solution.
    #[n(0)]
    Solved(#[n(0)] WorkProof),
    /// The stretched passphrase.
    #[n(1)]
    Stretched(#[n(0)] ByteArray<32>),
    /// It could not be done: most often there is too little memory.
    #[n(2)]
    Failed,
}

/// The worker's side: does a job.
pub fn work(job: Job) -> Done {
    match job {
        Job::Solve(network, offer, context, start) => {
            let proof = work::solve(&network, &offer.nonce, &context, offer.effort, start, &mut || false);
            proof.map_or(Done::Failed, Done::Solved)
        }
        Job::Stretch(mut passphrase, params) => {
            let stretched = Stretched::of(&passphrase, &params);
            passphrase.zeroize();
            stretched.map_or(Done::Failed, |stretched| Done::Stretched((*stretched.expose()).into()))
        }
    }
}

/// The page's side.
#[derive(Clone)]
pub struct Works(Rc<RefCell<Inner>>);

struct Inner {
    script: String,
    /// None when it could not be loaded: the next job tries again.
    worker: Option<Worker>,
    /// Who waits, the first for the job that the worker has.
    waiting: VecDeque<Waiting>,
    heard: Option<Closure<dyn FnMut(MessageEvent)>>,
    failed: Option<Closure<dyn FnMut()>>,
}

struct Waiting {
    job: Vec<u8>,
    then: Box<dyn FnOnce(Done)>,
}

impl Inner {
    fn load(&mut self) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        self.worker = Worker::new_with_options(&self.script, &options).ok();
        if let Some(worker) = &self.worker {
            worker.set_onmessage(self.heard.as_ref().map(|heard| heard.as_ref().unchecked_ref()));
            worker.set_onerror(self.failed.as_ref().map(|failed| failed.as_ref().unchecked_ref()));
        }
    }
}

impl std::fmt::Debug for Works {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Works")
    }
}

impl Works {
    /// Starts a worker from this script of the relay's.
    pub fn start(script: &str) -> Self {
        let works = Self(Rc::new(RefCell::new(Inner {
            script: script.to_owned(),
            worker: None,
            waiting: VecDeque::new(),
            heard: None,
            failed: None,
        })));
        let (at_message, at_error) = (works.clone(), works.clone());
        let heard = Closure::new(move |event: MessageEvent| at_message.heard(&event));
        let failed = Closure::new(move || {
            at_error.0.borrow_mut().worker = None;
            at_error.ended(Done::Failed);
        });
        let mut inner = works.0.borrow_mut();
        (inner.heard, inner.failed) = (Some(heard), Some(failed));
        inner.load();
        drop(inner);
        works
    }

    /// Solves a puzzle; `None` when it cannot.
    pub fn solve(
        &self,
        network: NetworkId,
        puzzle: Puzzle,
        start: u64,
        then: impl FnOnce(Option<WorkProof>) + 'static,
    ) {
        let job = Job::Solve(network, puzzle.offer, puzzle.context, start);
        self.ask(&job, move |done| match done {
            Done::Solved(proof) => then(Some(proof)),
            Done::Stretched(_) | Done::Failed => then(None),
        });
    }

    /// Stretches a passphrase; `None` when there is too little memory.
    pub async fn stretch(&self, passphrase: &str, params: &VaultParams) -> Option<Stretched> {
        let answer: Rc<RefCell<Option<Stretched>>> = Rc::default();
        let kept = Rc::clone(&answer);
        let mut resolver = None;
        let promise = js_sys::Promise::new(&mut |resolve, _| resolver = Some(resolve));
        let resolver = resolver?;
        self.ask(&Job::Stretch(passphrase.to_owned(), params.clone()), move |done| {
            if let Done::Stretched(bytes) = done {
                *kept.borrow_mut() = Some(Stretched::from_bytes(bytes.into()));
            }
            // Resolving a promise does not fail.
            let _ = resolver.call0(&wasm_bindgen::JsValue::UNDEFINED);
        });
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        answer.borrow_mut().take()
    }

    fn ask(&self, job: &Job, then: impl FnOnce(Done) + 'static) {
        let waiting = Waiting { job: encode(job), then: Box::new(then) };
        let is_first = {
            let mut inner = self.0.borrow_mut();
            inner.waiting.push_back(waiting);
            inner.waiting.len() == 1
        };
        if is_first {
            self.post();
        }
    }

    fn post(&self) {
        let is_posted = {
            let mut inner = self.0.borrow_mut();
            let Some(job) = inner.waiting.front_mut().map(|first| std::mem::take(&mut first.job)) else {
                return;
            };
            let bytes = js_sys::Uint8Array::from(job.as_slice());
            if inner.worker.is_none() {
                inner.load();
            }
            inner.worker.as_ref().is_some_and(|worker| worker.post_message(&bytes).is_ok())
        };
        if !is_posted {
            self.ended(Done::Failed);
        }
    }

    fn heard(&self, event: &MessageEvent) {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        // An empty message says that the worker has started.
        if !bytes.is_empty() {
            self.ended(decode(&bytes).unwrap_or(Done::Failed));
        }
    }

    fn ended(&self, done: Done) {
        let first = self.0.borrow_mut().waiting.pop_front();
        if let Some(first) = first {
            (first.then)(done);
        }
        self.post();
    }
}
