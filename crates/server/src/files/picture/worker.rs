//! The thread that looks into pictures, one after the other: so much memory is needed once.

use std::{
    fmt, io,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::look::{Bounds, Job, Looked, look};

/// The way to the thread. It ends when the last of them is dropped.
#[derive(Clone)]
pub(in crate::files) struct Worker {
    jobs: SyncSender<(Job, SyncSender<io::Result<Looked>>)>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}

impl Worker {
    /// Starts the thread, for whom at most so many pictures wait.
    pub(in crate::files) fn start(bounds: Bounds, most_waiting: usize) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(most_waiting);
        thread::Builder::new()
            .name("pictures".into())
            .spawn(move || work(&waiting, bounds))?;
        Ok(Self { jobs })
    }

    /// Has a picture looked into, and waits for it. Nothing when too many wait already.
    pub(in crate::files) fn look(&self, job: Job) -> Option<io::Result<Looked>> {
        let (reply, answer) = sync_channel(1);
        self.jobs.try_send((job, reply)).ok()?;
        answer.recv().ok()
    }
}

fn work(waiting: &Receiver<(Job, SyncSender<io::Result<Looked>>)>, bounds: Bounds) {
    give_way();
    for (job, reply) in waiting {
        // Whoever asked may have gone.
        drop(reply.send(look(&job, bounds)));
    }
}

/// Lets those run first who have just been woken: people talk while somebody sends pictures.
#[cfg(target_os = "linux")]
fn give_way() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };

    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    let given = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, batch);
    if let Err(error) = given {
        tracing::debug!(?error, "who looks into pictures cannot give way");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
