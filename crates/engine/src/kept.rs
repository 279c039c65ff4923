//! A cache of computed values: the last value of each kind, with its key.

use std::cell::RefCell;
use std::rc::Rc;

use makespan_views::TimeMode;
use makespan_views::filter::Filter;
use makespan_views::heatmap::{Heating, Matrix};

/// The last computed value, with its key.
#[derive(Debug)]
pub(crate) struct Latest<K, V>(RefCell<Option<(K, Rc<V>)>>);

impl<K, V> Default for Latest<K, V> {
    fn default() -> Latest<K, V> {
        Latest(RefCell::new(None))
    }
}

impl<K: PartialEq, V> Latest<K, V> {
    /// Returns the cached value for `key`, or computes it.
    pub(crate) fn get(&self, key: K, make: impl FnOnce(&K) -> V) -> Rc<V> {
        if let Some((of, value)) = self.0.borrow().as_ref()
            && *of == key
        {
            return Rc::clone(value);
        }
        let value = Rc::new(make(&key));
        *self.0.borrow_mut() = Some((key, Rc::clone(&value)));
        value
    }
}

/// The inputs of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MatrixKey {
    pub(crate) generation: u32,
    pub(crate) run: usize,
    pub(crate) filter: Filter,
    pub(crate) heat: Heating,
    pub(crate) time: TimeMode,
    pub(crate) window: Option<(i64, i64)>,
    pub(crate) bins: usize,
}

/// A matrix, or the reason why there is none.
pub(crate) type MatrixOrReason = Result<Box<dyn Matrix>, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_is_kept_and_no_older_one() {
        let (latest, made) = (Latest::default(), RefCell::new(Vec::new()));
        let ask = |key: u32| {
            *latest.get(key, |k| {
                made.borrow_mut().push(*k);
                k * 2
            })
        };
        assert_eq!([ask(1), ask(1), ask(2), ask(1)], [2, 2, 4, 2]);
        assert_eq!(*made.borrow(), [1, 2, 1]);
    }
}
