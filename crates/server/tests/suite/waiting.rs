//! Waiting for what must come.

use std::{future::Future, time::Duration};

/// How long a test waits for what must come. It is long because the machine may be busy; nothing
/// waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what must come; fails when it does not.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Asks again and again until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let asking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    soon(what, asking).await;
}
