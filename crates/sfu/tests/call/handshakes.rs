//! A panic inside one session costs that peer alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::{Interest, with_default},
};
use zoom_protocol::MediaEndReason;

use crate::world::{World, person};

/// A log that panics inside the session that writes to it next, once it is armed.
struct Bomb(Arc<AtomicBool>);

impl Subscriber for Bomb {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("str0m")
    }

    fn event(&self, _: &Event<'_>) {
        assert!(
            !self.0.swap(false, Ordering::Relaxed),
            "a fault inside str0m"
        );
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_session_that_panics_ends_and_the_others_go_on() {
    let armed = Arc::new(AtomicBool::new(false));
    with_default(Bomb(armed.clone()), || {
        let mut world = World::call(91, 3);
        world.assign(1, person(0), 2, (320, 180));
        world.clients[2].microphone = true;
        world.run(Duration::from_secs(1));
        let own = world.clients[0].address;
        // Tests beside this one have no log, and what they reach first may be noted as unheard.
        tracing::callsite::rebuild_interest_cache();
        armed.store(true, Ordering::Relaxed);
        // What looks like DTLS goes to the session, which notes that it has come.
        world.inject(own, &[22; 40]);
        assert!(!armed.load(Ordering::Relaxed));
        assert_eq!(world.ended(0), Some(MediaEndReason::Failed));
        let before = world.clients[1].sound(person(0)).len();
        world.run(Duration::from_secs(1));
        assert!(world.clients[1].sound(person(0)).len() >= before + 49);
        assert_eq!(world.sfu.stats().peers, 2);
    });
}
