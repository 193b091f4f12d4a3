//! What a media thread says of a subscriber's pictures reaches that subscriber, and nobody else.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes is let go"
)]

use std::{future::pending, net::Ipv4Addr};

use tempfile::TempDir;
use zoom_client::{
    Client, ConnectOptions,
    media::{Draft, MediaOptions},
};
use zoom_protocol::{Event, Join, Joined, ResumeRequest, SlotId, Sources, Tile, TileSource};
use zoom_sfu::Event as MediaEvent;

use crate::{MediaSettings, Server, ServerConfig};

/// Somebody who comes in with a peer and the camera on.
async fn enter(client: &Client, name: &str) -> Joined {
    let (_, offer) = Draft::new(MediaOptions::default()).unwrap();
    let join = Join {
        identity: None,
        room: "r".parse().unwrap(),
        name: name.parse().unwrap(),
        sources: Sources {
            camera: true,
            ..Sources::default()
        },
        media: Some(offer),
    };
    client.join(join).await.unwrap()
}

#[tokio::test]
async fn a_paused_picture_is_told_over_the_socket_and_again_after_a_resume() {
    let data = TempDir::new().unwrap();
    let mut config = ServerConfig::new(data.path());
    config.listen = (Ipv4Addr::LOCALHOST, 0).into();
    config.media = MediaSettings {
        port: 0,
        advertise: vec![Ipv4Addr::LOCALHOST.into()],
        ..MediaSettings::default()
    };
    let server = Server::open(config).await.unwrap();
    let url = format!("ws://{}", server.local_addr());
    let media = server.media().clone();
    let serving = tokio::spawn(server.serve(pending()));

    let (ann, mut told_ann) = Client::connect(&url).await.unwrap();
    let (bo, mut told_bo) = Client::connect(&url).await.unwrap();
    let ann_in = enter(&ann, "Ann").await;
    let bo_in = enter(&bo, "Bo").await;
    let tile = Tile {
        participant: ann_in.you,
        source: TileSource::Camera,
        width: 640,
        height: 360,
    };
    bo.view(vec![tile]).await.unwrap();
    let slot: Option<SlotId> = told_bo
        .find(|event| match event {
            Event::Slots { slots } => slots
                .iter()
                .find(|slot| slot.participant == Some(ann_in.you))
                .map(|slot| slot.slot),
            _ => None,
        })
        .await;
    let slot = slot.unwrap();
    let say = |paused| {
        media.tell(MediaEvent::Picture {
            participant: bo_in.you,
            slot,
            publisher: ann_in.you,
            paused,
        });
    };
    let picture = |event| match event {
        Event::Picture { slot, paused } => Some((slot, paused)),
        _ => None,
    };
    say(true);
    assert_eq!(told_bo.find(picture).await, Some((slot, true)));

    bo.break_off().await;
    let resume = ResumeRequest {
        token: bo_in.resume_token,
        after: 0,
    };
    let options = ConnectOptions {
        resume: Some(resume),
        ..ConnectOptions::default()
    };
    let (back, mut told_back) = Client::connect_with(&url, options).await.unwrap();
    let resumed = back.welcome().resumed.clone().unwrap();
    assert_eq!(resumed.paused, [slot]);
    say(false);
    assert_eq!(told_back.find(picture).await, Some((slot, false)));

    // What Ann is told last shows that nothing of it was for her.
    back.leave().await.unwrap();
    let left = told_ann.find(|event| match event {
        Event::ParticipantLeft { participant, .. } => Some(participant),
        Event::Picture { .. } => panic!("a picture of somebody else's slot"),
        _ => None,
    });
    assert_eq!(left.await, Some(bo_in.you));
    serving.abort();
}
