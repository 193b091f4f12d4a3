//! DTLS of one peer, whose handshake is done elsewhere.
//!
//! A flight of a handshake costs a millisecond or two: key agreement and signatures. On a media
//! thread that is a gap in everybody's media. So a datagram of a peer that is not connected makes
//! a [`Handshaking`], which the driver has done on another thread and hands back; meanwhile the
//! peer has no DTLS, and what comes waits. Afterwards DTLS has only alerts to read, and is kept here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    config::{DtlsCert, DtlsVersion, KeyingMaterial},
    crypto::{
        dtls::{DtlsInstance, DtlsOutput, SrtpProfile},
        from_feature_flags,
    },
};

use crate::{OfferError, members::Place};

/// The largest DTLS datagram that is sent: below what any way carries in one piece.
const MTU: usize = 1_150;
/// Bytes for what DTLS has to say: a record, or a certificate.
const OUTPUT_BYTES: usize = 4_096;
/// Datagrams that wait while the handshake is elsewhere: a client's longest flight, cut up and sent
/// twice.
const MOST_WAITING: usize = 16;

/// The least time between two calls that nothing has come for.
const EVERY: Duration = Duration::from_millis(10);

/// The SHA-256 digest of a certificate (RFC 8122 section 5).
pub(crate) type Fingerprint = [u8; 32];

/// What a handshake agreed on.
pub(crate) struct Agreed {
    pub(crate) profile: SrtpProfile,
    pub(crate) material: KeyingMaterial,
}

/// One DTLS end, always the server's.
pub(crate) struct Handshake {
    /// `None` while it is elsewhere.
    dtls: Option<Box<dyn DtlsInstance>>,
    /// By this a piece of work finds back to the peer that it is of.
    whose: Arc<()>,
    /// The certificate that the offer promises, and whether the client has shown it.
    promised: Fingerprint,
    certified: bool,
    waiting: Vec<Vec<u8>>,
    /// When DTLS wants to be called.
    due: Option<Instant>,
}

/// What came of DTLS.
#[derive(Default)]
pub(crate) struct Outcome {
    /// To be sent.
    pub(crate) packets: Vec<Vec<u8>>,
    /// Whether the handshake is done, with who was to be expected.
    pub(crate) connected: bool,
    pub(crate) agreed: Option<Agreed>,
    /// Whether the other end has closed the connection.
    pub(crate) closed: bool,
    /// Why the end is of no use any more.
    pub(crate) failed: Option<String>,
    certificate: Option<Fingerprint>,
    due: Option<Instant>,
}

/// The next piece of a peer's handshake. It costs a millisecond or two, and can be done on any thread.
#[must_use = "a peer whose handshake is not handed back never connects"]
pub struct Handshaking {
    pub(crate) place: Place,
    whose: Arc<()>,
    now: Instant,
    dtls: Box<dyn DtlsInstance>,
    datagrams: Vec<Vec<u8>>,
}

/// A piece of a handshake that was done, or was left, to be handed back to the
/// [`Sfu`](crate::Sfu) that it came from.
#[must_use = "a peer whose handshake is not handed back never connects"]
pub struct Handshaken {
    pub(crate) place: Place,
    /// Datagrams that nobody has read.
    pub(crate) dropped: u64,
    whose: Arc<()>,
    /// Not there after a panic.
    dtls: Option<Box<dyn DtlsInstance>>,
    outcome: Outcome,
}

impl Handshake {
    /// An end with this certificate of its own, for a client with that one.
    pub(crate) fn new(
        own: &DtlsCert,
        promised: Fingerprint,
        now: Instant,
    ) -> Result<Self, OfferError> {
        let made =
            from_feature_flags()
                .dtls_provider
                .new_dtls(own, now, DtlsVersion::Dtls12, Some(MTU));
        let mut dtls = made.map_err(|error| OfferError(format!("There is no DTLS: {error}.")))?;
        dtls.set_active(false);
        let mut outcome = Outcome::default();
        outcome.take(dtls.handle_timeout(now));
        outcome.poll(dtls.as_mut());
        Ok(Self {
            dtls: Some(dtls),
            whose: Arc::default(),
            promised,
            certified: false,
            waiting: Vec::new(),
            due: outcome.due,
        })
    }

