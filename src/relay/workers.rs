//! The threads that serve connections, each with a loop of its own.
//!
//! A connection stays with its thread, and so does the upstream's connection that its requests go through: nothing on
//! the way of a request wakes another thread, which would cost more than the request's own work. A thread is started
//! when all before it have something to do, so a relay for one person has one.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::task::TaskTracker;

/// The threads. `Served` is the serving of one connection.
pub struct Workers<Served> {
    started: Vec<Worker<Served>>,
    most: usize,
}

struct Worker<Served> {
    queue: UnboundedSender<Served>,
    /// How many connections it has.
    busy: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl<Served: Future<Output = ()> + Send + 'static> Workers<Served> {
    /// As many as the machine has cores, once there is something to do for them.
    pub fn new() -> Self {
        Workers {
            started: Vec::new(),
            most: thread::available_parallelism().map_or(1, NonZeroUsize::get),
        }
    }

    /// Has a connection served by the thread that has the fewest.
    ///
    /// # Errors
    /// When the first thread cannot be started. Where a further one cannot, those that run do its work.
    pub fn take(&mut self, served: Served) -> io::Result<()> {
        let connections = |worker: &&Worker<Served>| worker.busy.load(Ordering::Relaxed);
        let all_busy = self.started.iter().all(|worker| connections(&worker) > 0);
        if all_busy && self.started.len() < self.most {
            match Worker::start(self.started.len() + 1) {
                Ok(worker) => self.started.push(worker),
                Err(error) if self.started.is_empty() => return Err(error),
                Err(error) => tracing::warn!(%error, "another thread could not be started"),
            }
        }
        if let Some(worker) = self.started.iter().min_by_key(connections) {
            worker.busy.fetch_add(1, Ordering::Relaxed);
            // Its thread ends only when this end of the queue is gone.
            let _ = worker.queue.send(served);
        }
        Ok(())
    }

    /// Takes nothing any more, and waits for what is served.
    pub async fn close(self) {
        for worker in self.started {
            drop(worker.queue);
            // A panic of it was told when it happened.
            let _ = tokio::task::spawn_blocking(move || worker.thread.join()).await;
        }
    }
}

impl<Served: Future<Output = ()> + Send + 'static> Worker<Served> {
    fn start(number: usize) -> io::Result<Self> {
        let (queue, taken) = unbounded_channel();
        let busy = Arc::new(AtomicUsize::new(0));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let count = Arc::clone(&busy);
        let thread = thread::Builder::new()
            .name(format!("relay-{number}"))
            .spawn(move || work(&runtime, taken, &count))?;
        Ok(Worker {
            queue,
            busy,
            thread,
        })
    }
}

fn work<Served: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    mut queue: UnboundedReceiver<Served>,
    busy: &Arc<AtomicUsize>,
) {
    runtime.block_on(async move {
        let serving = TaskTracker::new();
        while let Some(served) = queue.recv().await {
            let left = Left(Arc::clone(busy));
            serving.spawn(async move {
                served.await;
                drop(left);
            });
        }
        serving.close();
        serving.wait().await;
    });
}

/// Counts one connection less when it goes, however it goes.
struct Left(Arc<AtomicUsize>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
