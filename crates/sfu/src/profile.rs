//! Which SRTP profile a handshake chose: the DTLS server says so in the clear in its ServerHello
//! (RFC 5764 section 4.1.1), and the cost of every packet hangs on it.

/// How media is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpProfile {
    /// AES-CM with HMAC-SHA1, 80 bits of tag: the dearest.
    Aes128CmSha1,
    /// AES-GCM with a key of 128 bits.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits.
    Aes256Gcm,
}

/// Reads the profile from a datagram that begins with a ServerHello of DTLS 1.2 (RFC 5246 section
/// 7.4.1.3); `None` for everything else.
pub(crate) fn chosen(datagram: &[u8]) -> Option<SrtpProfile> {
    let record = datagram.get(13..).filter(|_| datagram.starts_with(&[22]))?;
    let hello = record.get(12..).filter(|_| record.starts_with(&[2]))?;
    // Version and random, then the session id, cipher suite and compression method.
    let session = usize::from(*hello.get(34)?);
    let mut extensions = hello.get(34 + 1 + session + 2 + 1 + 2..)?;
    while let [a, b, c, d, rest @ ..] = extensions {
        let (kind, length) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        let (body, next) = rest.split_at_checked(length.into())?;
        if kind == 14 {
            return match body.get(2..4)? {
                [0, 1] => Some(SrtpProfile::Aes128CmSha1),
                [0, 7] => Some(SrtpProfile::Aes128Gcm),
                [0, 8] => Some(SrtpProfile::Aes256Gcm),
                _ => None,
            };
        }
        extensions = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn server_hello(profile: u8) -> Vec<u8> {
        let mut hello = vec![22, 0xfe, 0xfd];
        hello.resize(13, 0);
        hello.push(2);
        hello.resize(13 + 12, 0);
        hello.extend([0xfe, 0xfd]);
        hello.extend([9; 32]);
        hello.extend([3, 1, 2, 3]);
        hello.extend([0xc0, 0x2b, 0]);
        hello.extend([0, 14]);
        hello.extend([0, 23, 0, 0]);
        hello.extend([0, 14, 0, 5, 0, 2, 0, profile, 0]);
        hello
    }

    #[test]
    fn a_server_hello_tells_the_profile() {
        assert_eq!(chosen(&server_hello(8)), Some(SrtpProfile::Aes256Gcm));
        assert_eq!(chosen(&server_hello(7)), Some(SrtpProfile::Aes128Gcm));
        assert_eq!(chosen(&server_hello(1)), Some(SrtpProfile::Aes128CmSha1));
    }

    #[test]
    fn a_cut_server_hello_tells_nothing() {
        let whole = server_hello(8);
        for length in 0..whole.len() - 1 {
            assert_eq!(chosen(&whole[..length]), None);
        }
    }

    proptest! {
        #[test]
        fn no_datagram_makes_the_reader_panic(mut datagram: Vec<u8>) {
            if datagram.len() > 14 {
                datagram[0] = 22;
                datagram[13] = 2;
            }
            chosen(&datagram);
        }
    }
}
