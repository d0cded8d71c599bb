//! The destinations and options of a configuration, as a sender uses them.

use std::sync::Arc;

use super::route::Route;
use crate::config::{Configuration, Destination, Options, Problem};
use crate::wire::NUMBERS;

/// Replaced as a whole when sources are read again.
#[derive(Debug)]
pub(super) struct Routing {
    pub(super) routes: Vec<Arc<Route>>,
    pub(super) options: Options,
    /// What was wrong with each source when it was read last, so that it is reported once.
    pub(super) problems: Vec<Problem>,
    /// The bytes of the longest header, with its numbers.
    pub(super) header_room: usize,
}

impl Routing {
    /// Of a configuration and of destinations that the program gave. Destinations that are in `old`
    /// stay, and so do the problems of sources about which nothing new is known.
    pub(super) fn new(
        own: &[Destination],
        configuration: Configuration,
        old: Option<&Self>,
    ) -> Self {
        let Configuration { destinations, options, mut problems } = configuration;
        let (old_routes, old_problems) =
            old.map_or((&[][..], &[][..]), |old| (&old.routes, &old.problems));
        let mut routes = Vec::<Arc<Route>>::new();
        for destination in own.iter().cloned().chain(destinations) {
            if routes.iter().all(|route| route.destination != destination) {
                let stays =
                    old_routes.iter().find(|route| route.destination == destination).cloned();
                routes.push(stays.unwrap_or_else(|| Arc::new(Route::new(destination))));
            }
        }
        let is_new = |problem: &Problem| problems.iter().any(|new| new.source == problem.source);
        let others: Vec<_> =
            old_problems.iter().filter(|problem| !is_new(problem)).cloned().collect();
        problems.extend(others);
        Self::of(routes, options, problems)
    }

    /// The same in a forked child.
    pub(super) fn in_child(&self) -> Self {
        let routes = self.routes.iter().map(|route| Arc::new(route.in_child())).collect();
        Self::of(routes, self.options.clone(), self.problems.clone())
    }

    fn of(routes: Vec<Arc<Route>>, options: Options, problems: Vec<Problem>) -> Self {
        let longest = routes.iter().map(|route| route.header().len()).max();
        let header_room = longest.unwrap_or_default() + NUMBERS;
        Self { routes, options, problems, header_room }
    }

    /// The destinations that packets are sent to.
    pub(super) fn active(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.routes.iter().filter(|route| !route.is_duplicate())
    }
}
