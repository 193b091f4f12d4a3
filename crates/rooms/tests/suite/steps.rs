//! What can happen in the model.

use proptest::prelude::*;

/// One operation. `who` is a participant's place among all that ever were.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Join {
        name: u8,
        peer: bool,
    },
    /// The same participant comes back on another line, cut off before or not.
    Resume {
        who: u8,
        missed: u8,
    },
    Disconnect {
        who: u8,
    },
    Leave {
        who: u8,
    },
    Post {
        who: u8,
        client_id: u8,
        thread: Option<u8>,
        to: Option<u8>,
    },
    /// Say the message with this number, the newest being 0, differently.
    Edit {
        who: u8,
        back: u8,
    },
    Delete {
        who: u8,
        back: u8,
    },
    Mark {
        who: u8,
        back: u8,
        which: u8,
        on: bool,
    },
    /// Read the page before what one has.
    History {
        who: u8,
    },
    /// What is this far back and before it expires.
    Expire {
        back: u8,
    },
    Typing {
        who: u8,
        typing: bool,
    },
    Hand {
        who: u8,
        raised: bool,
    },
    React {
        who: u8,
    },
    Publish {
        who: u8,
        bits: u8,
    },
    View {
        who: u8,
        shown: Vec<u8>,
    },
    Offer {
        who: u8,
        replace: bool,
    },
    Speakers {
        ranked: Vec<u8>,
    },
    Quality {
        who: u8,
        good: bool,
    },
    /// The oldest write is carried out.
    Write,
    /// What is under way comes back: the oldest outcome of the disk, some read, some offer.
    Written,
    Read {
        which: u8,
    },
    Negotiated {
        which: u8,
        ok: bool,
    },
    Pass {
        ms: u16,
    },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let who = 0_u8..12;
    prop_oneof![
        4 => (0_u8..3, any::<bool>()).prop_map(|(name, peer)| Step::Join { name, peer }),
        2 => (who.clone(), 0_u8..9).prop_map(|(who, missed)| Step::Resume { who, missed }),
        2 => who.clone().prop_map(|who| Step::Disconnect { who }),
        1 => who.clone().prop_map(|who| Step::Leave { who }),
        6 => (who.clone(), 0_u8..12, prop::option::weighted(0.2, 0_u8..9), prop::option::weighted(0.2, who.clone()))
            .prop_map(|(who, client_id, thread, to)| Step::Post { who, client_id, thread, to }),
        2 => (who.clone(), 0_u8..9).prop_map(|(who, back)| Step::Edit { who, back }),
        2 => (who.clone(), 0_u8..9).prop_map(|(who, back)| Step::Delete { who, back }),
        4 => (who.clone(), 0_u8..9, 0_u8..2, prop::bool::weighted(0.7))
            .prop_map(|(who, back, which, on)| Step::Mark { who, back, which, on }),
        3 => who.clone().prop_map(|who| Step::History { who }),
        1 => (6_u8..30).prop_map(|back| Step::Expire { back }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, typing)| Step::Typing { who, typing }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, raised)| Step::Hand { who, raised }),
        1 => who.clone().prop_map(|who| Step::React { who }),
        2 => (who.clone(), 0_u8..16).prop_map(|(who, bits)| Step::Publish { who, bits }),
        3 => (who.clone(), prop::collection::vec(0_u8..12, 0..6))
            .prop_map(|(who, shown)| Step::View { who, shown }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, replace)| Step::Offer { who, replace }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, good)| Step::Quality { who, good }),
        2 => prop::collection::vec(who, 0..5).prop_map(|ranked| Step::Speakers { ranked }),
        9 => Just(Step::Write),
        9 => Just(Step::Written),
        4 => any::<u8>().prop_map(|which| Step::Read { which }),
        4 => (any::<u8>(), prop::bool::weighted(0.8))
            .prop_map(|(which, ok)| Step::Negotiated { which, ok }),
        2 => (0_u16..20_000).prop_map(|ms| Step::Pass { ms }),
    ]
}
