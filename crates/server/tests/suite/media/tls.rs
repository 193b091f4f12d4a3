//! The Rust client reaches a server with a self-made certificate, and believes no other one.

use zoom_client::{Client, ClientError, ConnectOptions, Trust};
use zoom_server::TlsSettings;

use super::house::House;
use crate::waiting::soon;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_made_certificate_is_believed_by_whoever_was_told_to() {
    let house = House::with(|config| config.tls = TlsSettings::SelfMade).await;
    let url = format!("wss://{}", house.address);
    let with = |trust| ConnectOptions {
        trust,
        ..ConnectOptions::default()
    };
    let (client, _events) = soon("a socket", Client::connect_with(&url, with(Trust::Anybody)))
        .await
        .unwrap();
    client.ping().await.unwrap();
    let refused = Client::connect(&url).await;
    assert!(
        matches!(refused, Err(ClientError::Connect(_))),
        "{refused:?}"
    );
    let other = Trust::Exactly(vec![0x30, 0].into());
    let refused = Client::connect_with(&url, with(other)).await;
    assert!(
        matches!(refused, Err(ClientError::Connect(_))),
        "{refused:?}"
    );
    client.close().await;
    house.stop().await;
}
