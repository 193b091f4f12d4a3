//! The data folder: made, held, and made to last.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::StoreError;

/// The file whose advisory lock says that somebody has the folder.
const LOCK: &str = "lock";

/// Holds the folder for this process until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Hold {
    _lock: File,
}

/// Makes the folder if it is not there, and holds it.
pub(crate) fn hold(dir: &Path) -> Result<Hold, StoreError> {
    let not_writable = |path: &Path, source| StoreError::NotWritable {
        path: path.to_owned(),
        source,
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // What people say to each other is nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| not_writable(dir, e))?;
    let path = dir.join(LOCK);
    let lock = private()
        .truncate(false)
        .open(&path)
        .map_err(|e| not_writable(&path, e))?;
    match lock.try_lock() {
        Ok(()) => Ok(Hold { _lock: lock }),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(not_writable(&path, source)),
    }
}

/// Makes an empty file if it is not there, readable by its owner alone.
pub(crate) fn touch(path: &Path) -> io::Result<()> {
    private().truncate(false).open(path).map(drop)
}

/// Whether the disk takes no more: writes a page to a file of its own and takes it away again.
pub(crate) fn is_full(dir: &Path) -> bool {
    let path = dir.join("probe");
    let probe = || {
        let mut file = private().truncate(true).open(&path)?;
        io::Write::write_all(&mut file, &[0; 8192])?;
        file.sync_all()
    };
    let result: io::Result<()> = probe();
    // Where it was not made there is nothing to take away.
    drop(std::fs::remove_file(&path));
    result.is_err_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    })
}

/// Makes what was created in a folder last through a loss of power.
pub(crate) fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Options to make a file that its owner alone can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
