//! Memory that is given back holds nothing: the allocator overwrites it first. What a device has erased
//! would else lie in its heap until something else happens to be put there, to be read from a core dump, from
//! swap, or by whoever finds the device running. `bystand drill erase-now` looks.
//!
//! The relay and the benchmarks turn it off: a relay holds no plaintext, and large buffers are faster moved
//! than copied and overwritten.

#![expect(unsafe_code, reason = "an allocator cannot be written otherwise")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

static WIPES: AtomicBool = AtomicBool::new(true);

/// The system's allocator, which overwrites what it takes back.
#[derive(Debug, Clone, Copy)]
pub struct Wiping;

/// From now on nothing is overwritten.
pub fn off() {
    WIPES.store(false, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator with the same arguments; the bytes overwritten belong to
// the allocation that is being given back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if WIPES.load(Ordering::Relaxed) {
            // SAFETY: the caller owns these bytes and gives them up.
            unsafe { pointer.write_bytes(0, layout.size()) };
            // Without this the compiler may leave out writing what nobody reads again.
            std::hint::black_box(pointer);
        }
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !WIPES.load(Ordering::Relaxed) {
            // SAFETY: the caller keeps the contract of `realloc`.
            return unsafe { System.realloc(pointer, layout, size) };
        }
        // SAFETY: the caller keeps the contract of `realloc`, which says that size and alignment go together.
        let moved = unsafe { System.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: two allocations, each at least as long as what is copied; the old one is given back as it
            // came.
            unsafe {
                pointer.copy_to_nonoverlapping(moved, layout.size().min(size));
                self.dealloc(pointer, layout);
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_keeps_its_bytes() {
        let layout = Layout::from_size_align(32, 8).expect("a layout");
        // SAFETY: allocated, used within its length and given back with its layout.
        unsafe {
            let small = Wiping.alloc(layout);
            small.write_bytes(7, 32);
            let large = Wiping.realloc(small, layout, 4096);
            assert!(std::slice::from_raw_parts(large, 32).iter().all(|byte| *byte == 7));
            let again = Wiping.realloc(large, Layout::from_size_align(4096, 8).expect("a layout"), 16);
            assert!(std::slice::from_raw_parts(again, 16).iter().all(|byte| *byte == 7));
            Wiping.dealloc(again, Layout::from_size_align(16, 8).expect("a layout"));
        }
    }
}
