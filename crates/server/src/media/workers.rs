//! Threads for what costs milliseconds and may come late: offers that are answered, handshakes
//! that are carried on.
//!
//! They give way to media threads, where a thread can say so: whoever joins waits a little, and
//! those who talk notice nothing.

use std::{
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use zoom_sfu::Handshaking;

use super::queue::{Control, Queue};

/// Workers beyond these find nothing to do: each carries on hundreds of handshakes a second.
const MOST_WORKERS: usize = 8;
/// By how much workers are nicer than media threads: they get a tenth of what these get when both
/// want more than there is.
#[cfg(target_os = "linux")]
const NICER: i32 = 10;

/// What a worker does.
pub(super) enum Job {
    /// A piece of a handshake, which goes back to the media thread that has this queue.
    Handshake(Handshaking, Arc<Queue>),
    /// Something else, that tells its end itself. Who asks for it sees to it that there are few.
    Other(Box<dyn FnOnce() + Send>),
}

/// The workers of one server.
#[derive(Debug)]
pub(super) struct Workers {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    count: usize,
}

struct Shared {
    waiting: Mutex<Waiting>,
    ready: Condvar,
    /// Handshakes that may wait.
    most: usize,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    handshakes: usize,
    closed: bool,
}

impl Workers {
    /// A worker for each processor, for whom at most so many handshakes wait.
    pub(super) fn start(most: usize) -> io::Result<Self> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let count = processors.min(MOST_WORKERS);
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            ready: Condvar::new(),
            most,
        });
        let workers = Self {
            shared: Arc::clone(&shared),
            threads: Mutex::default(),
            count,
        };
        for index in 0..count {
            let shared = Arc::clone(&shared);
            let spawned = thread::Builder::new()
                .name(format!("join-{index}"))
                .spawn(move || work(&shared));
            // Those that run already end with what is dropped.
            workers.threads().push(spawned?);
        }
        Ok(workers)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Has a job done.
    ///
    /// # Errors
    /// Gives back a handshake when too many wait, and everything once the workers have stopped.
    pub(super) fn push(&self, job: Job) -> Result<(), Job> {
        let mut waiting = self.shared.lock();
        let is_handshake = matches!(job, Job::Handshake(..));
        if waiting.closed || (is_handshake && waiting.handshakes >= self.shared.most) {
            return Err(job);
        }
        waiting.handshakes += usize::from(is_handshake);
        waiting.jobs.push_back(job);
        drop(waiting);
        self.shared.ready.notify_one();
        Ok(())
    }

    /// Ends the workers, each after what it is at, and drops what waits.
    pub(super) fn stop(&self) {
        let mut waiting = self.shared.lock();
        waiting.closed = true;
        let left = std::mem::take(&mut waiting.jobs);
        drop(waiting);
        drop(left);
        self.shared.ready.notify_all();
        for thread in std::mem::take(&mut *self.threads()) {
            if thread.join().is_err() {
                tracing::error!("a worker had ended by a panic");
            }
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // It is whole between any two statements, so a panic elsewhere spoils nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; `None` at the end.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.jobs.pop_front() {
                waiting.handshakes -= usize::from(matches!(job, Job::Handshake(..)));
                return Some(job);
            }
            waiting = self
                .ready
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn work(shared: &Shared) {
    give_way();
    while let Some(job) = shared.next() {
        match job {
            Job::Handshake(piece, back) => {
                if back.push(Control::Handshaken(piece.run())).is_err() {
                    tracing::debug!("a media thread stopped before a handshake was done");
                }
            }
            Job::Other(job) => {
                if catch_unwind(AssertUnwindSafe(job)).is_err() {
                    tracing::error!("a worker had a fault");
                }
            }
        }
    }
}

/// On Linux niceness is a thread's own; elsewhere it would be the whole program's.
#[cfg(target_os = "linux")]
fn give_way() {
    if let Err(error) = rustix::process::nice(NICER) {
        tracing::debug!(%error, "a worker cannot be nicer");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_fault_in_a_job_costs_that_job_alone() {
        let workers = Workers::start(1).unwrap();
        let (done, told) = mpsc::channel();
        for number in 0..50 {
            let done = done.clone();
            let job = Job::Other(Box::new(move || {
                assert!(number % 2 == 0, "a fault, as asked for");
                done.send(number).unwrap();
            }));
            assert!(workers.push(job).is_ok());
        }
        drop(done);
        assert_eq!(told.iter().count(), 25);
    }

    #[test]
    fn workers_that_have_stopped_give_everything_back() {
        let workers = Workers::start(1).unwrap();
        workers.stop();
        assert!(workers.push(Job::Other(Box::new(|| ()))).is_err());
    }
}
