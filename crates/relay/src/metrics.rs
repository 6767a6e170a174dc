//! Counters and gauges in Prometheus' text format. None is about a person: no addresses, no ids, no
//! labels that anybody chose.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use bystand_wire::problem::Code;

use crate::store::Figures;

/// A number that others may read while it changes.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    /// Adds.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Takes away.
    pub fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    /// The value.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Frames taken.
    pub frames_taken: Number,
    /// Frames given out by reads.
    pub frames_read: Number,
    /// Messages pushed on live connections.
    pub frames_pushed: Number,
    /// Times a live connection was too slow.
    pub lagged: Number,
    /// Open live connections and event streams.
    pub live: Number,
    /// Open connections of all kinds.
    pub connections: Number,
    /// Connections turned away because there were too many.
    pub connections_refused: Number,
    /// Transactions.
    pub commits: Number,
    /// Requests in them.
    pub committed_requests: Number,
    /// Transactions that failed.
    pub store_failures: Number,
    /// Frames, streams, blobs and texts deleted because they expired.
    pub swept: Number,
    /// Frames taken by the open lane.
    pub open_lane: Number,
    refusals: [Number; Code::ALL.len()],
}

impl Metrics {
    /// Counts a refusal.
    pub fn refused(&self, code: Code) {
        if let Some(index) = Code::ALL.iter().position(|c| *c == code)
            && let Some(number) = self.refusals.get(index)
        {
            number.add(1);
        }
    }

    /// The page.
    pub fn page(&self, figures: &Figures, effort: u32) -> String {
        let mut page = String::new();
        let mut line = |name: &str, kind: &str, help: &str, value: u64| {
            let _ = writeln!(
                page,
                "# HELP bystand_{name} {help}\n# TYPE bystand_{name} {kind}\nbystand_{name} {value}"
            );
        };
        line("frames_taken_total", "counter", "Frames taken.", self.frames_taken.value());
        line("frames_read_total", "counter", "Frames given out by reads.", self.frames_read.value());
        line(
            "frames_pushed_total",
            "counter",
            "Messages pushed on live connections.",
            self.frames_pushed.value(),
        );
        line("lagged_total", "counter", "Times a live connection was too slow.", self.lagged.value());
        line("open_lane_total", "counter", "Frames taken by the open lane.", self.open_lane.value());
        line("commits_total", "counter", "Transactions.", self.commits.value());
        line("committed_requests_total", "counter", "Requests in them.", self.committed_requests.value());
        line("store_failures_total", "counter", "Transactions that failed.", self.store_failures.value());
        line("swept_total", "counter", "Things deleted because they expired.", self.swept.value());
        line(
            "connections_refused_total",
            "counter",
            "Connections over the limit.",
            self.connections_refused.value(),
        );
        line("connections", "gauge", "Open connections.", self.connections.value());
        line("live_connections", "gauge", "Open live connections and event streams.", self.live.value());
        line("work_effort", "gauge", "Effort asked of the open lane.", u64::from(effort));
        line("streams", "gauge", "Streams held.", figures.streams);
        line("blobs", "gauge", "Blobs held.", figures.blobs);
        line("database_bytes", "gauge", "Size of the database.", figures.bytes);
        line("log_size", "gauge", "Leaves of the public log.", figures.log_size);
        page.push_str("# HELP bystand_refusals_total Requests refused, by code.\n# TYPE bystand_refusals_total counter\n");
        for (code, number) in Code::ALL.iter().zip(&self.refusals) {
            let _ = writeln!(page, "bystand_refusals_total{{code=\"{code}\"}} {}", number.value());
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_each_metric_once_and_only_codes_as_labels() {
        let metrics = Metrics::default();
        metrics.refused(Code::Busy);
        metrics.frames_taken.add(3);
        let page = metrics.page(&Figures::default(), 2);
        assert!(page.contains("\nbystand_frames_taken_total 3\n"));
        assert!(page.contains("bystand_refusals_total{code=\"busy\"} 1\n"));
        assert!(page.contains("\nbystand_work_effort 2\n"));
        let mut helps: Vec<_> = page.lines().filter(|l| l.starts_with("# HELP")).collect();
        let all = helps.len();
        helps.sort_unstable();
        helps.dedup();
        assert_eq!(helps.len(), all);
        assert!(
            page.lines().filter(|l| l.contains('{')).all(|l| l.starts_with("bystand_refusals_total{code="))
        );
    }
}
