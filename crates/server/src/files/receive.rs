//! Bytes of an upload that come over HTTP.

use std::{io, sync::Arc, time::Duration};

use axum::body::Body;
use futures_util::StreamExt;
use tokio::{sync::OwnedMutexGuard, time::timeout};
use zoom_protocol::{ErrorCode, FileInfo};
use zoom_store::files::UploadFile;

use super::{
    Files,
    finish::refusal,
    uploads::{Asked, Upload},
};

/// Bytes that are gathered before they are written: each connection may hold as much.
const GATHERED: usize = 64 * 1024;

/// How far an upload is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// So many bytes are there.
    Partial(u64),
    /// All are there.
    Whole(Box<FileInfo>),
}

/// Why bytes were not taken.
#[derive(Debug)]
pub(crate) enum Unreceived {
    /// No such upload.
    NoUpload,
    /// So many bytes are there, not as many as was said.
    Elsewhere(u64),
    /// More bytes than were announced; none of them was kept.
    TooLong,
    /// Something else.
    Refused(ErrorCode),
}

impl From<io::Error> for Unreceived {
    fn from(error: io::Error) -> Self {
        Self::Refused(refusal(&error))
    }
}

impl Files {
    /// Puts a body behind the `offset` bytes of an upload. What arrived of it stays, also when it
    /// breaks off, and finishes the upload when all is there. `announced` is what the request says of
    /// its body's length.
    pub(super) async fn receive(
        self,
        upload: Arc<Upload>,
        offset: u64,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Progress, Unreceived> {
        let (mut asked, turn) = turn(&upload).await?;
        if let Some(file) = upload.file() {
            return match (offset == upload.bytes, announced) {
                (true, Some(0) | None) => Ok(Progress::Whole(Box::new(file))),
                (true, Some(_)) => Err(Unreceived::TooLong),
                (false, _) => Err(Unreceived::Elsewhere(upload.bytes)),
            };
        }
        let mut file = self.open_upload(&upload).await?;
        if file.bytes() != offset || offset > upload.bytes {
            return Err(Unreceived::Elsewhere(file.bytes()));
        }
        let room = upload.bytes - offset;
        if announced.is_some_and(|announced| announced > room) {
            return Err(Unreceived::TooLong);
        }
        file = match self.take_in(&upload, &mut asked, file, body).await {
            Ok(file) => file,
            Err(Unreceived::TooLong) => {
                let mut file = self.open_upload(&upload).await?;
                blocking(move || file.cut(offset)).await?;
                return Err(Unreceived::TooLong);
            }
            Err(error) => return Err(error),
        };
        upload.touch();
        if file.bytes() < upload.bytes {
            return Ok(Progress::Partial(file.bytes()));
        }
        let files = self.clone();
        let finished = tokio::task::spawn_blocking(move || {
            let (info, pin) = files.0.finisher.finish(&upload, file)?;
            upload.finish(info.clone(), pin);
            drop(turn);
            Ok(info)
        });
        match finished.await {
            Ok(Ok(info)) => Ok(Progress::Whole(Box::new(info))),
            Ok(Err(code)) => Err(Unreceived::Refused(code)),
            Err(_) => Err(Unreceived::Refused(ErrorCode::Internal)),
        }
    }

    /// Writes what comes, until it ends, breaks off, is silent for too long, or somebody else sends.
    async fn take_in(
        &self,
        upload: &Upload,
        asked: &mut Asked,
        mut file: UploadFile,
        body: Body,
    ) -> Result<UploadFile, Unreceived> {
        let patience = Duration::from_millis(self.0.limits.silence_ms.into());
        let mut stream = body.into_data_stream();
        let mut gathered = Vec::new();
        loop {
            let came = tokio::select! {
                biased;
                () = asked.overtaken() => None,
                came = timeout(patience, stream.next()) => came.ok().flatten(),
            };
            let (bytes, is_end) = match came {
                Some(Ok(bytes)) => (bytes, false),
                Some(Err(_)) | None => (bytes::Bytes::new(), true),
            };
            let there = file.bytes() + (gathered.len() + bytes.len()) as u64;
            if there > upload.bytes {
                return Err(Unreceived::TooLong);
            }
            gathered.extend_from_slice(&bytes);
            if is_end || gathered.len() >= GATHERED {
                let full = std::mem::take(&mut gathered);
                file = blocking(move || file.append(&full).map(|()| file)).await?;
                upload.touch();
            }
            if is_end {
                return Ok(file);
            }
        }
    }

    /// How many bytes of an upload are there; ends a request that is under way for it.
    pub(super) async fn offset(&self, upload: Arc<Upload>) -> Result<u64, Unreceived> {
        let (_, _turn) = turn(&upload).await?;
        if upload.file().is_some() {
            return Ok(upload.bytes);
        }
        Ok(self.open_upload(&upload).await?.bytes())
    }

    async fn open_upload(&self, upload: &Arc<Upload>) -> Result<UploadFile, Unreceived> {
        let (files, upload) = (self.clone(), Arc::clone(upload));
        blocking(move || {
            let note = serde_json::to_vec(&upload.note())?;
            files.folder().upload(&upload.id, &note)
        })
        .await
    }
}

/// Waits for the turn to work with an upload's bytes.
pub(super) async fn turn(upload: &Arc<Upload>) -> Result<(Asked, OwnedMutexGuard<()>), Unreceived> {
    let asked = upload.ask();
    let turn = Arc::clone(&upload.turn).lock_owned().await;
    if upload.is_cancelled() {
        return Err(Unreceived::NoUpload);
    }
    Ok((asked, turn))
}

/// Does something with the disk where it may take its time.
async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Unreceived> {
    match tokio::task::spawn_blocking(call).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Unreceived::Refused(ErrorCode::Internal)),
    }
}
