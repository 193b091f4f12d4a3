//! Which layer of which picture a subscriber is sent, when the way does not carry all.
//!
//! The order in which pictures give way: small ones first, then larger ones, each to its smallest
//! layer before the next is touched and not at all before it is paused; the person who speaks and
//! what is shown on a stage last. Sound is not asked: it is taken off the budget beforehand.

use std::cmp::Reverse;

use zoom_protocol::SlotId;

use crate::layers::LAYERS;

/// A picture that a subscriber would like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) slot: SlotId,
    /// Whether it gives way last: what a stage shows, or who speaks.
    pub(crate) rank: Rank,
    /// Its pixels on the subscriber's screen.
    pub(crate) area: u64,
    /// Bits per second of each layer that flows, up to the one that fits the screen.
    pub(crate) layers: [Option<u64>; LAYERS],
    /// What it gets: a layer, or a pause.
    pub(crate) granted: Option<usize>,
}

/// How long a picture holds out, those that hold out longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Stage,
    Speaker,
    Other,
}

/// Divides a budget in bits per second; returns what is used of it.
pub(crate) fn allocate(budget_bps: u64, asks: &mut [Ask]) -> u64 {
    asks.sort_unstable_by_key(Ask::order);
    let mut left = budget_bps;
    for ask in asks.iter_mut() {
        ask.granted = None;
        // Others wait until each has its smallest layer.
        let best = match ask.rank {
            Rank::Stage | Rank::Speaker => ask.best(left),
            Rank::Other => ask.smallest(left),
        };
        if let Some((layer, bps)) = best {
            ask.granted = Some(layer);
            left -= bps;
        }
    }
    for ask in asks.iter_mut() {
        let Some(granted) = ask.granted else { continue };
        let has = ask.layers[granted].unwrap_or(0);
        if let Some((layer, bps)) = ask.best(left + has)
            && layer > granted
        {
            ask.granted = Some(layer);
            left = left + has - bps;
        }
    }
    budget_bps - left
}

impl Ask {
    /// The largest layer that a budget carries.
    fn best(&self, budget_bps: u64) -> Option<(usize, u64)> {
        let flowing = self.layers.iter().enumerate().rev();
        let mut known = flowing.filter_map(|(at, bps)| Some((at, (*bps)?)));
        known.find(|(_, bps)| *bps <= budget_bps)
    }

    /// The smallest layer, if a budget carries it.
    fn smallest(&self, budget_bps: u64) -> Option<(usize, u64)> {
        let flowing = self.layers.iter().enumerate();
        let mut known = flowing.filter_map(|(at, bps)| Some((at, (*bps)?)));
        known.next().filter(|(_, bps)| *bps <= budget_bps)
    }

    /// Asks for no more than a layer, or for nothing.
    pub(crate) fn limit(&mut self, most: Option<usize>) {
        let above = most.map_or(0, |layer| layer + 1);
        for bps in self.layers.iter_mut().skip(above) {
            *bps = None;
        }
    }

    /// Those that hold out longest come first.
    pub(crate) fn order(&self) -> (Rank, Reverse<u64>, SlotId) {
        (self.rank, Reverse(self.area), self.slot)
    }

    /// Bits per second of the smallest layer that there is.
    pub(crate) fn least_bps(&self) -> u64 {
        self.smallest(u64::MAX).map_or(0, |(_, bps)| bps)
    }

    /// Bits per second of the best that there is.
    pub(crate) fn most_bps(&self) -> u64 {
        self.best(u64::MAX).map_or(0, |(_, bps)| bps)
    }
}

/// The most that each of several takers of a common budget may use, so that none gets less than
/// another that asks for less or as much; `None` where all get what they ask for.
pub(crate) fn level(budget_bps: u64, asks: &mut [u64]) -> Option<u64> {
    asks.sort_unstable();
    let mut left = budget_bps;
    let mut takers = asks.len() as u64;
    for ask in asks.iter().copied() {
        let share = left / takers.max(1);
        if ask > share {
            return Some(share);
        }
        left -= ask;
        takers -= 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zoom_protocol::SlotKind;

    use super::*;

    const CAMERA: [Option<u64>; LAYERS] = [Some(150_000), Some(500_000), Some(1_500_000)];

    fn ask(index: u8, rank: Rank, area: u64) -> Ask {
        let kind = if rank == Rank::Stage {
            SlotKind::Stage
        } else {
            SlotKind::Person
        };
        Ask {
            slot: SlotId { kind, index },
            rank,
            area,
            layers: CAMERA,
            granted: None,
        }
    }

    fn granted(asks: &[Ask], index: u8) -> Option<usize> {
        let found = asks.iter().find(|ask| ask.slot.index == index);
        found.and_then(|ask| ask.granted)
    }

    #[test]
    fn all_get_what_fits_their_tiles_where_there_is_room() {
        let mut asks = [ask(0, Rank::Other, 100), ask(1, Rank::Speaker, 100)];
        assert_eq!(allocate(3_000_000, &mut asks), 3_000_000);
        assert!(asks.iter().all(|ask| ask.granted == Some(2)));
    }

    #[test]
    fn the_speaker_keeps_quality_while_others_go_down() {
        let mut asks = [
            ask(0, Rank::Other, 900),
            ask(1, Rank::Speaker, 100),
            ask(2, Rank::Other, 100),
        ];
        allocate(1_850_000, &mut asks);
        assert_eq!(granted(&asks, 1), Some(2));
        assert_eq!(granted(&asks, 0), Some(0));
        assert_eq!(granted(&asks, 2), Some(0));
    }

    #[test]
    fn the_smallest_picture_is_paused_first() {
        let mut asks = [
            ask(0, Rank::Other, 100),
            ask(1, Rank::Other, 900),
            ask(2, Rank::Other, 500),
        ];
        allocate(310_000, &mut asks);
        assert_eq!(granted(&asks, 0), None);
        assert_eq!(granted(&asks, 1), Some(0));
        assert_eq!(granted(&asks, 2), Some(0));
    }

    #[test]
    fn a_stage_holds_out_longest() {
        let mut asks = [ask(0, Rank::Speaker, 900), ask(1, Rank::Stage, 100)];
        allocate(160_000, &mut asks);
        assert_eq!(granted(&asks, 1), Some(0));
        assert_eq!(granted(&asks, 0), None);
    }

    #[test]
    fn a_level_leaves_those_alone_who_ask_for_little() {
        assert_eq!(level(100, &mut [10, 20, 30]), None);
        assert_eq!(level(100, &mut [10, 80, 90]), Some(45));
        assert_eq!(level(0, &mut [1]), Some(0));
        assert_eq!(level(5, &mut []), None);
    }

    proptest! {
        #[test]
        fn a_budget_is_never_exceeded_and_more_of_it_never_makes_the_first_worse(
            budget in 0_u64..10_000_000,
            more in 0_u64..3_000_000,
            areas in prop::collection::vec(0_u64..1_000_000, 1..12),
        ) {
            let asks: Vec<_> = areas
                .iter()
                .zip(0_u8..)
                .map(|(area, index)| ask(index, Rank::Other, *area))
                .collect();
            let (mut some, mut all) = (asks.clone(), asks);
            let used = allocate(budget, &mut some);
            let sum: u64 = some
                .iter()
                .filter_map(|ask| ask.layers[ask.granted?])
                .sum();
            prop_assert_eq!(used, sum);
            prop_assert!(used <= budget);
            allocate(budget + more, &mut all);
            prop_assert!(all[0].granted >= some[0].granted);
        }
    }
}
