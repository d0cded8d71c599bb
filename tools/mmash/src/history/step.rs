//! How far apart the points of the history are, and how many series have room then.

/// How many polls one point may stand for.
const POLLS: [u16; 7] = [1, 2, 5, 10, 15, 30, 60];
/// How many polls the history covers: an hour of them, one second apart.
pub const COVERED: usize = 3_600;
/// Maximum number of bytes that the points take.
const BYTES: usize = 64 << 20;

/// One step of all series: it only gets coarser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step(usize);

impl Step {
    /// How many polls a point stands for.
    pub fn polls(self) -> u16 {
        POLLS[self.0]
    }

    /// How many points are kept.
    pub fn points(self) -> usize {
        COVERED / usize::from(self.polls())
    }

    /// How many series have room.
    pub fn max_series(self) -> usize {
        BYTES / size_of::<f32>() / self.points()
    }

    /// The next coarser one, if there is one.
    pub fn coarser(self) -> Option<Self> {
        (self.0 + 1 < POLLS.len()).then_some(Self(self.0 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_room_for_as_many_series_as_fit_into_64_mib() {
        let steps: Vec<_> = std::iter::successors(Some(Step::default()), |step| step.coarser())
            .map(|step| (step.polls(), step.points(), step.max_series()))
            .collect();
        assert_eq!(
            steps,
            [
                (1, 3_600, 4_660),
                (2, 1_800, 9_320),
                (5, 720, 23_301),
                (10, 360, 46_603),
                (15, 240, 69_905),
                (30, 120, 139_810),
                (60, 60, 279_620),
            ]
        );
        assert!(steps.iter().all(|(_, points, series)| points * series * 4 <= 64 << 20));
    }
}
