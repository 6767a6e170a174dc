//! Results that are worked out once for many: in the simulator thousands of devices in one thread verify the
//! same signatures and read the same keys. What is remembered are results of pure functions, by a hash over
//! everything that they depend on; of checks only those that succeeded. So a thread that remembers comes to
//! the same results as one that does not, only sooner.
//!
//! It is off unless a thread asks for it with [`remember`]. A program with secrets of its own never does: what
//! is remembered outlives the value it was worked out from, and is not wiped.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::marker::PhantomData;

use bystand_wire::Hash32;

use crate::hash;

/// Results in each of the two generations: what has not been asked for while so many others were is let go.
const GENERATION: usize = 65_536;

thread_local! {
    static MEMO: RefCell<Option<Memo>> = const { RefCell::new(None) };
    static FORGONE: Cell<bool> = const { Cell::new(false) };
}

/// This thread remembers for as long as it lives; the last one to go takes everything with it.
#[derive(Debug)]
#[must_use]
pub struct Remembering(PhantomData<*const ()>);

#[derive(Default)]
struct Memo {
    askers: usize,
    young: BTreeMap<Hash32, Box<dyn Any>>,
    old: BTreeMap<Hash32, Box<dyn Any>>,
}

impl Memo {
    fn recall<T: Clone + 'static>(&mut self, name: &Hash32) -> Option<T> {
        if let Some(held) = self.young.get(name) {
            return held.downcast_ref().cloned();
        }
        let held = self.old.remove(name)?;
        let value = held.downcast_ref().cloned();
        self.keep(*name, held);
        value
    }

    fn keep(&mut self, name: Hash32, value: Box<dyn Any>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, value);
    }
}

/// Has this thread remember results until what is returned is dropped.
pub fn remember() -> Remembering {
    MEMO.with_borrow_mut(|memo| memo.get_or_insert_default().askers += 1);
    Remembering(PhantomData)
}

impl Drop for Remembering {
    fn drop(&mut self) {
        MEMO.with_borrow_mut(|memo| {
            let is_last = memo.as_mut().is_none_or(|memo| {
                memo.askers -= 1;
                memo.askers == 0
            });
            if is_last {
                *memo = None;
            }
        });
    }
}

/// This thread works everything out for as long as it lives.
#[derive(Debug)]
#[must_use]
pub struct Forgoing(PhantomData<*const ()>);

/// Has this thread work everything out, whoever asks it to remember, until what is returned is dropped: to see
/// that it comes to the same.
pub fn forgo() -> Forgoing {
    FORGONE.set(true);
    Forgoing(PhantomData)
}

impl Drop for Forgoing {
    fn drop(&mut self) {
        FORGONE.set(false);
    }
}

/// The result of a pure function named `what` of `parts`: remembered, or worked out now. Errors are not
/// remembered.
///
/// # Errors
/// Those of `work_out`.
pub(crate) fn once<T: Clone + 'static, E>(
    what: &'static str,
    parts: &[&[u8]],
    work_out: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    if FORGONE.get() || !MEMO.with_borrow(Option::is_some) {
        return work_out();
    }
    let name = hash::sha256(what, parts);
    if let Some(value) = MEMO.with_borrow_mut(|memo| memo.as_mut()?.recall(&name)) {
        return Ok(value);
    }
    // Nothing is borrowed meanwhile: it may itself ask for results.
    let value: T = work_out()?;
    MEMO.with_borrow_mut(|memo| {
        if let Some(memo) = memo {
            memo.keep(name, Box::new(value.clone()));
        }
    });
    Ok(value)
}

/// As [`once`], of something that cannot fail.
pub(crate) fn always<T: Clone + 'static>(
    what: &'static str,
    parts: &[&[u8]],
    work_out: impl FnOnce() -> T,
) -> T {
    match once(what, parts, || Ok::<T, std::convert::Infallible>(work_out())) {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &[u8], worked: &mut u32) -> Result<usize, &'static str> {
        once("memo-test", &[text], || {
            *worked += 1;
            if text.is_empty() { Err("nothing") } else { Ok(text.len()) }
        })
    }

    #[test]
    fn a_thread_that_does_not_ask_remembers_nothing() {
        let mut worked = 0;
        assert_eq!([length(b"a", &mut worked), length(b"a", &mut worked)], [Ok(1), Ok(1)]);
        assert_eq!(worked, 2);
    }

    #[test]
    fn whoever_forgoes_it_works_everything_out() {
        let mut worked = 0;
        let _memo = remember();
        let forgone = forgo();
        assert_eq!([length(b"a", &mut worked), length(b"a", &mut worked)], [Ok(1), Ok(1)]);
        drop(forgone);
        assert_eq!([length(b"a", &mut worked), length(b"a", &mut worked)], [Ok(1), Ok(1)]);
        assert_eq!(worked, 3);
    }

    #[test]
    fn results_are_remembered_and_errors_are_not_until_the_last_asker_goes() {
        let mut worked = 0;
        let first = remember();
        let second = remember();
        drop(first);
        for text in [&b"a"[..], b"a", b"", b"", b"ab"] {
            let _ = length(text, &mut worked);
        }
        assert_eq!(worked, 4, "one, one error twice, and another one");
        assert_eq!(length(b"ab", &mut worked), Ok(2));
        drop(second);
        let _third = remember();
        assert_eq!(length(b"a", &mut worked), Ok(1));
        assert_eq!(worked, 5);
    }

    #[test]
    fn names_tell_functions_and_parts_apart() {
        let _memo = remember();
        let ask = |what, parts: &[&[u8]], value: u8| always(what, parts, || value);
        assert_eq!(ask("memo-one", &[b"ab", b"c"], 1), 1);
        assert_eq!(ask("memo-one", &[b"a", b"bc"], 2), 2);
        assert_eq!(ask("memo-two", &[b"ab", b"c"], 3), 3);
        assert_eq!(ask("memo-one", &[b"ab", b"c"], 4), 1);
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_let_go() {
        let mut memo = Memo::default();
        let name = |number: usize| hash::sha256("memo-test", &[&number.to_be_bytes()]);
        for number in 0..3 * GENERATION {
            memo.keep(name(number), Box::new(number));
            assert_eq!(memo.recall::<usize>(&name(0)), Some(0));
        }
        assert_eq!(memo.recall::<usize>(&name(1)), None);
        assert!(memo.young.len() <= GENERATION && memo.old.len() <= GENERATION);
    }
}
