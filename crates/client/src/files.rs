//! Sending a file to its place, and reading files of messages: HTTP/1.1 (RFC 9112), one request a
//! connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zoom_protocol::{ErrorAnswer, FileInfo, UploadPlace};

use crate::{ClientError, ConnectOptions, line::Target};

/// Largest answer that is read: a FileInfo or an error.
const ANSWER_BYTES: u64 = 64 * 1024;

/// Sends all bytes of a file to the place that [`crate::Client::upload`] has brought. When this
/// returns the upload may be posted. `url` and `options` are those the client connected with.
///
/// # Errors
/// What the server answers, or what breaks on the way.
pub async fn send(
    url: &str,
    options: &ConnectOptions,
    place: &UploadPlace,
    bytes: &[u8],
) -> Result<FileInfo, ClientError> {
    let target = Target::parse(url)?;
    let (mut stream, _) = target.connect(options).await?;
    let head = format!(
        "PATCH {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUpload-Offset: 0\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        place.path,
        target.authority(),
        bytes.len(),
    );
    stream.write_all(head.as_bytes()).await?;
    // A server that refuses may not read the rest; its answer says why.
    let sent = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let came = stream.take(ANSWER_BYTES).read_to_end(&mut answer).await;
    let Some((status, body)) = read(&answer) else {
        sent?;
        came?;
        return Err(ClientError::Unexpected);
    };
    if let Ok(refusal) = serde_json::from_slice::<ErrorAnswer>(body) {
        return Err(ClientError::Answer(refusal));
    }
    serde_json::from_slice(body).map_err(|_| ClientError::Refused {
        status,
        body: String::from_utf8_lossy(body).into_owned(),
    })
}

/// The status and the body of an answer behind which the connection ends.
fn read(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = answer.split_at_checked(end + 4)?;
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    Some((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_what_follows_its_head() {
        let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(read(answer), Some((404, b"{}".as_slice())));
        for wrong in [b"".as_slice(), b"HTTP/1.1 200", b"nonsense\r\n\r\n"] {
            assert_eq!(read(wrong), None);
        }
    }
}
