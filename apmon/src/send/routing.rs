//! The destinations and options of a configuration, as a sender uses them.

use std::sync::Arc;

use super::route::Route;
use crate::config::{Configuration, Destination, Options};
use crate::wire::NUMBERS;

/// Replaced as a whole when sources are read again.
#[derive(Debug)]
pub(super) struct Routing {
    pub(super) routes: Vec<Arc<Route>>,
    pub(super) options: Options,
    /// The bytes of the longest header, with its numbers.
    pub(super) header_room: usize,
}

impl Routing {
    /// Of a configuration and of destinations that the program gave. Those that are in `old` stay.
    pub(super) fn new(
        own: &[Destination],
        configuration: Configuration,
        old: &[Arc<Route>],
    ) -> Self {
        let Configuration { destinations, options, .. } = configuration;
        let mut routes = Vec::<Arc<Route>>::new();
        for destination in own.iter().cloned().chain(destinations) {
            if routes.iter().all(|route| route.destination != destination) {
                let stays = old.iter().find(|route| route.destination == destination).cloned();
                routes.push(stays.unwrap_or_else(|| Arc::new(Route::new(destination))));
            }
        }
        Self::of(routes, options)
    }

    /// The same in a forked child.
    pub(super) fn in_child(&self) -> Self {
        let routes = self.routes.iter().map(|route| Arc::new(route.in_child())).collect();
        Self::of(routes, self.options.clone())
    }

    fn of(routes: Vec<Arc<Route>>, options: Options) -> Self {
        let longest = routes.iter().map(|route| route.header().len()).max();
        let header_room = longest.unwrap_or_default() + NUMBERS;
        Self { routes, options, header_room }
    }

    /// The destinations that packets are sent to.
    pub(super) fn active(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.routes.iter().filter(|route| !route.is_duplicate())
    }
}
