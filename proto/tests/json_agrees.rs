//! The JSON codec and prost-reflect say the same of every message of the contract, and of one with every kind of field:
//! of bytes, of texts, of messages that are chosen at random, and of both with a little damage.

/// Inputs of each message, of each of the five things that are done with it.
const ROUNDS: u64 = 12;

/// Sebastiano Vigna's splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[test]
fn the_codec_and_dynamic_messages_agree() {
    let seed = std::env::var("TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        now.as_secs()
    });
    println!("seed {seed} (TEST_SEED)");
    let messages = tacos_proto::testing::messages();
    assert!(messages > 300, "only {messages} messages");
    let mut random = Random(seed);
    for message in 0..u16::try_from(messages).expect("few") {
        for round in 0..ROUNDS * 5 {
            let [low, high] = message.to_le_bytes();
            let what = u8::try_from(round % 5).expect("below five");
            let length = random.next() % if what < 2 { 40 } else { 600 };
            let mut input = vec![low, high, what];
            while (input.len() as u64) < 3 + length {
                input.extend(random.next().to_le_bytes());
            }
            tacos_proto::testing::json(&input);
        }
    }
}
