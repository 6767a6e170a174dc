//! The hour in numbers.

use crate::output::Output;

/// What was counted.
#[derive(Debug, Default)]
pub struct Tally {
    pub reports: u32,
    pub joined: u32,
    pub erased: u32,
    pub call_outs: u32,
    pub offers: u32,
    pub findings: u32,
    pub alerts: u32,
    pub rumor_checks: u32,
    pub over: u32,
    pub receipts: u32,
    pub refused: u32,
}

impl Tally {
    /// Shows it, with the minutes that were played and what the relay's folder takes.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&self, output: Output, minutes: u64, relay_bytes: u64) -> std::io::Result<()> {
        let rows = [
            ("minutes played", minutes),
            ("reports at the desk", u64::from(self.reports)),
            ("receipts that reached a neighbor", u64::from(self.receipts)),
            ("joined to another report", u64::from(self.joined)),
            ("erased at once", u64::from(self.erased)),
            ("call-outs", u64::from(self.call_outs)),
            ("offers", u64::from(self.offers)),
            ("signed findings", u64::from(self.findings)),
            ("alerts published", u64::from(self.alerts)),
            ("rumor checks published", u64::from(self.rumor_checks)),
            ("alerts ended", u64::from(self.over)),
            ("lines that a rule refused", u64::from(self.refused)),
            ("KiB on the relay's disk, all of it sealed or public", relay_bytes / 1024),
        ];
        output.line("\nThe hour in numbers")?;
        for (what, count) in rows {
            output.line(&format!("  {count:>7}  {what}"))?;
        }
        Ok(())
    }
}
