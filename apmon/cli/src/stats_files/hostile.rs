//! Files with any bytes: what is sent of them is in order, and nothing panics.

use std::fs;

use apmon::Value;
use mmstats::Identity;
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use proptest::prelude::*;

use super::fixture::Polled;

/// A file of every kind of stat, each twice, with numbers that no writer has. Nobody knows whether its
/// writer lives.
fn file(words: &[u64; 8]) -> Vec<u8> {
    let all = |kind| Foreign::new(format!("all.{kind}"), kind, "QQQQQQQQ", words);
    let mut fields: Vec<_> = (0..=9).map(all).collect();
    let [first, .., last] = *words;
    let histogram = Foreign::new("histogram", 5, "6Q", &words[..6]);
    fields.extend([
        Foreign::new("counter", 1, "Q", &words[..1]),
        Foreign::new("gauge", 2, "d", &words[1..2]),
        Foreign::new("average", 3, "ddQ", &words[..3]),
        Foreign { parameters: [first, 1], ..Foreign::new("moving", 3, "dQ", &words[3..5]) },
        Foreign::new("timer", 4, "dQdddd", &words[1..7]),
        Foreign { parameters: [first % 4, last % 9], ..histogram },
        Foreign::new("timestamp", 7, "d", &words[6..7]),
        Foreign::new("up-down", 8, "q", &words[7..]),
    ]);
    fields.extend(fields.clone());
    // It is of another machine, so that the writer's process says nothing here.
    let writer = writer_like(&Identity::default(), |it| it.command = "shop".to_owned());
    foreign(&writer, &fields)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_files_hold_names_are_sorted_and_numbers_finite(
        files in proptest::collection::vec(
            (prop::array::uniform8(any::<u64>()), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)),
            4,
        ),
    ) {
        let mut polled = Polled::new("Shop", "web");
        let mut sent = 0;
        for round in 0..4 {
            for (number, (words, changes)) in files.iter().enumerate() {
                let words = words.map(|word| word.rotate_left(7 * round));
                let mut bytes = file(&words);
                for (at, byte) in changes {
                    *at.get_mut(&mut bytes[..]) = *byte;
                }
                // In place: the same file goes on.
                fs::write(polled.path().join(format!("{number}.mmstats")), bytes).unwrap();
            }
            let (now, wall) = polled.tick();
            polled.files.poll(now, wall, round % 2 == 0, |_, _, parameters| {
                sent += parameters.len();
                assert!(parameters.is_sorted_by(|a, b| a.name < b.name));
                assert!(parameters.iter().all(|it| !it.value.is_not_finite()));
                let negative = parameters.iter().find(|it| {
                    it.name.ends_with(b"_R") && matches!(it.value, Value::F64(rate) if rate < 0.0)
                });
                assert_eq!(negative, None);
            });
        }
        prop_assert!(sent > 0);
    }
}
