//! Things kept under an id for later requests; the oldest gives way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

/// How many things are kept.
const LIMIT: usize = 24;

/// Things kept under an id.
#[derive(Debug)]
pub(crate) struct Drawer<T>(Mutex<IndexMap<String, Arc<T>>>);

impl<T> Default for Drawer<T> {
    fn default() -> Self {
        Self(Mutex::new(IndexMap::new()))
    }
}

impl<T> Drawer<T> {
    /// Keeps a thing under its id, in the place of an earlier one.
    pub(crate) fn put(&self, id: &str, thing: T) -> Arc<T> {
        let thing = Arc::new(thing);
        let mut all = self.lock();
        all.shift_remove(id);
        if all.len() >= LIMIT {
            all.shift_remove_index(0);
        }
        all.insert(id.to_owned(), Arc::clone(&thing));
        thing
    }

    /// The thing under an id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<T>> {
        self.lock().get(id).cloned()
    }

    /// Takes the thing under an id out.
    pub(crate) fn take(&self, id: &str) -> Option<Arc<T>> {
        self.lock().shift_remove(id)
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_thing_gives_way() {
        let drawer = Drawer::default();
        for number in 0..=LIMIT {
            drawer.put(&number.to_string(), number);
        }
        assert!(drawer.get("0").is_none());
        assert_eq!(drawer.get("1").as_deref(), Some(&1));
        assert_eq!(drawer.take("2").as_deref(), Some(&2));
        assert!(drawer.get("2").is_none());
    }
}
