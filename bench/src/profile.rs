//! Which SRTP profile a handshake chose, as its ServerHello says in the clear.

/// The name of the SRTP profile (RFC 5764 section 4.1.2, RFC 7714 section 14.2) that a datagram
/// with a ServerHello of DTLS 1.2 chooses; `None` for everything else.
pub fn chosen(datagram: &[u8]) -> Option<&'static str> {
    // A handshake record (RFC 6347 section 4.1) with a ServerHello (RFC 5246 section 7.4.1.3).
    let body = match (datagram.first()?, datagram.get(13)?) {
        (22, 2) => datagram.get(25..)?,
        _ => return None,
    };
    let session = usize::from(*body.get(34)?);
    // After the session id: cipher suite, compression method, length of the extensions.
    let mut rest = body.get(35 + session + 5..)?;
    loop {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let [kind_high, kind_low, high, low] = *head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (value, next) = after.split_at_checked(length)?;
        // use_srtp: the length of the list, then the one profile of it.
        if u16::from_be_bytes([kind_high, kind_low]) == 14 {
            let profile = value.get(2..4)?.first_chunk::<2>()?;
            return name(u16::from_be_bytes(*profile));
        }
        rest = next;
    }
}

fn name(profile: u16) -> Option<&'static str> {
    match profile {
        1 => Some("AES128_CM_SHA1_80"),
        7 => Some("AEAD_AES_128_GCM"),
        8 => Some("AEAD_AES_256_GCM"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_hello(profile: u8) -> Vec<u8> {
        let mut hello = vec![22, 254, 253];
        hello.extend([0; 10]);
        hello.push(2);
        hello.extend([0; 11]);
        hello.extend([254, 253]);
        hello.extend([7; 32]);
        hello.push(0);
        hello.extend([0xc0, 0x2b, 0, 0, 14]);
        hello.extend([0, 23, 0, 0]);
        hello.extend([0, 14, 0, 5, 0, 2, 0, profile, 0]);
        hello
    }

    #[test]
    fn a_server_hello_names_its_profile() {
        assert_eq!(chosen(&server_hello(7)), Some("AEAD_AES_128_GCM"));
        assert_eq!(chosen(&server_hello(8)), Some("AEAD_AES_256_GCM"));
        assert_eq!(chosen(&server_hello(99)), None);
    }

    #[test]
    fn anything_else_names_none() {
        let hello = server_hello(8);
        for length in 0..hello.len() - 1 {
            assert_eq!(chosen(&hello[..length]), None, "{length}");
        }
        assert_eq!(chosen(&[0x80; 100]), None);
    }
}
