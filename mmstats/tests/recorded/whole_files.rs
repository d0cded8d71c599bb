//! What is put together again shows the same.

use std::fs;
use std::path::Path;

use mmstats::{
    Counter, Family, Histogram, Layout, MmStats, Processes, Stat, StatsFile, Timer, Verdict,
};
use mmstats_testing::parts::{Parts, check};

use crate::{data, kinds, words};

#[test]
fn every_file_shows_the_same_when_it_is_put_together_again() {
    for path in data() {
        let file = StatsFile::read(&path).unwrap();
        assert!(file.stats().len() > 0);
        check(&file).unwrap_or_else(|difference| panic!("{}: {difference}", path.display()));
    }
    for layout in [Layout::Aligned, Layout::Packed] {
        check(&StatsFile::from_bytes("kinds", kinds(layout)).unwrap()).unwrap();
    }
}

#[derive(MmStats)]
struct Shop {
    orders: Family<Counter>,
    sizes: Family<Histogram>,
    latency: Timer,
}

/// A thread that meets many series has several files.
#[test]
fn series_and_further_files_are_put_together_again() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Shop::options().path(directory.path()).create().unwrap();
    for number in 0..300 {
        let tenant = format!("tenant-{number}");
        stats.orders.get(&[("tenant", &*tenant)]).add(number);
        stats.latency.record_secs(0.5);
        if number < 20 {
            stats.sizes.get(&[("tenant", &*tenant)]).record(number);
        }
    }
    let paths: Vec<_> = fs::read_dir(&directory).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(paths.len() > 1, "{paths:?}");
    for path in paths {
        check(&StatsFile::read(path).unwrap()).unwrap();
    }
}

#[test]
fn other_values_are_taken_and_clones_keep_theirs() {
    let file = StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap();
    let parts = Parts::of(&file);
    let mut kept = parts.file(Path::new("kinds")).unwrap();
    let clone = kept.clone();
    let at = kept.stats().take_while(|stat| stat.label() != "counter");
    let at = at.map(|stat| stat.word_count()).sum::<usize>();
    let mut words = parts.words.clone();
    words[at] = 77;
    kept.set_words(&words).unwrap();
    let counter = |file: &StatsFile| file.get("counter").unwrap().value().as_u64();
    assert_eq!((counter(&kept), counter(&clone)), (Some(77), counter(&file)));
    assert_eq!(kept.structure_id(), clone.structure_id());
    let error = kept.set_words(&words[1..]).unwrap_err();
    let size = words.len();
    assert_eq!(
        format!("{error:#}"),
        format!(
            "kinds: can't be parsed: its structure has {size} words of values, found {}",
            size - 1
        )
    );
    assert_eq!(counter(&kept), Some(77), "nothing has changed");
}

#[test]
fn single_words_are_taken_in_any_order() {
    for layout in [Layout::Aligned, Layout::Packed] {
        let file = StatsFile::from_bytes("kinds", kinds(layout)).unwrap();
        let parts = Parts::of(&file);
        let numbered = (1..).zip(&parts.words);
        let others: Vec<_> = numbered.map(|(number, word)| !word ^ (number << 33)).collect();
        let [mut all, mut ascending, mut one_by_one] =
            [(); 3].map(|()| parts.file(Path::new("kinds")).unwrap());
        all.set_words(&others).unwrap();
        let words_of = |others: &[u64]| (0..).zip(others.to_vec()).collect::<Vec<(u32, u64)>>();
        ascending.set_unstable(&[1]);
        let clone = ascending.clone();
        ascending.change_words(words_of(&others)).unwrap();
        assert_eq!((words(&ascending), ascending.unstable()), (words(&all), &[1][..]));
        assert_eq!(words(&clone), parts.words);
        for change in words_of(&others).into_iter().rev() {
            one_by_one.change_words([change]).unwrap();
        }
        assert_eq!(words(&one_by_one), words(&all));
        let size = parts.words.len();
        let error = all.change_words([(0, 1), (size as u32, 2)]).unwrap_err();
        let expected = format!("its structure has {size} words of values, found {}", size + 1);
        assert_eq!(format!("{error:#}"), format!("kinds: can't be parsed: {expected}"));
    }
}

#[test]
fn what_is_unstable_is_kept_beside_the_words() {
    let file = StatsFile::from_bytes("kinds", kinds(Layout::Aligned)).unwrap();
    let mut kept = Parts::of(&file).file(Path::new("kinds")).unwrap();
    kept.set_unstable(&[9, 3, 3, u32::MAX]);
    assert_eq!(kept.unstable(), [3, 9]);
    let stable = |file: &StatsFile| file.stats().filter(Stat::is_stable).count();
    assert_eq!(stable(&kept), file.stats().len() - 2);
    assert!(kept.stats().nth(3).unwrap().note().unwrap().contains("unstable"));
    check(&kept).unwrap();
    let words = words(&kept);
    kept.set_words(&words).unwrap();
    assert_eq!(stable(&kept), file.stats().len());
}

#[test]
fn a_file_of_another_time_has_its_inode_and_owner_and_no_life() {
    let path = data().find(|path| path.ends_with("py-0.8.0-every.mmstats")).unwrap();
    let file = StatsFile::read(&path).unwrap();
    let ((device, inode), owner) = (file.device_and_inode().unwrap(), file.owner().unwrap());
    let plain = StatsFile::from_parts(&path, &file.structure(), &[], &words(&file)).unwrap();
    assert_eq!((plain.device_and_inode(), plain.owner()), (None, None));
    let kept = plain.with_inode(device, inode, owner);
    assert!(file.created().is_some() && kept.created() == file.created());
    for kept in [kept.clone(), kept] {
        assert_eq!((kept.device_and_inode(), kept.owner()), (Some((device, inode)), Some(owner)));
        // The path still has the very file, which says nothing about that time.
        let life = kept.life(&mut Processes::new());
        assert_eq!((life.verdict, &*life.reason), (Verdict::Undecided, "recorded at another time"));
    }
}
