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
        let EventRow { what, writer, detail } = event.encode();
        assert_eq!(Event::decode(what, writer, &detail), Some(event));
    }
}

#[test]
fn what_is_cut_short_or_of_another_kind_is_no_event() {
    for event in events() {
        let EventRow { what, writer, detail } = event.encode();
        let bytes = unseal(&detail).unwrap();
        for size in 0..bytes.len() {
            let mut cut = bytes[..size].to_vec();
            seal(&mut cut);
            // Lists may end anywhere between their entries.
            let decoded = Event::decode(what, writer, &cut);
            assert_ne!(decoded.as_ref(), Some(&event));
            assert!(decoded.is_none() || matches!(what, UNSTABLE | ERRORS | LOCATIONS));
        }
        assert_eq!(Event::decode(99, writer, &detail), None);
        let other = if writer.is_none() { Some(1) } else { None };
        assert_eq!(Event::decode(what, other, &detail), None);
    }
}
