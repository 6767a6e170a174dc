//! A running engine and the handle of the program around it.

use std::collections::VecDeque;
use std::time::Duration;

use bystand_core::io::{Engine, Random};
use bystand_wire::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::runner::{self, Order, RunConfig, RunError, Told};
use crate::store::Store;

/// Orders and events waiting.
const QUEUE: usize = 256;

/// How waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was waited for has come.
    Reached,
    /// The time was up before. What was asked for is in the outbox and goes on next time.
    Pending,
}

/// A running engine. Dropping it stops the engine; that is safe at any moment.
#[derive(Debug)]
pub struct Session<E: Engine> {
    orders: mpsc::Sender<Order<E>>,
    told: mpsc::Receiver<Told<E::Event>>,
    /// Told while an answer was being waited for.
    kept: VecDeque<Told<E::Event>>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<Result<E, RunError>>>,
}

impl<E> Session<E>
where
    E: Engine + Send + 'static,
    E::Event: Send + 'static,
{
    /// Starts to run an engine on the current runtime.
    pub fn start(engine: E, store: impl Store, config: RunConfig) -> Self {
        let (orders, orders_in) = mpsc::channel(QUEUE);
        let (told_out, told) = mpsc::channel(QUEUE);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(runner::run(engine, store, config, orders_in, told_out, stopped));
        Self { orders, told, kept: VecDeque::new(), stop, task: Some(task) }
    }

    /// Does something with the engine and returns its result when all effects of it have been
    /// carried out: what it stored is durable, what it sent is on its way.
    ///
    /// # Errors
    /// Why the runner stopped.
    pub async fn ask<R: Send + 'static>(
        &mut self,
        act: impl FnOnce(&mut E, Timestamp, &mut Random) -> R + Send + 'static,
    ) -> Result<R, RunError> {
        let (reply, mut replied) = oneshot::channel();
        let order = Order::Act(Box::new(move |engine: &mut E, now, rng: &mut Random| {
            let result = act(engine, now, rng);
            Box::new(move || drop(reply.send(result)))
        }));
        self.send(order).await?;
        loop {
            tokio::select! {
                replied = &mut replied => match replied {
                    Ok(result) => return Ok(result),
                    Err(_) => return Err(self.why().await),
                },
                Some(told) = self.told.recv() => self.kept.push_back(told),
            }
        }
    }

    /// What the runner tells next; `None` when it has stopped (see [`Session::close`]).
    pub async fn next(&mut self) -> Option<Told<E::Event>> {
        match self.kept.pop_front() {
            Some(told) => Some(told),
            None => self.told.recv().await,
        }
    }

    /// Runs until the engine is in a state that `reached` accepts, at most for `limit`, and shows
    /// what is told meanwhile. The predicate sees the engine after each input.
    ///
    /// # Errors
    /// Why the runner stopped.
    pub async fn until(
        &mut self,
        limit: Duration,
        reached: impl FnMut(&E) -> bool + Send + 'static,
        mut show: impl FnMut(Told<E::Event>),
    ) -> Result<Outcome, RunError> {
        let (done, mut is_done) = oneshot::channel();
        self.send(Order::Watch(Box::new(reached), done)).await?;
        let deadline = tokio::time::sleep(limit);
        tokio::pin!(deadline);
        let outcome = loop {
            while let Some(told) = self.kept.pop_front() {
                show(told);
            }
            tokio::select! {
                done = &mut is_done => match done {
                    Ok(()) => break Outcome::Reached,
                    Err(_) => return Err(self.why().await),
                },
                Some(told) = self.told.recv() => show(told),
                () = &mut deadline => break Outcome::Pending,
            }
        };
        while let Ok(told) = self.told.try_recv() {
            show(told);
        }
        Ok(outcome)
    }

    /// Stops and gives the engine back.
    ///
    /// # Errors
    /// Why the runner had stopped by itself before.
    pub async fn close(mut self) -> Result<E, RunError> {
        self.stop.send_replace(true);
        self.finish().await
    }

    async fn send(&mut self, order: Order<E>) -> Result<(), RunError> {
        let mut order = Some(order);
        loop {
            tokio::select! {
                permit = self.orders.reserve() => match (permit, order.take()) {
                    (Ok(permit), Some(order)) => {
                        permit.send(order);
                        return Ok(());
                    }
                    _ => break,
                },
                Some(told) = self.told.recv() => self.kept.push_back(told),
            }
        }
        Err(self.why().await)
    }

    async fn why(&mut self) -> RunError {
        match self.finish().await {
            Ok(_) => RunError::Stopped,
            Err(error) => error,
        }
    }

    async fn finish(&mut self) -> Result<E, RunError> {
        self.told.close();
        match self.task.take() {
            Some(task) => task.await.map_err(|error| RunError::Bug(error.to_string()))?,
            None => Err(RunError::Stopped),
        }
    }
}

impl<E: Engine> Drop for Session<E> {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