    /// When it has to be called.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.dtls.as_ref().and(self.due)
    }

    /// Takes a datagram of the handshake. Returns whether there was room for it.
    pub(crate) fn wait(&mut self, datagram: &[u8]) -> bool {
        let room = self.waiting.len() < MOST_WAITING;
        if room {
            self.waiting.push(datagram.to_vec());
        }
        room
    }

    /// The next piece of work, if there is one and it is not elsewhere.
    pub(crate) fn work(&mut self, place: Place, now: Instant) -> Option<Handshaking> {
        if self.waiting.is_empty() {
            return None;
        }
        Some(Handshaking {
            place,
            whose: Arc::clone(&self.whose),
            now,
            dtls: self.dtls.take()?,
            datagrams: std::mem::take(&mut self.waiting),
        })
    }

    /// Takes back what was done; `None` where it is another's.
    pub(crate) fn done(&mut self, now: Instant, done: Handshaken) -> Option<Outcome> {
        if !Arc::ptr_eq(&self.whose, &done.whose) {
            return None;
        }
        self.dtls = done.dtls;
        Some(self.judge(now, done.outcome))
    }

    /// Takes a datagram of a connection that is there.
    pub(crate) fn receive(&mut self, now: Instant, datagram: &[u8]) -> Outcome {
        self.call(now, |dtls, outcome| {
            outcome.take(dtls.handle_timeout(now));
            outcome.take(dtls.handle_packet(datagram));
        })
    }

    /// Does what is due: sends again what was not answered.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Outcome {
        self.call(now, |dtls, outcome| outcome.take(dtls.handle_timeout(now)))
    }

    fn call(
        &mut self,
        now: Instant,
        work: impl FnOnce(&mut dyn DtlsInstance, &mut Outcome),
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(dtls) = self.dtls.as_deref_mut() {
            work(dtls, &mut outcome);
            outcome.poll(dtls);
        }
        self.judge(now, outcome)
    }

    /// Believes nobody but who has the certificate that the offer promises.
    fn judge(&mut self, now: Instant, mut outcome: Outcome) -> Outcome {
        if let Some(certificate) = outcome.certificate {
            self.certified = certificate == self.promised;
            if !self.certified {
                outcome.fail("the certificate is not the offer's");
            }
        }
        if outcome.connected && !(self.certified && outcome.agreed.is_some()) {
            outcome.fail("the handshake left no certificate or no keys");
        }
        if outcome.failed.is_some() {
            outcome.connected = false;
            self.dtls = None;
        }
        self.due = outcome.due.map(|due| due.max(now + EVERY));
        outcome
    }
}

impl Handshaking {
    /// Does it.
    pub fn run(self) -> Handshaken {
        let Self {
            place,
            whose,
            now,
            mut dtls,
            datagrams,
        } = self;
        let worked = catch_unwind(AssertUnwindSafe(move || {
            let mut outcome = Outcome::default();
            outcome.take(dtls.handle_timeout(now));
            for datagram in &datagrams {
                outcome.take(dtls.handle_packet(datagram));
                outcome.poll(dtls.as_mut());
            }
            (dtls, outcome)
        }));
        let (dtls, outcome) = match worked {
            Ok((dtls, outcome)) => (Some(dtls), outcome),
            Err(_) => {
                tracing::warn!("a handshake panicked");
                let mut outcome = Outcome::default();
                outcome.fail("a panic");
                (None, outcome)
            }
        };
        Handshaken {
            place,
            dropped: 0,
            whose,
            dtls,
            outcome,
        }
    }

    /// Leaves it: nobody has the time. The client sends again what nobody has read.
    pub fn leave(self) -> Handshaken {
        Handshaken {
            place: self.place,
            dropped: self.datagrams.len() as u64,
            whose: self.whose,
            dtls: Some(self.dtls),
            outcome: Outcome {
                due: Some(self.now),
                ..Outcome::default()
            },
        }
    }
}

impl Outcome {
    fn fail(&mut self, why: &str) {
        self.failed.get_or_insert_with(|| why.to_owned());
    }

    fn take<E: std::fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.fail(&error.to_string());
        }
    }

    /// Takes all that DTLS has to say.
    fn poll(&mut self, dtls: &mut dyn DtlsInstance) {
        let mut buffer = [0; OUTPUT_BYTES];
        loop {
            match dtls.poll_output(&mut buffer) {
                DtlsOutput::Packet(packet) => self.packets.push(packet.to_vec()),
                DtlsOutput::Timeout(at) => {
                    self.due = Some(at);
                    return;
                }
                DtlsOutput::Connected => self.connected = true,
                DtlsOutput::PeerCert(certificate) => {
                    let sha256 = from_feature_flags().sha256_provider;
                    self.certificate = Some(sha256.sha256(certificate));
                }
                DtlsOutput::KeyingMaterial(material, profile) => {
                    self.agreed = Some(Agreed { profile, material });
                }
                // There are no data channels.
                DtlsOutput::ApplicationData(_) => {}
                DtlsOutput::CloseNotify => {
                    self.closed = true;
                    self.take(dtls.close());
                }
                DtlsOutput::BufferTooSmall { .. } | _ => {
                    return self.fail("DTLS says what is not understood");
                }
            }
        }
    }
}

impl std::fmt::Debug for Handshaking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handshaking").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Handshaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handshaken").finish_non_exhaustive()
    }
}
