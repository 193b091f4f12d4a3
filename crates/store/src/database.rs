//! The database file: checked before it is touched, then opened and brought to the latest format.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::{ReadError, StoreError, folder, schema::MIGRATIONS, search};

/// The database in the data folder.
const FILE: &str = "zoom.db";
/// "zoom" in ASCII, in the file's header: whose database this is.
const APPLICATION_ID: i64 = 0x7a6f_6f6d;
/// The database begins with a page, and no page is shorter, in bytes.
const SHORTEST: u64 = 512;
/// SQLite gives the file back to the disk when its log has grown beyond this many bytes.
const LOG_BYTES: i64 = 64 * 1024 * 1024;
/// Statements that a connection keeps ready: more than there are.
const STATEMENTS: usize = 128;
/// Memory for pages of the connection that writes, in KiB: the ends of some hundred rooms, each in
/// several trees.
const WRITER_MEMORY: i64 = 32 * 1024;
/// How long a connection waits for another one: a checkpoint holds readers up for moments only.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A database file that is whole and of the latest format.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) path: PathBuf,
    /// Whether its unused parts may hold anything: a crash has left a log, or it is of an earlier
    /// format.
    pub(crate) is_untidy: bool,
}

impl Database {
    /// Checks the file, makes it if it is not there, and brings it to the latest format. The folder
    /// has to be held. Returns the one connection that may write, too.
    pub(crate) fn open(dir: &Path) -> Result<(Self, Connection), StoreError> {
        let path = dir.join(FILE);
        check(&path)?;
        folder::touch(&path).map_err(|source| StoreError::NotWritable {
            path: path.clone(),
            source,
        })?;
        let has_log = length(&side_file(&path, "-wal"))? > 0;
        let database = Self {
            path,
            is_untidy: has_log,
        };
        let fail = |source| database.error(source);
        let mut writer = database.writer().map_err(fail)?;
        let is_changed = migrate(&mut writer).map_err(|error| match error {
            ReadError::Database(source) => database.error(source),
            ReadError::Content { .. } | ReadError::Closed => {
                damaged(&database.path, error.to_string())
            }
        })?;
        folder::sync(dir).map_err(|source| StoreError::NotWritable {
            path: dir.to_owned(),
            source,
        })?;
        let is_untidy = has_log || is_changed;
        Ok((
            Self {
                is_untidy,
                ..database
            },
            writer,
        ))
    }

    /// A connection that writes. A commit returns when it is on disk.
    fn writer(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        prepare(&connection)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.pragma_update(None, "cache_size", -WRITER_MEMORY)?;
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        Ok(connection)
    }

    /// The file itself, and the path of its log.
    pub(crate) fn file(&self) -> Result<(File, PathBuf), StoreError> {
        let file = OpenOptions::new().read(true).write(true).open(&self.path);
        let file = file.map_err(|source| StoreError::NotWritable {
            path: self.path.clone(),
            source,
        })?;
        Ok((file, side_file(&self.path, "-wal")))
    }

    /// A connection that reads.
    pub(crate) fn reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        prepare(&connection)?;
        Ok(connection)
    }

    /// Says what is wrong with the database.
    pub(crate) fn error(&self, source: rusqlite::Error) -> StoreError {
        classify(&self.path, source)
    }
}

/// What every connection has in common.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

/// Looks at the file without changing a byte of it.
fn check(path: &Path) -> Result<(), StoreError> {
    let log = side_file(path, "-wal");
    let bytes = length(path)?;
    if bytes == 0 {
        // SQLite would throw the log away together with the messages in it.
        return match length(&log)? {
            0 => Ok(()),
            _ => Err(damaged(
                path,
                "it is missing or empty, but its log is not".into(),
            )),
        };
    }
    if bytes < SHORTEST {
        // SQLite would take it for an empty one.
        return Err(damaged(path, format!("it has {bytes} bytes only")));
    }
    let index = side_file(path, "-shm");
    let had_log = log.exists();
    let had_index = index.exists();
    let result = look(path);
    // What the look itself has made goes again; the log it makes is empty.
    if !had_index {
        drop(fs::remove_file(&index));
    }
    if !had_log && length(&log).is_ok_and(|bytes| bytes == 0) {
        drop(fs::remove_file(&log));
    }
    result
}

fn look(path: &Path) -> Result<(), StoreError> {
    let fail = |source| classify(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    prepare(&connection).map_err(fail)?;
    let number = |pragma| -> Result<i64, StoreError> {
        connection
            .pragma_query_value(None, pragma, |row| row.get(0))
            .map_err(fail)
    };
    let found = number("user_version")?;
    let known = MIGRATIONS.len() as i64;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    let ours = number("application_id")? == APPLICATION_ID;
    if !ours && (found != 0 || tables != 0) {
        return Err(damaged(
            path,
            "it is the database of another program".into(),
        ));
    }
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(fail)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(damaged(path, verdict.replace('\n', " ")))
    }
}

/// Brings the database to the latest format; whether it had another.
fn migrate(connection: &mut Connection) -> Result<bool, ReadError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let missing = MIGRATIONS.iter().enumerate().skip(found.max(0) as usize);
    for (index, migration) in missing {
        transaction.execute_batch(migration)?;
        if *migration == search::SCHEMA {
            search::fill(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.commit()?;
    Ok(found < MIGRATIONS.len() as i64)
}

/// The length of a file in bytes; 0 for none.
fn length(path: &Path) -> Result<u64, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(StoreError::NotWritable {
            path: path.to_owned(),
            source,
        }),
    }
}

fn side_file(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn damaged(path: &Path, reason: String) -> StoreError {
    StoreError::Damaged {
        path: path.to_owned(),
        reason,
    }
}

fn classify(path: &Path, source: rusqlite::Error) -> StoreError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => damaged(path, source.to_string()),
        Some(ErrorCode::NotADatabase) => damaged(path, "it is no database".into()),
        Some(code) if is_full(code, path) => StoreError::Full {
            path: path.to_owned(),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            StoreError::NotWritable {
                path: path.to_owned(),
                source: io::Error::new(io::ErrorKind::PermissionDenied, source),
            }
        }
        _ => StoreError::Database {
            path: path.to_owned(),
            source,
        },
    }
}

/// Whether this error comes from a full disk: where the log's index or a sync finds it full, SQLite
/// speaks of input and output.
pub(crate) fn is_full(code: ErrorCode, path: &Path) -> bool {
    let may_be = matches!(code, ErrorCode::SystemIoFailure | ErrorCode::CannotOpen);
    code == ErrorCode::DiskFull || (may_be && path.parent().is_some_and(folder::is_full))
}
