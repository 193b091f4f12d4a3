//! A limit for all that is sent.

use std::time::Duration;

use crate::{link::Toward, meeting::Meeting, watch, world::person};

#[test]
fn the_sum_of_what_is_sent_stays_under_the_limit() {
    const LIMIT: u64 = 1_500_000;
    let mut meeting = Meeting::under(41, 4, LIMIT);
    for who in 0..4 {
        meeting.world.clients[who].camera = [true; 3];
        meeting.world.clients[who].microphone = true;
        for slot in 0..3 {
            let other = (who + 1 + usize::from(slot)) % 4;
            meeting.show(who, person(slot), other, (640, 360));
        }
    }
    meeting.run(20.0);
    let mut worst: f64 = 0.0;
    for second in 4..19 {
        let from = Duration::from_secs(second);
        let to = from + Duration::from_secs(1);
        let sum: f64 = (0..4)
            .map(|who| meeting.through(who, Toward::Client, from, to))
            .sum();
        worst = worst.max(sum);
    }
    for who in 0..4 {
        for slot in [0, 1, 2].map(person) {
            let sound = meeting.sound(who, slot);
            let missing =
                watch::missing_sound(sound, Duration::from_secs(3), Duration::from_secs(19));
            assert_eq!(missing, 0);
        }
    }
    assert!(worst <= LIMIT as f64, "{worst}");
    assert!(worst >= 0.6 * LIMIT as f64, "{worst}");
}
