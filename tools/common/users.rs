//! Users, by uid and name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use mmstats::StatsFile;
use mmstats_cli::escape::escape;
use nix::unistd::{Uid, User as SystemUser, geteuid};
use serde::Serialize;

/// A user. Displays as the name, escaped, else as the uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// The uid.
    pub uid: u32,
    /// `None` if the system knows none.
    pub name: Option<&'static str>,
}

impl User {
    /// The user with this uid. Each is looked up once a run, which may mean to ask another machine.
    pub fn of(uid: u32) -> Self {
        static NAMES: Mutex<BTreeMap<u32, Option<&'static str>>> = Mutex::new(BTreeMap::new());
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let name = *names.entry(uid).or_insert_with(|| {
            let found = SystemUser::from_uid(Uid::from_raw(uid)).ok().flatten();
            // Kept as long as the map, which is for ever.
            found.map(|user| &*user.name.leak())
        });
        Self { uid, name }
    }

    /// The user with whose rights files are read.
    pub fn reader() -> Self {
        Self::of(reader_uid())
    }

    /// The owner of a file.
    pub fn owner(file: &StatsFile) -> Option<Self> {
        file.owner().map(Self::of)
    }

    /// The owner of a file, unless it is the reader, who isn't looked up.
    pub fn other_owner(file: &StatsFile) -> Option<Self> {
        file.owner().filter(|&uid| uid != reader_uid()).map(Self::of)
    }

    /// The uid of a user with this name, else the number.
    ///
    /// # Errors
    ///
    /// Returns the reason if there is neither such a user nor is it a uid.
    pub fn parse_uid(text: &str) -> Result<u32, String> {
        let found = SystemUser::from_name(text);
        if let Ok(Some(user)) = found {
            return Ok(user.uid.as_raw());
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            // To the system, the last one means "no user".
            Ok(uid) if is_number && uid != u32::MAX => Ok(uid),
            _ => Err(match found {
                Ok(_) => "no such user".to_owned(),
                Err(errno) => format!("can't be looked up: {}", errno.desc()),
            }),
        }
    }
}

fn reader_uid() -> u32 {
    static UID: LazyLock<u32> = LazyLock::new(|| geteuid().as_raw());
    *UID
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => f.write_str(&escape(name)),
            None => write!(f, "{}", self.uid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A uid that no system gives to anybody.
    const UNKNOWN: u32 = 4_294_000_000;

    #[test]
    fn users_have_names_where_the_system_knows_them() {
        assert_eq!(User::of(0), User { uid: 0, name: Some("root") });
        assert_eq!(User::of(0).to_string(), "root");
        assert_eq!(User::of(UNKNOWN), User { uid: UNKNOWN, name: None });
        assert_eq!(User::of(UNKNOWN).to_string(), UNKNOWN.to_string());
        let harmful = User { uid: 0, name: Some("\x1b[2Jroot") };
        assert_eq!(harmful.to_string(), r"\x1b[2Jroot");
        assert_eq!(User::reader().uid, geteuid().as_raw());
    }

    #[test]
    fn a_user_is_given_by_name_or_uid() {
        for (text, uid) in [("root", 0), ("0", 0), ("007", 7), ("4294000000", UNKNOWN)] {
            assert_eq!(User::parse_uid(text), Ok(uid), "{text}");
        }
        let too_large = ["4294967295", "4294967296", "99999999999999999999"];
        for wrong in
            ["", "-1", "+1", "1 ", "0x1", "no-such-user", "root\0"].iter().chain(&too_large)
        {
            assert_eq!(User::parse_uid(wrong), Err("no such user".to_owned()), "{wrong}");
        }
    }
}
