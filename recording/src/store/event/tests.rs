//! Events as bytes, and back.

use super::*;

fn events() -> Vec<Event> {
    let life = Life::new(Verdict::Dead, "pid 7 is gone");
    let texts = ErrorTexts {
        path: b"/a\xff".to_vec(),
        summary: "can't be parsed".to_owned(),
        reason: "offset 7".to_owned(),
        is_not_found: true,
    };
    let entries = [Listed::Before(300), Listed::Another(texts)]
        .map(|error| ErrorEntry { is_new: error == Listed::Before(300), error });
    vec![
        Event::Present { writer: 3, is_added: true },
        Event::Life { writer: 3, life },
        Event::Unstable { writer: 3, stats: vec![0, 1000] },
        Event::Absent { writer: 3 },
        Event::Removed { writer: 4 },
        Event::Errors(entries.into()),
        Event::Locations(vec![String::new(), "/dev/shm".to_owned()]),
    ]
}

#[test]
fn events_come_back() {
    for event in events() {
        assert_eq!(Event::decode(&event.encode()), Some(event));
    }
}

#[test]
fn what_is_cut_short_or_of_another_kind_is_no_event() {
    for event in events() {
        let blob = event.encode();
        let bytes = unseal(&blob).unwrap();
        let sealed = |mut bytes: Vec<u8>| {
            seal(&mut bytes);
            bytes
        };
        for size in 0..bytes.len() {
            // Lists may end anywhere between their entries.
            let decoded = Event::decode(&sealed(bytes[..size].to_vec()));
            assert_ne!(decoded.as_ref(), Some(&event));
            assert!(decoded.is_none() || matches!(bytes[0], UNSTABLE | ERRORS | LOCATIONS));
        }
        let mut other = bytes.to_vec();
        other[0] = 99;
        assert_eq!(Event::decode(&sealed(other)), None);
        assert_eq!(Event::decode(bytes), None, "without its checksum");
    }
}

#[test]
fn a_writer_has_a_number_that_keys_have_room_for() {
    let absent = |writer| Event::decode(&Event::Absent { writer }.encode());
    assert_eq!(absent(MAX_ID), Some(Event::Absent { writer: MAX_ID }));
    assert_eq!(absent(MAX_ID + 1), None);
}
