//! How many files a process may have open; a connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises this process's limit, and that of the processes it starts, as far as the system lets everybody
/// raise it. Gives the limit then; `None` when there is none.
///
/// # Errors
/// When the system refuses all the same; the limit is then as it was.
pub fn raise() -> std::io::Result<Option<u64>> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    }
    Ok(maximum)
}
