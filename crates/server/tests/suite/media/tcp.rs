//! Where UDP is blocked people meet over ICE-TCP, and strangers on that port are bounded.

use std::{collections::BTreeSet, io::Write, net::TcpStream, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream as AsyncStream,
};
use zoom_client::media::{MediaOptions, Way};

use super::house::{Guest, House, ON, all_see_and_hear_each_other, assert_nothing_lost};
use crate::waiting::{soon, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_udp_three_people_see_and_hear_each_other() {
    let house = House::with(|config| config.media.udp = false).await;
    let mut guests = Vec::new();
    for name in ["A", "B", "C"] {
        guests.push(house.tcp_guest(name).await);
    }
    all_see_and_hear_each_other(&guests, 30).await;
    for guest in &guests {
        assert_nothing_lost(guest);
        let answer = guest.joined.media.as_ref().unwrap();
        let mut candidates = answer.answer.lines().filter(|l| l.contains("candidate:"));
        assert!(
            candidates.all(|line| line.contains(" tcp ")),
            "{}",
            answer.answer
        );
    }
    assert_eq!(house.media.counters().connections, 3);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tcp_and_udp_meet_in_one_room_on_any_of_several_threads() {
    let house = House::with(|config| config.media.threads = 3).await;
    // Each room goes to the thread with the fewest; TCP comes in at one port for all of them.
    let mut rooms = Vec::new();
    for room in ["one", "two", "three"] {
        let tcp = MediaOptions {
            way: Way::Tcp,
            ..MediaOptions::default()
        };
        let by_udp = house.guest_in(room, "Udp", ON, MediaOptions::default());
        let by_udp = by_udp.await;
        let by_tcp = house.guest_in(room, "Tcp", ON, tcp).await;
        rooms.push([by_udp, by_tcp]);
    }
    for guests in &rooms {
        all_see_and_hear_each_other(guests, 20).await;
    }
    let udp_port = |guests: &[Guest; 2]| {
        let answer = &guests[0].joined.media.as_ref().unwrap().answer;
        let candidate = answer.lines().find(|line| line.contains(" udp "));
        candidate.unwrap().split(' ').nth(5).unwrap().to_owned()
    };
    let ports: BTreeSet<String> = rooms.iter().map(udp_port).collect();
    assert_eq!(ports.len(), 3, "every room has a thread of its own");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_connection_is_noticed_and_its_place_is_free_again() {
    let house = House::start().await;
    let stays = house.guest("Stays").await;
    let goes = house.tcp_guest("Goes").await;
    stays.sees_and_hears(goes.id, 5).await;
    assert_eq!(house.media.counters().connections, 1);
    goes.leave().await;
    let media = house.media.clone();
    until("the place to be free", || media.counters().connections == 0).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_proves_nothing_is_closed() {
    let house = House::with(|config| config.limits.ice_tcp_timeout_ms = 300).await;
    let says: [&[u8]; 4] = [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        // A frame that never becomes whole, and one that is no STUN request.
        b"\x04\x00half",
        b"\x00\x04\x16\xfe\xfd\x00",
    ];
    for words in says {
        let stream = AsyncStream::connect(house.media_address()).await;
        let mut stream = stream.unwrap();
        stream.write_all(words).await.unwrap();
        let mut heard = Vec::new();
        let ended = soon("the end", stream.read_to_end(&mut heard)).await;
        // A reset is an end as well, when the server closes with words unread.
        assert!(ended.is_err() || heard.is_empty(), "{heard:?}");
    }
    let media = house.media.clone();
    until("all places to be free", || {
        media.counters().connections == 0
    })
    .await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_cannot_take_every_place() {
    let house = House::with(|config| config.limits.ice_tcp_per_address = 3).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(AsyncStream::connect(house.media_address()).await.unwrap());
    }
    let media = house.media.clone();
    until("three places to be taken", || {
        media.counters().connections == 3
    })
    .await;
    let mut refused = AsyncStream::connect(house.media_address()).await.unwrap();
    let ended = soon("the end", refused.read(&mut [0])).await;
    assert_eq!(ended.unwrap_or(0), 0);
    drop(held);
    until("the places to be free", || {
        media.counters().connections == 0
    })
    .await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_meet_while_strangers_hold_connections() {
    let house = House::with(|config| config.media.udp = false).await;
    let address = house.media_address();
    let strangers: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"\x00\x40").unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(1)))
                .unwrap();
            stream
        })
        .collect();
    let guests = [house.tcp_guest("A").await, house.tcp_guest("B").await];
    all_see_and_hear_each_other(&guests, 20).await;
    drop(strangers);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stops_reading_costs_nobody_else_anything_and_comes_back() {
    let house = House::start().await;
    let speaks = MediaOptions {
        packets_per_frame: [8, 8, 8],
        ..MediaOptions::default()
    };
    let speaks = house.guest_with("Speaks", ON, speaks).await;
    let reads = house.guest("Reads").await;
    let slow = house.tcp_guest("Slow").await;
    slow.sees_and_hears(speaks.id, 5).await;
    slow.peer.read(false);
    reads.sees_and_hears(speaks.id, 60).await;
    assert_nothing_lost(&reads);
    // It reads again, and is back in the call.
    slow.peer.read(true);
    slow.sees_and_hears(speaks.id, 10).await;
    house.stop().await;
}
