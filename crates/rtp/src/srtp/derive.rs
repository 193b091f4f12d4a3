//! Session keys out of master keys (RFC 3711 section 4.3, RFC 7714 section 11).
//!
//! The key derivation rate is nought, as it is for all profiles of DTLS-SRTP: a key is derived once.

use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use super::cipher::Cipher;
use super::counter_mode::{AUTHENTICATION_KEY, CounterMode};
use super::gcm::Gcm;
use super::{SrtpError, SrtpProfile};

/// Bytes of the longest key that is derived.
const LONGEST_KEY: usize = 32;

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Packets of media.
    Rtp,
    /// Packets about media.
    Rtcp,
}

/// What a label stands for, in the order of the numbers that RFC 3711 section 4.3.2 gives them.
#[derive(Clone, Copy, Debug)]
enum Part {
    Encryption,
    Authentication,
    Salt,
}

fn label(purpose: Purpose, part: Part) -> u8 {
    let first = match purpose {
        Purpose::Rtp => 0,
        Purpose::Rtcp => 3,
    };
    match part {
        Part::Encryption => first,
        Part::Authentication => first + 1,
        Part::Salt => first + 2,
    }
}

/// The cipher for one direction and purpose.
pub(super) fn session_cipher(
    profile: SrtpProfile,
    master_key: &[u8],
    master_salt: &[u8],
    purpose: Purpose,
) -> Result<Cipher, SrtpError> {
    let prf = Prf::new(master_key, master_salt)?;
    let mut key = [0; LONGEST_KEY];
    let key = key
        .get_mut(..profile.key_len())
        .ok_or(SrtpError::KeyMaterial)?;
    prf.fill(label(purpose, Part::Encryption), key)?;
    let salt_label = label(purpose, Part::Salt);
    match profile {
        SrtpProfile::AeadAes128Gcm | SrtpProfile::AeadAes256Gcm => {
            let mut salt = [0; 12];
            prf.fill(salt_label, &mut salt)?;
            Ok(Cipher::Gcm(Gcm::new(profile, key, salt)?))
        }
        SrtpProfile::Aes128CmSha1_80 => {
            let mut salt = [0; 14];
            prf.fill(salt_label, &mut salt)?;
            let mut authentication = [0; AUTHENTICATION_KEY];
            prf.fill(label(purpose, Part::Authentication), &mut authentication)?;
            Ok(Cipher::CounterMode(Box::new(CounterMode::new(
                key,
                salt,
                &authentication,
            )?)))
        }
    }
}

/// The pseudo-random function of RFC 3711 section 4.3.3: the key stream of AES in counter mode.
struct Prf {
    key: EncryptingKey,
    /// The master salt, 112 bits; the 96 bits of an AEAD salt are followed by 16 of nought.
    salt: u128,
}

impl Prf {
    fn new(master_key: &[u8], master_salt: &[u8]) -> Result<Self, SrtpError> {
        let algorithm = if master_key.len() == 32 {
            &AES_256
        } else {
            &AES_128
        };
        let key = UnboundCipherKey::new(algorithm, master_key)
            .and_then(EncryptingKey::ctr)
            .map_err(|_| SrtpError::KeyMaterial)?;
        let mut salt = [0; 16];
        salt.get_mut(2..2 + master_salt.len())
            .ok_or(SrtpError::KeyMaterial)?
            .copy_from_slice(master_salt);
        Ok(Self {
            key,
            salt: u128::from_be_bytes(salt),
        })
    }

    fn fill(&self, label: u8, out: &mut [u8]) -> Result<(), SrtpError> {
        let start = (self.salt ^ u128::from(label) << 48) << 16;
        out.fill(0);
        let context = EncryptionContext::Iv128(FixedLength::from(start.to_be_bytes()));
        self.key
            .less_safe_encrypt(out, context)
            .map(|_| ())
            .map_err(|_| SrtpError::KeyMaterial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::cipher::hex::hex;

    #[test]
    fn keys_are_derived_as_rfc_3711_appendix_b_3_shows() {
        let prf = Prf::new(
            &hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
            &hex("0EC675AD498AFEEBB6960B3AABE6"),
        )
        .unwrap();
        let mut key = [0; 16];
        prf.fill(label(Purpose::Rtp, Part::Encryption), &mut key)
            .unwrap();
        assert_eq!(key[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
        let mut salt = [0; 14];
        prf.fill(label(Purpose::Rtp, Part::Salt), &mut salt)
            .unwrap();
        assert_eq!(salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
        let mut authentication = [0; 94];
        prf.fill(
            label(Purpose::Rtp, Part::Authentication),
            &mut authentication,
        )
        .unwrap();
        assert_eq!(
            authentication[..],
            hex(
                "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4 8F0A0ACF3C34E2359E6CDBCE
                 E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25
                 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2"
            )
        );
    }

    #[test]
    fn the_labels_are_those_of_rfc_3711() {
        let parts = [Part::Encryption, Part::Authentication, Part::Salt];
        assert_eq!(parts.map(|part| label(Purpose::Rtp, part)), [0, 1, 2]);
        assert_eq!(parts.map(|part| label(Purpose::Rtcp, part)), [3, 4, 5]);
    }
}
