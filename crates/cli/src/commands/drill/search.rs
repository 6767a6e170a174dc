//! Searching what an attacker holds (files, records of an opened vault, the memory of a process) for what
//! was planted before.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use aho_corasick::AhoCorasick;
use anyhow::Context;

use super::town::files_below;

/// How much of a process's memory is looked at in one piece.
const PIECE: usize = 8 << 20;

/// Things to look for, each known by a word.
#[derive(Debug)]
pub struct Needles {
    whats: Vec<&'static str>,
    longest: usize,
    machine: AhoCorasick,
}

/// The words of what was found.
pub type Found = BTreeSet<&'static str>;

impl Needles {
    /// Of pairs of a word and the bytes.
    pub fn new(needles: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> anyhow::Result<Self> {
        let (whats, bytes): (Vec<_>, Vec<_>) = needles.into_iter().unzip();
        let longest = bytes.iter().map(Vec::len).max().unwrap_or(0);
        Ok(Self { whats, longest, machine: AhoCorasick::new(&bytes)? })
    }

    /// What is in these bytes.
    pub fn within(&self, bytes: &[u8], found: &mut Found) {
        for hit in self.machine.find_overlapping_iter(bytes) {
            found.extend(self.whats.get(hit.pattern().as_usize()));
        }
    }

    /// What is in a file or in the files of a folder, whatever they are.
    pub fn in_files(&self, path: &Path, found: &mut Found) -> anyhow::Result<()> {
        let files = if path.is_dir() { files_below(path)? } else { vec![path.to_owned()] };
        for file in files {
            match std::fs::read(&file) {
                Ok(bytes) => self.within(&bytes, found),
                // SQLite takes its log away when it is empty.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| file.display().to_string()),
            }
        }
        Ok(())
    }

    /// What is in the memory that a process may write to: its heap, its stacks, what it has mapped. The
    /// rest is the program itself.
    pub fn in_memory(&self, process: u32, found: &mut Found) -> anyhow::Result<()> {
        let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).context(NOT_PERMITTED)?;
        let memory = File::open(format!("/proc/{process}/mem")).context(NOT_PERMITTED)?;
        for (from, until) in maps.lines().filter_map(writable) {
            let mut at = from;
            while at < until {
                let len = usize::try_from(until - at)?.min(PIECE);
                let mut piece = vec![0; len];
                // Pages that were never touched, or are gone meanwhile, cannot be read and hold nothing.
                if let Ok(read) = memory.read_at(&mut piece, at) {
                    self.within(piece.get(..read).unwrap_or_default(), found);
                }
                let step = if at + u64::try_from(len)? == until { len } else { len - self.longest };
                at += u64::try_from(step)?;
            }
        }
        Ok(())
    }
}

/// What to do where the system keeps memory from being read.
const NOT_PERMITTED: &str = "the system does not let this program read the memory of its own children, and without \
    that the drills prove nothing: use Linux, and allow it (kernel.yama.ptrace_scope of 0 or 1, in a container the \
    capability SYS_PTRACE)";

/// From a line of `/proc/PID/maps` where memory begins and ends, if it can be written to.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (from, until) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let number = |hex| u64::from_str_radix(hex, 16).ok();
    (rights.starts_with("rw")).then_some((number(from)?, number(until)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        Needles::new([("words", b"planted in memory".to_vec()), ("number", vec![7, 0, 255, 9])])
            .expect("needles")
    }

    #[test]
    fn finds_what_is_there_and_nothing_else() {
        let mut found = Found::new();
        needles().within(b"nothing is planted in\0memory", &mut found);
        assert!(found.is_empty());
        needles().within(b"it is planted in memory", &mut found);
        needles().within(&[1, 7, 0, 255, 9, 2], &mut found);
        assert_eq!(found, Found::from(["words", "number"]));
    }

    #[test]
    fn finds_what_another_process_holds_in_memory() {
        // `read` keeps its line in the shell's heap.
        let mut child = std::process::Command::new("sh")
            .args(["-c", "read line; echo got; read end"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut keyboard = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut keyboard, b"planted in memory\n").expect("typed");
        let mut out = std::io::BufReader::new(child.stdout.take().expect("piped"));
        std::io::BufRead::read_line(&mut out, &mut String::new()).expect("it has read the line");
        let mut found = Found::new();
        needles().in_memory(child.id(), &mut found).expect("searched");
        drop(keyboard);
        child.wait().expect("ended");
        assert_eq!(found, Found::from(["words"]));
    }

    #[test]
    fn maps_are_read() {
        let line = "7f10-7f20 rw-p 00000000 00:00 0 [heap]";
        assert_eq!(writable(line), Some((0x7f10, 0x7f20)));
        assert_eq!(writable("7f10-7f20 r--p 00000000 00:00 0"), None);
        assert_eq!(writable("nonsense"), None);
    }
}
