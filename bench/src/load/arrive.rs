//! How a person comes: by an address of their own, through the WebSocket, with an offer.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Instant,
};

use anyhow::{Context, Result};
use zoom_client::{
    Client, ConnectOptions,
    protocol::{Join, MediaAnswer, ParticipantId, Sources},
};

use super::{
    driver::Driver,
    offer::Draft,
    peer::{Peer, Role},
};

/// A server bounds what one address may do; loopback has many.
const PEOPLE_PER_ADDRESS: usize = 50;

/// Somebody who has joined and whose peer does not run yet.
pub(super) struct Arrived {
    pub(super) client: Client,
    pub(super) you: ParticipantId,
    pub(super) answer: MediaAnswer,
    pub(super) draft: Draft,
    pub(super) joined_at: Instant,
}

/// Connects and joins.
pub(super) async fn arrive(
    url: &str,
    number: usize,
    room: &str,
    sources: Sources,
    draft: Draft,
) -> Result<Arrived> {
    let options = ConnectOptions {
        local: Some(source_address(number)),
        ..ConnectOptions::default()
    };
    // Nobody reads the events; the client drops them then.
    let (client, _) = Client::connect_with(url, options).await?;
    let joined_at = Instant::now();
    let joined = client
        .join(Join {
            identity: None,
            room: room.parse()?,
            name: format!("Load {number}").parse()?,
            sources,
            media: Some(draft.offer.clone()),
        })
        .await
        .with_context(|| format!("person {number} could not join"))?;
    let answer = joined.media.context("the server answered without media")?;
    Ok(Arrived {
        client,
        you: joined.you,
        answer,
        draft,
        joined_at,
    })
}

/// Has the peer of somebody run who only watches a room in which nobody publishes.
pub(super) fn settle(driver: &Driver, number: usize, arrived: Arrived) -> Result<Client> {
    let Arrived {
        client,
        answer,
        draft,
        joined_at,
        ..
    } = arrived;
    let local = source_address(number);
    driver.add(Peer::new(
        draft,
        &answer,
        local,
        joined_at,
        Role::default(),
    )?)?;
    Ok(client)
}

/// The loopback address of a person.
pub(crate) fn source_address(number: usize) -> IpAddr {
    let place = (number / PEOPLE_PER_ADDRESS) as u32;
    Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + place).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_from_as_many_addresses_as_they_need() {
        let address = |last| IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
        assert_eq!(source_address(0), address(1));
        assert_eq!(source_address(49), address(1));
        assert_eq!(source_address(50), address(2));
        assert!(source_address(2_000).is_loopback());
    }
}
