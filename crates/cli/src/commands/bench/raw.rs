//! The raw loop that intake is compared with: the same bytes into one plain table, by the same SQLite
//! with the same promises, and nothing else.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;

/// Rows a second, `group` of them in a transaction.
pub fn rows_per_s(file: &Path, row: &[u8], rows: usize, group: usize) -> anyhow::Result<f64> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE IF NOT EXISTS frames (id INTEGER PRIMARY KEY, frame BLOB)")?;
    let mut left = rows;
    let start = Instant::now();
    while left > 0 {
        let transaction = connection.transaction()?;
        for _ in 0..group.min(left) {
            let mut insert = transaction.prepare_cached("INSERT INTO frames (frame) VALUES (?1)")?;
            insert.execute([row])?;
        }
        transaction.commit()?;
        left = left.saturating_sub(group);
    }
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    Ok(rows as f64 / start.elapsed().as_secs_f64())
}
