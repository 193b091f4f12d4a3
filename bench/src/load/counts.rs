//! What is counted while a sample is taken.

use crate::{
    histogram::Histogram,
    sequence::{Arrival, Sequence},
};

/// What is counted while a sample is taken.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Media packets, repairs excepted, each once.
    pub packets: u64,
    /// Video packets among them.
    pub video_packets: u64,
    /// Their bytes as UDP payload.
    pub video_bytes: u64,
    /// Bytes of the sound packets.
    pub audio_bytes: u64,
    /// Sequence numbers that were left out.
    pub skipped: u64,
    /// Those of them that came later, by themselves.
    pub late: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Packets that came for the first time and could not be decrypted.
    pub undecrypted: u64,
    /// Packets of repair streams (RFC 4588), padding too.
    pub repairs: u64,
    /// Lost packets that a repair brought.
    pub repaired: u64,
    /// Media packets without a stamp.
    pub unstamped: u64,
    /// Packets that publishers sent.
    pub sent: u64,
    /// Video packets among them.
    pub video_sent: u64,
    /// RTCP datagrams that the generator sent: reports, feedback, requests.
    pub feedback: u64,
    /// Datagrams that the system did not take.
    pub unsent: u64,
    /// Microseconds from a publisher's stamp to the kernel of the receiver.
    pub delay_us: Histogram,
    /// Microseconds by which publishers sent later than planned.
    pub send_lag_us: Histogram,
}

impl Counts {
    /// Counts a media packet by its number; whether it came for the first time.
    pub(crate) fn take(&mut self, sequence: &mut Sequence, number: u16) -> bool {
        match sequence.take(number) {
            Arrival::Next { skipped } => self.skipped += skipped,
            Arrival::Late => self.late += 1,
            Arrival::Again => {
                self.duplicates += 1;
                return false;
            }
        }
        self.packets += 1;
        true
    }

    /// Packets that never came by themselves.
    pub fn lost(&self) -> u64 {
        self.skipped.saturating_sub(self.late)
    }

    /// Lost packets of all that should have come, before repair.
    pub fn loss(&self) -> f64 {
        let all = self.packets + self.lost();
        self.lost() as f64 / all.max(1) as f64
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.packets += other.packets;
        self.video_packets += other.video_packets;
        self.video_bytes += other.video_bytes;
        self.audio_bytes += other.audio_bytes;
        self.skipped += other.skipped;
        self.late += other.late;
        self.duplicates += other.duplicates;
        self.undecrypted += other.undecrypted;
        self.repairs += other.repairs;
        self.repaired += other.repaired;
        self.unstamped += other.unstamped;
        self.sent += other.sent;
        self.video_sent += other.video_sent;
        self.feedback += other.feedback;
        self.unsent += other.unsent;
        self.delay_us.merge(&other.delay_us);
        self.send_lag_us.merge(&other.send_lag_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_what_never_came() {
        let mut counts = Counts::default();
        let mut sequence = Sequence::default();
        for number in [1, 2, 5, 4, 5, 8] {
            counts.take(&mut sequence, number);
        }
        assert_eq!((counts.packets, counts.duplicates), (5, 1));
        assert_eq!(counts.lost(), 3);
        assert!((counts.loss() - 3.0 / 8.0).abs() < 1e-9);
    }
}
