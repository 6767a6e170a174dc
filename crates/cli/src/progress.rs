//! Says on a terminal what is being waited for, when it takes longer than a moment.

use std::io::{self, IsTerminal};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::output::{self, Output};

/// What takes less is not spoken of, and so often the line is written anew.
const TICK: Duration = Duration::from_secs(1);

/// Waits for something. On a terminal a line says for what, and for how long already; it goes when
/// anything else is written and when the waiting ends.
pub async fn show<T>(output: Output, what: &str, work: impl Future<Output = T>) -> T {
    if !is_shown(output) {
        return work.await;
    }
    tokio::pin!(work);
    let begun = Instant::now();
    let mut ticks = interval_at(begun + TICK, TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            done = &mut work => {
                output::clear_progress();
                return done;
            }
            _ = ticks.tick() => output::progress(&format!("{what}… {} s", begun.elapsed().as_secs())),
        }
    }
}

/// Says how many of something are done. The line goes as that of [`show`] does.
pub fn count(output: Output, what: &str, done: usize, of: usize) {
    if is_shown(output) {
        output::progress(&format!("{what}… {done} of {of}"));
    }
}

/// Scripts read the error output, and files keep it: neither wants a line that changes.
fn is_shown(output: Output) -> bool {
    !output.is_json() && io::stderr().is_terminal()
}
