//! What the machine must give: open files for many subscribers, and a disk that is one.

use std::path::Path;

use anyhow::ensure;

use crate::open_files;

/// `f_type` of a file system in memory.
const TMPFS: u64 = 0x0102_1994;
/// Files a process has open besides its connections.
const OTHER_FILES: u64 = 200;

/// Lets this process and its children hold so many connections each.
pub fn allow_connections(count: usize) -> anyhow::Result<()> {
    let needed = u64::try_from(count)? + OTHER_FILES;
    let allowed = open_files::raise()?.unwrap_or(u64::MAX);
    ensure!(
        allowed >= needed,
        "{count} connections need {needed} open files in the relay and as many in the clients, and the system \
         allows a process {allowed}. Raise the hard limit where this is started: `ulimit -Hn {needed}` as root, \
         LimitNOFILE={needed} in systemd, --ulimit nofile={needed} for a container; or ask for at most {} \
         connections.",
        allowed.saturating_sub(OTHER_FILES)
    );
    Ok(())
}

/// Refuses a folder in memory: writing there says nothing about a disk.
pub fn check_disk(folder: &Path) -> anyhow::Result<()> {
    let kind = u64::try_from(rustix::fs::statfs(folder)?.f_type).unwrap_or(0);
    ensure!(kind != TMPFS, "{} is in memory. Name a folder on a disk with --dir.", folder.display());
    Ok(())
}
