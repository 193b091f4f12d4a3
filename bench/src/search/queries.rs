//! What people search for, by kinds.

use zoom_client::protocol::{Has, Search};

use super::{
    random::Random,
    world::{BEGAN_MS, LASTED_MS, World},
};

/// Words that are in a great many messages.
const COMMON: usize = 12;
/// The ranks of words that are in few.
const RARE: [usize; 2] = [15_000, 30_000];
const MONTH_MS: u64 = 30 * 86_400_000;
const AFTER_NOUNS: [&str; 8] = ["은", "를", "에", "에서", "으로", "도", "했어요", "까지"];

/// One search of a kind.
type Make = fn(&World, &mut Random) -> Search;

/// Every kind of search, with its name. All but those of the last kind are in the largest room.
pub(super) const KINDS: [(&str, Make); 19] = [
    ("Korean word", |world, random| {
        text(world.korean.word(random))
    }),
    ("Korean word with an ending", |world, random| {
        let word = world.korean.word(random);
        text(&format!("{word}{}", random.pick(&AFTER_NOUNS)))
    }),
    ("one Korean syllable", |world, random| {
        let word = world.korean.word(random);
        text(&word.chars().take(1).collect::<String>())
    }),
    ("English word", |world, random| {
        text(world.english.word(random))
    }),
    ("one letter", |world, random| beginning(world, random, 1)),
    ("two letters", |world, random| beginning(world, random, 2)),
    ("three letters and more", |world, random| {
        let letters = 3 + random.below(5);
        beginning(world, random, letters)
    }),
    ("very common word", |world, random| {
        text(&common(world, random))
    }),
    ("rare word", |world, random| {
        let [from, to] = RARE;
        match random.is_in(50) {
            true => text(world.korean.between(from, to, random)),
            false => text(world.english.between(from, to, random)),
        }
    }),
    ("two words of a message", |world, random| {
        let said = remembered(world, random);
        let words: Vec<&str> = said.split_whitespace().collect();
        let first = random.below(words.len().saturating_sub(1));
        let two: Vec<&str> = words.into_iter().skip(first).take(2).collect();
        text(&two.join(" "))
    }),
    ("what nobody wrote", |world, random| {
        // Each pair of syllables is common, all of them together are not there.
        let parts = [(); 3].map(|()| world.korean.between(5, 70, random));
        text(&parts.concat())
    }),
    ("word, person", |world, random| Search {
        sender: Some(sender(world, random)),
        ..text(&any(world, random))
    }),
    ("word, month", |world, random| {
        in_a_month(text(&any(world, random)), random)
    }),
    ("very common word, month", |world, random| {
        in_a_month(text(&common(world, random)), random)
    }),
    ("word, kind", |world, random| Search {
        has: Some(has(random)),
        ..text(&any(world, random))
    }),
    ("person alone", |world, random| Search {
        sender: Some(sender(world, random)),
        ..Search::default()
    }),
    ("person, month, kind", |world, random| {
        let search = Search {
            sender: Some(sender(world, random)),
            has: Some(has(random)),
            ..Search::default()
        };
        in_a_month(search, random)
    }),
    ("two very common words, all filters", |world, random| {
        let [one, other] = [(); 2].map(|()| common(world, random));
        let search = Search {
            sender: Some(sender(world, random)),
            has: Some(has(random)),
            ..text(&format!("{one} {other}"))
        };
        in_a_month(search, random)
    }),
    ("any word, in a small room", |world, random| {
        text(&any(world, random))
    }),
];

fn text(text: &str) -> Search {
    Search {
        text: text.to_owned(),
        ..Search::default()
    }
}

fn any(world: &World, random: &mut Random) -> String {
    let language = match random.is_in(60) {
        true => &world.korean,
        false => &world.english,
    };
    language.word(random).to_owned()
}

fn common(world: &World, random: &mut Random) -> String {
    let language = match random.is_in(50) {
        true => &world.korean,
        false => &world.english,
    };
    language.between(0, COMMON, random).to_owned()
}

/// The first letters of an English word that has so many.
fn beginning(world: &World, random: &mut Random, letters: usize) -> Search {
    loop {
        let word = world.english.word(random);
        if word.chars().count() >= letters {
            return text(&word.chars().take(letters).collect::<String>());
        }
    }
}

fn remembered<'a>(world: &'a World, random: &mut Random) -> &'a str {
    let place = random.below(world.remembered.len());
    world.remembered.get(place).map_or("", String::as_str)
}

fn sender(world: &World, random: &mut Random) -> String {
    let place = random.below(world.people.len());
    let person = world.people.get(place);
    person.map_or(String::new(), |person| person.name.as_str().to_owned())
}

fn has(random: &mut Random) -> Has {
    match random.below(3) {
        0 => Has::File,
        1 => Has::Picture,
        _ => Has::Link,
    }
}

fn in_a_month(search: Search, random: &mut Random) -> Search {
    let from_ms = BEGAN_MS + random.next() % (LASTED_MS - MONTH_MS);
    Search {
        from_ms: Some(from_ms),
        until_ms: Some(from_ms + MONTH_MS),
        ..search
    }
}
