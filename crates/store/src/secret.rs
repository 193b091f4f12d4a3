//! The key that resume tokens are signed with.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use crate::{StoreError, folder};

/// The key's file in the data folder.
const FILE: &str = "secret";
/// Where it is written before it is whole.
const UNFINISHED: &str = "secret.new";

/// Reads the 32 bytes of `secret` in the data folder, or makes them with `random` and keeps them,
/// readable by their owner alone. Call it after [`crate::Store::open`], which holds the folder.
///
/// # Errors
///
/// [`StoreError::NotWritable`] when the file can be neither read nor made,
/// [`StoreError::Damaged`] when it does not have 32 bytes.
pub fn load_or_create_secret(
    dir: &Path,
    random: impl FnOnce() -> [u8; 32],
) -> Result<[u8; 32], StoreError> {
    let path = dir.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => bytes
            .as_slice()
            .try_into()
            .map_err(|_| StoreError::Damaged {
                path,
                reason: format!("it has {} bytes instead of 32", bytes.len()),
            }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = random();
            create(dir, &secret).map_err(|source| StoreError::NotWritable { path, source })?;
            Ok(secret)
        }
        Err(source) => Err(StoreError::NotWritable { path, source }),
    }
}

/// Writes the file so that it is there whole or not at all, also after a loss of power.
fn create(dir: &Path, secret: &[u8; 32]) -> io::Result<()> {
    let unfinished = dir.join(UNFINISHED);
    // What an interrupted start left was never used.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(secret)?;
    file.sync_all()?;
    fs::rename(&unfinished, dir.join(FILE))?;
    folder::sync(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let made = load_or_create_secret(dir.path(), || [7; 32]).unwrap();
        assert_eq!(made, [7; 32]);
        let again = load_or_create_secret(dir.path(), || panic!("made a second time")).unwrap();
        assert_eq!(again, made);
        let files = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(files, 1, "nothing unfinished stays");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        load_or_create_secret(dir.path(), || [7; 32]).unwrap();
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn an_interrupted_start_does_not_leave_half_a_secret() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(UNFINISHED), [1; 9]).unwrap();
        let made = load_or_create_secret(dir.path(), || [7; 32]).unwrap();
        assert_eq!(made, [7; 32]);
    }

    #[test]
    fn a_secret_of_another_length_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), [1; 9]).unwrap();
        let error = load_or_create_secret(dir.path(), || [7; 32]).unwrap_err();
        assert!(
            error.to_string().contains("9 bytes instead of 32"),
            "{error}"
        );
        assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), [1; 9]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = load_or_create_secret(&dir.path().join("gone"), || [7; 32]).unwrap_err();
        assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
    }
}
