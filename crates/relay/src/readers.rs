//! Readers of the database, each on a thread of its own, off the asynchronous ones.
//!
//! A fixed number of threads, and not a pool that starts another one whenever all are busy: such a pool
//! hardly ever shrinks under a steady load, and each of its threads keeps memory of its own.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use bystand_wire::problem::Code;
use tokio::sync::oneshot;

use crate::rules::Refusal;
use crate::store::{Reader, Store, StoreError, Stored};

type Job = Box<dyn FnOnce(&mut dyn Reader) + Send>;

/// Readers that wait for work; clones share them. Their threads end when the last clone is gone.
#[derive(Clone)]
pub struct Readers {
    queue: mpsc::Sender<Job>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    /// Opens a number of readers.
    ///
    /// # Errors
    /// When the database cannot be opened, or the system gives no thread.
    pub fn open(store: &dyn Store, count: usize) -> Stored<Self> {
        let (queue, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..count.max(1) {
            let (mut reader, jobs) = (store.reader()?, jobs.clone());
            std::thread::Builder::new()
                .name("bystand-reader".into())
                .spawn(move || {
                    while let Some(job) = next(&jobs) {
                        job(reader.as_mut());
                    }
                })
                .map_err(|error| StoreError::Failed(error.to_string()))?;
        }
        Ok(Self { queue })
    }

    /// Reads.
    ///
    /// # Errors
    /// `cannot-store` when the disk or database fails.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Stored<T> + Send + 'static,
    {
        const FAILED: Refusal = Refusal::new(Code::CannotStore, "The relay cannot read its database now.");
        const BUG: Refusal = Refusal::new(Code::Internal, "A reader is missing.");
        let (reply, answer) = oneshot::channel();
        let job = move |reader: &mut dyn Reader| {
            // Who has hung up while waiting is not read for.
            if !reply.is_closed() {
                let _ = reply.send(work(reader));
            }
        };
        self.queue.send(Box::new(job)).map_err(|_| BUG)?;
        answer.await.map_err(|_| BUG)?.map_err(|error| {
            tracing::error!("cannot read: {error}");
            FAILED
        })
    }
}

/// One thread waits for the next job, the others for their turn to wait.
fn next(jobs: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn there_are_never_more_threads_than_readers() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("opened");
        let readers = Readers::open(&store, 2).expect("opened");
        let reads: Vec<_> = (0..2_000)
            .map(|_| {
                let readers = readers.clone();
                tokio::spawn(async move {
                    readers.read(|reader| reader.figures().map(|_| std::thread::current().id())).await
                })
            })
            .collect();
        let mut threads = HashSet::new();
        for read in reads {
            threads.insert(read.await.expect("ended").expect("read"));
        }
        assert!(threads.len() <= 2, "{} threads", threads.len());
    }
}
