//! Disks that fail, imitated: a process runs with `powerloss.c` preloaded. At a chosen fsync that fsync fails,
//! the process is killed, or it loses its power, and its files lose what a disk may lose (docs/adr/0009).

#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens at the chosen fsync: it fails; it fails and was done; the process is killed; the power fails,
/// and of what was not synced nothing, a part, or all but a torn end is kept.
pub const FAULTS: [&str; 6] = ["failed", "failed-but-kept", "killed", "none", "some", "torn"];

/// Whether a process goes on after this fault.
pub fn goes_on(fault: &str) -> bool {
    fault.starts_with("failed")
}

/// The preloaded library, built once for each test program.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(SOURCE);
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("powerloss.so");
        let unfinished = library.with_extension(std::process::id().to_string());
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"]);
        let built = compiler.arg(&unfinished).arg(source).args(["-ldl", "-lpthread"]).status();
        assert!(built.expect("a C compiler").success(), "powerloss.c was not built");
        std::fs::rename(unfinished, &library).expect("renamed");
        library
    })
}

/// From the crate whose tests use it.
const SOURCE: &str = "../client/tests/powerloss/powerloss.c";

/// The disk of one folder.
#[derive(Debug, Clone, Copy)]
pub struct Disk<'a> {
    /// Files in it are on the disk.
    pub folder: &'a Path,
    /// Where the number of fsyncs is told.
    pub count: &'a Path,
}

impl Disk<'_> {
    /// Lets a command write to this disk; a fault happens at an fsync, if any is named.
    pub fn under(&self, command: &mut Command, fault: Option<(u64, &str)>) {
        command.env("LD_PRELOAD", library());
        command.env("POWERLOSS_DIR", self.folder).env("POWERLOSS_COUNT", self.count);
        if let Some((at, how)) = fault {
            command.env("POWERLOSS_AT", at.to_string()).env("POWERLOSS_HOW", how);
        }
    }

    /// How many fsyncs there were.
    pub fn syncs(&self) -> u64 {
        let text = std::fs::read_to_string(self.count).expect("the library was loaded");
        text.parse().expect("a number")
    }
}
