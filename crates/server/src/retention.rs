//! What is older than its room keeps it goes: a task that looks for it now and then.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, oneshot};
use zoom_store::{Change, Outcome, Outdated, Store, WriteRequest};

use crate::hub::{Hub, now};

/// How often it is looked for: what is kept for days may go within the hour.
const LOOK: Duration = Duration::from_secs(15 * 60);

/// Has the task look at once. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nudge(Arc<Notify>);

impl Nudge {
    /// A room keeps its entries for another time from here on.
    pub(crate) fn now(&self) {
        self.0.notify_one();
    }
}

/// Expires what is outdated, from the start of the server until the store is closed.
pub(crate) async fn keep(hub: Hub, store: Store, nudge: Nudge) {
    loop {
        match outdated(&hub, &store).await {
            Ok(rooms) => {
                let mut gone = false;
                for room in rooms {
                    gone |= expire(&hub, &store, room).await;
                }
                if gone {
                    clean(&store).await;
                }
            }
            Err(reason) => tracing::warn!(reason, "what is outdated cannot be looked for"),
        }
        // Whoever nudges meanwhile has it looked for again at once.
        drop(tokio::time::timeout(LOOK, nudge.0.notified()).await);
    }
}

async fn outdated(hub: &Hub, store: &Store) -> Result<Vec<Outdated>, String> {
    let store = store.clone();
    let (now_ms, days) = (now().unix_ms, hub.limits().retention_days);
    let read = tokio::task::spawn_blocking(move || store.outdated(now_ms, days));
    match read.await {
        Ok(rooms) => rooms.map_err(|error| error.to_string()),
        Err(panic) => Err(panic.to_string()),
    }
}

/// Takes away what a room does not keep, some at a time so that nobody waits for long, and tells who
/// is in it. Says whether something went.
async fn expire(hub: &Hub, store: &Store, room: Outdated) -> bool {
    let mut gone = false;
    loop {
        let (sender, receiver) = oneshot::channel();
        let request = WriteRequest {
            room: room.room.clone(),
            unix_ms: now().unix_ms,
            change: Change::Expire {
                before_ms: room.before_ms,
            },
        };
        // Whoever asked is gone only when the server ends.
        store.write(request, Box::new(|outcome| drop(sender.send(outcome))));
        match receiver.await {
            Ok(Outcome::Expired { before, more }) => {
                hub.expired(room.room.key(), before);
                gone = true;
                if !more {
                    return gone;
                }
            }
            Ok(Outcome::Refused(refusal)) => {
                // It is looked for again the next time.
                tracing::warn!(?refusal, "outdated messages could not be taken away");
                return gone;
            }
            Ok(
                Outcome::Posted { .. }
                | Outcome::Changed { .. }
                | Outcome::Marked { .. }
                | Outcome::Retained
                | Outcome::Unchanged,
            )
            | Err(_) => return gone,
        }
    }
}

/// Has what went leave the files too.
async fn clean(store: &Store) {
    let (sender, receiver) = oneshot::channel();
    store.clean(Box::new(|is_clean| {
        // Whoever asked is gone only when the server ends.
        let _ = sender.send(is_clean);
    }));
    if !receiver.await.unwrap_or(false) {
        // The store does it by itself a little later.
        tracing::debug!("outdated messages are still in the log");
    }
}
