//! Texts, and numbers that identify: sent when they change, or when all are wanted.

use std::collections::HashMap;

use super::figures::{Figure, FigureValue, Role};

/// What was last sent of a node.
#[derive(Debug, Default)]
pub struct Constants(HashMap<String, FigureValue>);

impl Constants {
    /// Removes the constants that are what they were at the last call, unless `all` are wanted. Those that
    /// are gone are forgotten.
    pub fn keep_changed(&mut self, figures: &mut Vec<Figure>, all: bool) {
        let mut before = std::mem::take(&mut self.0);
        figures.retain(|figure| {
            if figure.role != Role::Constant {
                return true;
            }
            let is_known = match before.remove_entry(&figure.name) {
                Some((name, value)) if value == figure.value => {
                    self.0.insert(name, value);
                    true
                }
                _ => {
                    self.0.insert(figure.name.clone(), figure.value.clone());
                    false
                }
            };
            all || !is_known
        });
    }
}
