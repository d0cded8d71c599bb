//! Files taken apart, and put together again.

use mmstats::{ReadError, StatsFile, WatchedFile};

use crate::sameness::{same, same_shown};

/// What a recording keeps of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub structure: Vec<u8>,
    pub identity: Vec<u8>,
    pub words: Vec<u64>,
    pub unstable: Vec<u32>,
    /// Device, inode and owner.
    pub inode: Option<(u64, u64, u32)>,
}

impl Parts {
    pub fn of(file: &StatsFile) -> Self {
        let mut words = Vec::new();
        file.append_words(&mut words);
        let inode = file.device_and_inode().zip(file.owner());
        Self {
            structure: file.structure(),
            identity: file.identity_bytes().to_vec(),
            words,
            unstable: file.unstable().to_vec(),
            inode: inode.map(|((device, inode), owner)| (device, inode, owner)),
        }
    }

    /// The file again.
    pub fn file(&self, path: &std::path::Path) -> Result<StatsFile, ReadError> {
        let mut file = StatsFile::from_parts(path, &self.structure, &self.identity, &self.words)?;
        file.set_unstable(&self.unstable);
        Ok(match self.inode {
            Some((device, inode, owner)) => file.with_inode(device, inode, owner),
            None => file,
        })
    }
}

/// The file again, with its life.
pub fn kept(watched: &WatchedFile) -> WatchedFile {
    let file = Parts::of(watched.file()).file(watched.file().path());
    WatchedFile::new(file.expect("its own parts"), watched.life().clone())
}

/// Whether a file that is put together again shows the same, and has the same parts; an error is the
/// first difference. Parts of other sizes must be rejected.
pub fn check(file: &StatsFile) -> Result<(), String> {
    let parts = Parts::of(file);
    same("number of words", &parts.words.len(), &file.word_count())?;
    let of_stats = file.stats().map(|stat| stat.word_count()).sum();
    same("number of the stats' words", &parts.words.len(), &of_stats)?;
    same("size", &(parts.structure.len() <= file.size()), &true)?;
    let mut again = parts.file(file.path()).map_err(|error| format!("{error:#}"))?;
    same_shown(&again, file)?;
    same("parts", &Parts::of(&again), &parts)?;

    let others: Vec<u64> = parts.words.iter().map(|word| !word).collect();
    again.set_words(&others).map_err(|error| format!("{error:#}"))?;
    again.set_words(&parts.words).map_err(|error| format!("{error:#}"))?;
    again.set_unstable(&parts.unstable);
    same_shown(&again, file)?;

    let (structure, identity, words) =
        (&parts.structure[..], &parts.identity[..], &parts.words[..]);
    let more = [words, &[0]].concat();
    let longer = [identity, &[0; 8]].concat();
    let fewer = words.split_last().map(|(_, fewer)| fewer);
    let shorter = identity.split_last_chunk::<8>().map(|(shorter, _)| shorter);
    for (identity, words) in [(Some(identity), Some(&more[..])), (Some(identity), fewer)]
        .into_iter()
        .chain([(Some(&longer[..]), Some(words)), (shorter, Some(words))])
    {
        let (Some(identity), Some(words)) = (identity, words) else { continue };
        let made = StatsFile::from_parts("file", structure, identity, words);
        same("an error", &matches!(made, Err(ReadError::Damaged { .. })), &true)?;
    }
    Ok(())
}
