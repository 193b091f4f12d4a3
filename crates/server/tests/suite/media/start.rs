//! Starting and stopping the media threads by themselves: ports that are taken, addresses that are
//! told, and a clean end.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};

use zoom_client::media::{Draft, MediaOptions, Way};
use zoom_protocol::{Limits, ParticipantId};
use zoom_server::media::{ConnectError, MediaConfig, MediaPool, PortKind, StartError};

fn config(port: u16) -> MediaConfig {
    MediaConfig {
        udp: true,
        port,
        threads: 1,
        advertise: vec![Ipv4Addr::LOCALHOST.into()],
        max_upload_bps: None,
        limits: Limits::default(),
    }
}

#[test]
fn a_taken_udp_port_is_named_with_its_protocol() {
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MediaPool::start(config(port)).unwrap_err();
    assert!(matches!(
        error,
        StartError::PortInUse {
            kind: PortKind::Udp,
            ..
        }
    ));
    let line = error.to_string();
    assert!(line.contains(&format!("{port} (UDP)")), "{line}");
    assert!(line.contains("--media-port") && !line.contains('\n'));
}

#[test]
fn a_taken_tcp_port_is_named_with_its_protocol() {
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MediaPool::start(config(port)).unwrap_err();
    assert!(error.to_string().contains(&format!("{port} (TCP)")));
}

#[test]
fn threads_beyond_the_last_port_are_refused() {
    let error = MediaPool::start(MediaConfig {
        threads: 3,
        ..config(65_534)
    });
    assert!(matches!(error, Err(StartError::PortRange { .. })));
}

#[test]
fn a_stopped_pool_gives_its_ports_back() {
    let pool = MediaPool::start(config(0)).unwrap();
    let port = pool.addresses()[0].port();
    pool.stop();
    let again = MediaPool::start(config(port)).unwrap();
    assert_eq!(again.addresses()[0].port(), port);
    drop(again);
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).unwrap();
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).unwrap();
}

#[test]
fn every_own_address_is_told_unless_others_are_named() {
    let own = MediaPool::start(MediaConfig {
        advertise: Vec::new(),
        ..config(0)
    })
    .unwrap();
    let told: Vec<IpAddr> = own.addresses().iter().map(|a| a.ip()).collect();
    assert!(told.contains(&Ipv4Addr::LOCALHOST.into()), "{told:?}");
    let named: IpAddr = "203.0.113.9".parse().unwrap();
    let pool = MediaPool::start(MediaConfig {
        advertise: vec![named],
        ..config(0)
    })
    .unwrap();
    assert!(pool.addresses().iter().all(|address| address.ip() == named));
}

#[tokio::test]
async fn a_stopped_pool_makes_no_peers() {
    let pool = MediaPool::start(config(0)).unwrap();
    let (events, _received) = tokio::sync::mpsc::channel(8);
    let room = pool.open_room(events);
    let (_, offer) = Draft::new(MediaOptions::default()).unwrap();
    let participant = ParticipantId(1);
    room.connect(participant, 1, offer.clone()).await.unwrap();
    pool.stop();
    let refused = room.connect(participant, 1, offer.clone()).await;
    assert!(matches!(refused, Err(ConnectError::Busy(_))), "{refused:?}");
    let refused = room.reoffer(participant, offer).await;
    assert!(matches!(refused, Err(ConnectError::Busy(_))), "{refused:?}");
    assert_eq!(pool.counters().load, 0);
}

#[tokio::test]
async fn a_reoffer_without_a_peer_is_answered() {
    let pool = MediaPool::start(config(0)).unwrap();
    let (events, _received) = tokio::sync::mpsc::channel(8);
    let room = pool.open_room(events);
    let (_, offer) = Draft::new(MediaOptions::default()).unwrap();
    let refused = room.reoffer(ParticipantId(1), offer).await;
    assert!(matches!(refused, Err(ConnectError::NoPeer)), "{refused:?}");
}

#[tokio::test]
async fn media_connect_over_ipv6_by_udp_and_by_tcp() {
    let local = Ipv6Addr::LOCALHOST.into();
    let pool = MediaPool::start(MediaConfig {
        advertise: vec![local],
        ..config(0)
    })
    .unwrap();
    let (events, _received) = tokio::sync::mpsc::channel(8);
    let room = pool.open_room(events);
    for (number, way) in [(1, Way::Udp), (2, Way::Tcp)] {
        let (draft, offer) = Draft::new(MediaOptions {
            way,
            ..MediaOptions::default()
        })
        .unwrap();
        let participant = ParticipantId(number);
        let answer = room.connect(participant, 1, offer).await.unwrap();
        let peer = draft.start(&answer, participant, local).await.unwrap();
        let report = peer.wait_for(|report| report.connected).await;
        assert!(report.connected, "{way:?}");
    }
}
