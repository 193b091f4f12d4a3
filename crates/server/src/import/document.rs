//! The document of docs/export.md, read piece by piece: its entries one by one, and the Base64 of
//! its files a little at a time. In whatever order its fields come, it takes no more memory for a
//! long one.

use std::io::{self, BufRead, Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use zoom_protocol::FileHash;

use super::Refused;

/// The longest JSON of one entry, in bytes: a message of the longest text, and all emoji with
/// everybody's names, fit.
const ENTRY_BYTES: u64 = 32 * 1024 * 1024;
/// The longest key or value of a field that is no list, in bytes.
const VALUE_BYTES: u64 = 16 * 1024;
/// How deep values lie in each other: more than an entry's do.
const DEEPEST: u32 = 64;
/// Letters of Base64 that are decoded at once: a whole number of groups of four.
const LETTERS: usize = 64 * 1024;

/// What takes the parts of a document.
pub(super) trait Parts {
    /// One entry, by its place.
    fn entry(&mut self, index: u64, json: &[u8]) -> Result<(), Refused>;
    /// One file; its content has to be read to its end.
    fn file(&mut self, hash: FileHash, content: &mut dyn Read) -> Result<(), Refused>;
}

/// Reads a document.
pub(super) fn read(from: impl BufRead, parts: &mut impl Parts) -> Result<(), Refused> {
    let mut document = Document { from };
    document.expect(b'{')?;
    let mut seen: Vec<String> = Vec::new();
    if !document.is_next(b'}')? {
        loop {
            let key: String = document.value(VALUE_BYTES)?;
            document.expect(b':')?;
            document.field(&key, parts)?;
            let is_known = ["format", "version", "entries", "files"].contains(&key.as_str());
            if is_known && seen.contains(&key) {
                return Err(Refused::content(format!("{key}: it is there twice")));
            }
            if is_known {
                seen.push(key);
            }
            if document.is_end(b'}')? {
                break;
            }
        }
    }
    for key in ["format", "version", "entries"] {
        if !seen.iter().any(|seen| seen == key) {
            return Err(Refused::content(format!("{key}: it is missing")));
        }
    }
    match document.peek()? {
        None => Ok(()),
        Some(_) => Err(Refused::syntax("something follows its end")),
    }
}

struct Document<R> {
    from: R,
}

impl<R: BufRead> Document<R> {
    fn field(&mut self, key: &str, parts: &mut impl Parts) -> Result<(), Refused> {
        match key {
            "format" => {
                let format: serde_json::Value = self.value(VALUE_BYTES)?;
                if format != "zoom-timeline" {
                    return Err(Refused::content("format: it is not zoom-timeline".into()));
                }
            }
            "version" => {
                let version: serde_json::Value = self.value(VALUE_BYTES)?;
                if version != 1 {
                    return Err(Refused::content("version: it is not 1".into()));
                }
            }
            "entries" => {
                self.expect(b'[')?;
                if self.is_next(b']')? {
                    return Ok(());
                }
                let mut json = Vec::new();
                for index in 0.. {
                    json.clear();
                    self.capture(ENTRY_BYTES, &mut json)?;
                    parts.entry(index, &json)?;
                    if self.is_end(b']')? {
                        break;
                    }
                }
            }
            "files" => self.files(parts)?,
            _ => {
                let mut value = Value::new(&mut self.from, u64::MAX);
                io::copy(&mut value, &mut io::sink()).map_err(unread)?;
            }
        }
        Ok(())
    }

    fn files(&mut self, parts: &mut impl Parts) -> Result<(), Refused> {
        self.expect(b'{')?;
        if self.is_next(b'}')? {
            return Ok(());
        }
        loop {
            let key: String = self.value(VALUE_BYTES)?;
            let hash = key.parse();
            let hash = hash.map_err(|_| Refused::content("files: a key is no SHA-256".into()))?;
            self.expect(b':')?;
            self.expect(b'"')?;
            let mut text = Base64Text::new(&mut self.from);
            parts.file(hash, &mut text)?;
            if self.is_end(b'}')? {
                return Ok(());
            }
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, Refused> {
        loop {
            let next = self.from.fill_buf().map_err(unread)?.first().copied();
            match next {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.from.consume(1),
                next => return Ok(next),
            }
        }
    }

    fn is_next(&mut self, wanted: u8) -> Result<bool, Refused> {
        let is_next = self.peek()? == Some(wanted);
        if is_next {
            self.from.consume(1);
        }
        Ok(is_next)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Refused> {
        match self.is_next(wanted)? {
            true => Ok(()),
            false if self.peek()?.is_none() => Err(unread(io::ErrorKind::UnexpectedEof.into())),
            false => Err(Refused::syntax("it is not built as it should be")),
        }
    }

    /// Whether a list or an object ends here; otherwise more of it comes.
    fn is_end(&mut self, end: u8) -> Result<bool, Refused> {
        if self.is_next(end)? {
            return Ok(true);
        }
        self.expect(b',').map(|()| false)
    }

    fn value<T: serde::de::DeserializeOwned>(&mut self, most: u64) -> Result<T, Refused> {
        let mut json = Vec::new();
        self.capture(most, &mut json)?;
        serde_json::from_slice(&json).map_err(|error| Refused::syntax(&error.to_string()))
    }

    fn capture(&mut self, most: u64, to: &mut Vec<u8>) -> Result<(), Refused> {
        self.peek()?;
        let mut value = Value::new(&mut self.from, most);
        value.read_to_end(to).map_err(unread)?;
        if to.is_empty() {
            return Err(Refused::syntax("a value is missing"));
        }
        Ok(())
    }
}

fn unread(error: io::Error) -> Refused {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Refused::syntax("it ends before its end")
    } else if error.kind() == io::ErrorKind::InvalidData {
        Refused::syntax(&error.to_string())
    } else {
        Refused::disk(&error)
    }
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// The bytes of one value, as far as its brackets and quotes tell.
struct Value<'a, R> {
    from: &'a mut R,
    left: u64,
    depth: u32,
    in_text: bool,
    escaped: bool,
    begun: bool,
    ended: bool,
}

impl<'a, R: BufRead> Value<'a, R> {
    fn new(from: &'a mut R, most: u64) -> Self {
        Self {
            from,
            left: most,
            depth: 0,
            in_text: false,
            escaped: false,
            begun: false,
            ended: false,
        }
    }

    /// Takes a byte in; whether it belongs to the value.
    fn take(&mut self, byte: u8) -> io::Result<bool> {
        if self.in_text {
            let is_end = byte == b'"' && !self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            if is_end {
                self.in_text = false;
                self.ended = self.depth == 0;
            }
            return Ok(true);
        }
        match byte {
            b'"' | b'{' | b'[' if self.begun && self.depth == 0 => {
                self.ended = true;
                return Ok(false);
            }
            b'"' => self.in_text = true,
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(invalid("its values lie too deep"));
                }
            }
            b'}' | b']' | b',' | b':' if self.depth == 0 => {
                self.ended = true;
                return Ok(false);
            }
            b'}' | b']' => {
                self.depth -= 1;
                self.ended = self.depth == 0;
            }
            b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 && self.begun => {
                self.ended = true;
                return Ok(false);
            }
            _ => {}
        }
        self.begun = true;
        Ok(true)
    }
}

impl<R: BufRead> Read for Value<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        for place in to {
            if self.ended {
                break;
            }
            let Some(byte) = self.from.fill_buf()?.first().copied() else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            if !self.take(byte)? {
                break;
            }
            self.left = self
                .left
                .checked_sub(1)
                .ok_or_else(|| invalid("one of its values is too long"))?;
            self.from.consume(1);
            *place = byte;
            count += 1;
        }
        Ok(count)
    }
}

