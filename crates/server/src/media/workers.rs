//! Threads for what costs milliseconds and may come late: offers that are answered, handshakes
//! that are carried on.
//!
//! They give way to media threads, where a thread can say so: whoever joins waits a little, and
//! those who talk notice nothing. One of them gives way to nobody, and takes what has waited too long
//! on a machine that has no time left.

use std::{
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use zoom_sfu::Handshaking;

use super::queue::{Control, Queue};

/// Workers beyond these find nothing to do: each carries on hundreds of handshakes a second.
const MOST_WORKERS: usize = 8;
/// How long a job waits for those who give way.
const PATIENCE: Duration = Duration::from_millis(100);

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
    /// Each with the time since which it has waited.
    jobs: VecDeque<(Instant, Job)>,
    handshakes: usize,
    closed: bool,
}

impl Workers {
    /// A worker for each processor and one to spare, for whom at most so many handshakes wait.
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
        for index in 0..=count {
            let shared = Arc::clone(&shared);
            let spare = index == count;
            let spawned = thread::Builder::new()
                .name(format!("join-{index}"))
                .spawn(move || {
                    if spare {
                        work(&shared, PATIENCE);
                    } else {
                        give_way();
                        work(&shared, Duration::ZERO);
                    }
                });
            // Those that run already end with what is dropped.
            workers.threads().push(spawned?);
        }
        Ok(workers)
    }

    /// How many there are, without the one to spare.
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
        waiting.jobs.push_back((Instant::now(), job));
        drop(waiting);
        // One alone might be who only looks how long it has waited.
        self.shared.ready.notify_all();
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

    /// The next job, once it has waited so long; `None` at the end.
    fn next(&self, patience: Duration) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            let left = waiting
                .jobs
                .front()
                .map(|(since, _)| patience.saturating_sub(since.elapsed()));
            waiting = match left {
                Some(Duration::ZERO) => {
                    let (_, job) = waiting.jobs.pop_front()?;
                    waiting.handshakes -= usize::from(matches!(job, Job::Handshake(..)));
                    return Some(job);
                }
                Some(left) => {
                    let woken = self.ready.wait_timeout(waiting, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.ready.wait(waiting);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }
}

fn work(shared: &Shared, patience: Duration) {
    while let Some(job) = shared.next(patience) {
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

/// Linux lets whoever runs go on for a millisecond or more before somebody takes over who was woken
/// and is of its kind, however nice; one that is for idle processors gives way at once.
#[cfg(target_os = "linux")]
fn give_way() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };

    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let given = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
    if let Err(error) = given {
        tracing::debug!(?error, "a worker cannot give way");
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
    fn what_waits_too_long_is_taken_by_the_one_to_spare() {
        let workers = Workers::start(1).unwrap();
        let (done, told) = mpsc::channel();
        let (go, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        // As many as give way are at work until the last job is done.
        for _ in 0..workers.count() {
            let held = Arc::clone(&held);
            let job = Job::Other(Box::new(move || {
                let _ = held.lock().unwrap().recv();
            }));
            assert!(workers.push(job).is_ok());
        }
        let job = Job::Other(Box::new(move || done.send(()).unwrap()));
        assert!(workers.push(job).is_ok());
        assert_eq!(told.recv(), Ok(()));
        drop(go);
    }

    #[test]
    fn workers_that_have_stopped_give_everything_back() {
        let workers = Workers::start(1).unwrap();
        workers.stop();
        assert!(workers.push(Job::Other(Box::new(|| ()))).is_err());
    }
}
