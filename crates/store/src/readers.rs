//! Connections to read with, beside the one that writes.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::{ReadError, database::Database};

/// At most so many connections, made when they are needed; who comes when all are in use waits.
#[derive(Debug)]
pub(crate) struct Readers {
    database: Database,
    limit: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    in_use: usize,
    closed: bool,
}

impl Readers {
    pub(crate) fn new(database: Database, limit: usize) -> Self {
        Self {
            database,
            limit: limit.max(1),
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Reads with one of the connections, at one moment.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let mut state = self
            .returned
            .wait_while(self.lock(), |state| {
                !state.closed && state.in_use >= self.limit
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(ReadError::Closed);
        }
        state.in_use += 1;
        let idle = state.idle.pop();
        drop(state);
        let taken = Taken {
            readers: self,
            connection: idle,
            whole: false,
        };
        taken.run(read)
    }

    /// Lets nobody read any more, waits for those who do, and closes the connections.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.returned.notify_all();
        let mut state = self
            .returned
            .wait_while(state, |state| state.in_use > 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is in use.
struct Taken<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    /// Whether it may be used again.
    whole: bool,
}

impl Taken<'_> {
    fn run<T>(
        mut self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let result = match &self.connection {
            Some(connection) => at_one_moment(connection, read),
            None => {
                let connection = self.readers.database.reader()?;
                at_one_moment(self.connection.insert(connection), read)
            }
        };
        self.whole = match &result {
            Ok(_) | Err(ReadError::Content { .. } | ReadError::Closed) => true,
            Err(ReadError::Database(_)) => false,
        };
        result
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|_| self.whole);
        let mut state = self.readers.lock();
        state.in_use -= 1;
        if !state.closed {
            state.idle.extend(connection);
        }
        drop(state);
        self.readers.returned.notify_all();
    }
}

/// Reads in one transaction: nothing that is written meanwhile is seen.
fn at_one_moment<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let transaction = connection.unchecked_transaction()?;
    let result = read(&transaction)?;
    transaction.commit()?;
    Ok(result)
}
