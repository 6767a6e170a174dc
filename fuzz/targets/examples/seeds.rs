//! Writes the seeds of every target's corpus. Nothing is removed: what fuzzing added stays.
//!
//! `cargo run -p bystand-fuzz-targets --example seeds`, after a change of the vector files.

use std::fs;
use std::io;

use bystand_fuzz_targets::seeds;

fn main() -> io::Result<()> {
    for seed in seeds::all()? {
        let folder = seeds::corpus().join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&seed.name), &seed.bytes)?;
    }
    Ok(())
}
