//! Datagrams of strangers, a flood of DTLS ClientHellos and RTP before DTLS stop no call, over
//! real sockets.

use std::{
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::house::{House, all_see_and_hear_each_other, assert_nothing_lost};

/// Somebody who sends one kind of datagram again and again, from an address of their own.
struct Stranger {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Stranger {
    fn start(server: SocketAddr, datagram: Vec<u8>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let mut sent = 0;
            while !stopped.load(Ordering::Relaxed) {
                // A burst, then a rest: the test is of the server, not of the kernel's buffers.
                for _ in 0..20 {
                    sent += u64::from(socket.send_to(&datagram, server).is_ok());
                }
                thread::sleep(std::time::Duration::from_millis(5));
            }
            sent
        });
        Self { stop, thread }
    }

    /// Stops, and tells how many datagrams were sent.
    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// A DTLS 1.2 ClientHello (RFC 6347 section 4.2.1) with the cipher suites of a browser.
fn client_hello() -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([7; 32]);
    body.extend([0, 0]);
    body.extend([0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    // supported_groups, ec_point_formats, signature_algorithms, use_srtp.
    let extensions: [&[u8]; 4] = [
        &[0, 10, 0, 4, 0, 2, 0, 23],
        &[0, 11, 0, 2, 1, 0],
        &[0, 13, 0, 4, 0, 2, 4, 3],
        &[0, 14, 0, 5, 0, 2, 0, 7, 0],
    ];
    let length: usize = extensions.iter().map(|e| e.len()).sum();
    body.extend((length as u16).to_be_bytes());
    body.extend(extensions.concat());
    let length = (body.len() as u32).to_be_bytes();
    let mut handshake = vec![1, length[1], length[2], length[3], 0, 0, 0, 0];
    handshake.extend(&length[1..]);
    handshake.extend(body);
    let mut record = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
    record.extend((handshake.len() as u16).to_be_bytes());
    record.extend(handshake);
    record
}

/// An RTP packet, as nobody who has not done DTLS can send.
fn rtp() -> Vec<u8> {
    let mut packet = vec![0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 42];
    packet.extend([0x55; 100]);
    packet
}

/// A STUN binding request (RFC 8489) with a user name and an integrity that nobody gave.
fn stun() -> Vec<u8> {
    let mut packet = vec![0, 1, 0, 36, 0x21, 0x12, 0xa4, 0x42];
    packet.extend([9; 12]);
    packet.extend([0, 6, 0, 8]);
    packet.extend(b"abcd:efg");
    packet.extend([0, 8, 0, 20]);
    packet.extend([1; 20]);
    packet
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_connects_and_goes_on_under_a_flood_of_strangers() {
    let house = House::start().await;
    let server = house.media_address();
    let floods = [client_hello(), rtp(), stun(), vec![0xff; 1_200], vec![]];
    let strangers: Vec<Stranger> = floods
        .into_iter()
        .map(|datagram| Stranger::start(server, datagram))
        .collect();
    let before = house.media.counters().received;
    let guests = [house.guest("A").await, house.guest("B").await];
    all_see_and_hear_each_other(&guests, 60).await;
    let sent: u64 = strangers.into_iter().map(Stranger::stop).sum();
    let counters = house.media.counters();
    assert!(
        sent > 100 && counters.received - before > 100,
        "{counters:?}"
    );
    assert_eq!(counters.faults, 0);
    for guest in &guests {
        assert_nothing_lost(guest);
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_a_stranger() {
    let house = House::start().await;
    let guest = house.guest("A").await;
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in [client_hello(), rtp(), stun(), vec![0xff; 1_200]] {
        stranger.send_to(&datagram, house.media_address()).unwrap();
    }
    // Media that came after the strangers' datagrams went through the same socket.
    let other = house.guest("B").await;
    guest.sees_and_hears(other.id, 10).await;
    stranger.set_nonblocking(true).unwrap();
    let answer = stranger.recv(&mut [0; 1_500]);
    assert!(answer.is_err(), "{answer:?}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rtp_before_dtls_from_a_peers_own_machine_harms_nobody() {
    let house = House::start().await;
    let strange = Stranger::start(house.media_address(), rtp());
    let guests = [house.guest("A").await, house.guest("B").await];
    all_see_and_hear_each_other(&guests, 20).await;
    assert!(strange.stop() > 0);
    for guest in &guests {
        let report = guest.peer.report();
        let unstamped: u64 = report.heard().map(|(_, stream)| stream.unstamped).sum();
        assert_eq!(unstamped, 0, "a stranger's packet was forwarded");
    }
    house.stop().await;
}