/// The bytes that a text of Base64 (RFC 4648 section 4) has, up to its closing quote.
struct Base64Text<'a, R> {
    from: &'a mut R,
    letters: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<'a, R: BufRead> Base64Text<'a, R> {
    fn new(from: &'a mut R) -> Self {
        Self {
            from,
            letters: Vec::with_capacity(LETTERS),
            decoded: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.letters.clear();
        while self.letters.len() < LETTERS && !self.ended {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let most = bytes.len().min(LETTERS - self.letters.len());
            let part = bytes.get(..most).unwrap_or_default();
            let end = part.iter().position(|byte| *byte == b'"');
            let count = end.unwrap_or(most);
            self.letters
                .extend_from_slice(part.get(..count).unwrap_or_default());
            self.ended = end.is_some();
            self.from.consume(count + usize::from(self.ended));
        }
        self.given = 0;
        self.decoded.clear();
        STANDARD
            .decode_vec(&self.letters, &mut self.decoded)
            .map_err(|_| invalid("a file is not in Base64"))
    }
}

impl<R: BufRead> Read for Base64Text<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.decoded.len() && !self.ended {
            self.fill()?;
        }
        let mut rest = self.decoded.get(self.given..).unwrap_or_default();
        let count = rest.read(to)?;
        self.given += count;
        Ok(count)
    }
}

/// Reads a piece of a file, for those who count.
pub(super) fn piece(content: &mut dyn Read, to: &mut [u8]) -> Result<usize, Refused> {
    content.read(to).map_err(unread)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counts what comes.
    #[derive(Debug, Default, PartialEq)]
    struct Counted {
        entries: u64,
        bytes: usize,
    }

    impl Parts for Counted {
        fn entry(&mut self, index: u64, json: &[u8]) -> Result<(), Refused> {
            assert_eq!(index, self.entries);
            assert!(!json.is_empty());
            self.entries += 1;
            Ok(())
        }

        fn file(&mut self, _: FileHash, content: &mut dyn Read) -> Result<(), Refused> {
            let mut chunk = [0; 5];
            loop {
                match piece(content, &mut chunk)? {
                    0 => return Ok(()),
                    count => self.bytes += count,
                }
            }
        }
    }

    #[test]
    fn fields_come_in_any_order_with_others_between() {
        let text = format!(
            r#" {{ "files" : {{"{}":"AAECAwQF"}}, "later":[{{"a":"]\""}}, 1e3 ],"n":-1 ,
            "entries":[ {{"a":[1,"}}"]}} , {{}}], "version":1,"format":"zoom-timeline"}} "#,
            "ab".repeat(32)
        );
        let mut counted = Counted::default();
        read(text.as_bytes(), &mut counted).unwrap();
        let expected = Counted {
            entries: 2,
            bytes: 6,
        };
        assert_eq!(counted, expected);
    }

    #[test]
    fn a_value_that_is_missing_is_refused() {
        for text in ["{\"entries\":[}", "{\"entries\":[,", "{\"version\":}"] {
            let refused = read(text.as_bytes(), &mut Counted::default()).unwrap_err();
            assert!(refused.message.contains("a value is missing"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_end_it_otherwise_than_by_a_refusal(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            marks in "[\\[\\]{}\":,\\\\ 1ae]{0,60}",
            key in prop::sample::select(vec!["format", "version", "entries", "files", "x"]),
        ) {
            let inside = format!("{{\"{key}\":{marks}");
            for text in [&bytes[..], marks.as_bytes(), inside.as_bytes()] {
                drop(read(text, &mut Counted::default()));
            }
        }
    }
}
