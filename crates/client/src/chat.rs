//! What is said in a room: messages, what becomes of them, and finding them again.

use zoom_protocol::{
    Answer, ClientId, Delete, Edit, FileName, Found, History, Mark, MessageText, Page, Post,
    Posted, Reaction, Request, Search, Typing, Upload, UploadPlace,
};

use crate::{Client, ClientError};

impl Client {
    /// Writes a message of the timeline that is nothing but a text; it is on disk when this returns.
    /// The same `client_id` again yields the same message.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn post(
        &self,
        client_id: ClientId,
        text: MessageText,
    ) -> Result<Posted, ClientError> {
        self.write(Post::text(client_id, text)).await
    }

    /// Writes any message: in a thread, to one person, with mentions or files.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn write(&self, post: Post) -> Result<Posted, ClientError> {
        let Answer::Posted(posted) = self.request(Request::Post(post)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(*posted)
    }

    /// Says one's own message differently.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn edit(&self, edit: Edit) -> Result<(), ClientError> {
        self.done(Request::Edit(edit)).await
    }

    /// Takes one's own message back.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn delete(&self, number: u64) -> Result<(), ClientError> {
        self.done(Request::Delete(Delete { number })).await
    }

    /// Puts an emoji on a message, or takes one's own away.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn mark(&self, number: u64, reaction: Reaction, on: bool) -> Result<(), ClientError> {
        let mark = Mark {
            number,
            reaction,
            on,
        };
        self.done(Request::Mark(mark)).await
    }

    /// Reads a page of the timeline, or of a thread.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn history(&self, history: History) -> Result<Page, ClientError> {
        let Answer::History(page) = self.request(Request::History(history)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(page)
    }

    /// Finds messages, the newest first.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn search(&self, search: Search) -> Result<Found, ClientError> {
        let Answer::Found(found) = self.request(Request::Search(search)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(found)
    }

    /// Asks for a place to send a file of so many bytes to, with [`crate::files::send`]; its
    /// `upload` is what [`Post::files`] takes when all bytes are there.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn upload(&self, name: FileName, bytes: u64) -> Result<UploadPlace, ClientError> {
        let upload = Upload { name, bytes };
        let Answer::Upload(place) = self.request(Request::Upload(upload)).await? else {
            return Err(ClientError::Unexpected);
        };
        Ok(place)
    }

    /// Says that one is, or is not, typing.
    ///
    /// # Errors
    /// What the server answers, or the end of the socket.
    pub async fn typing(&self, typing: bool) -> Result<(), ClientError> {
        self.done(Request::Typing(Typing { typing })).await
    }
}
