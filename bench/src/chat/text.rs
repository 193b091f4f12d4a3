//! What people write.

/// Parts of messages, short and long, in two languages.
const PARTS: [&str; 8] = [
    "I think we can ship this on Thursday. ",
    "회의는 세 시에 시작해요. ",
    "Could somebody look at the failing build? ",
    "네, 확인했습니다! ",
    "see https://example.org/issues/4711 for the rest. ",
    "`cargo test` is green again, ",
    "점심 먹고 다시 이야기해요. ",
    "ok ",
];

/// The text of the message with this number: 3 to 150 characters.
pub(super) fn text(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let count = 1 + (mixed >> 60) % 4;
    let part = |place: u64| PARTS[(mixed >> (8 * place)) as usize % PARTS.len()];
    let mut text: String = (0..count).map(part).collect();
    text.push_str(&number.to_string());
    text
}
