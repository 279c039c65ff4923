//! References to tasks.

use std::sync::Arc;

use crate::recorder::TaskKey;

/// A reference to a task, for dependencies. It keeps nothing alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRef(pub(crate) TaskKey);

/// Restricts [`AsTask`] to the types of this crate.
pub trait Sealed {}

impl Sealed for TaskRef {}
impl Sealed for str {}
impl Sealed for String {}
impl<T: Sealed + ?Sized> Sealed for &T {}

/// What a task can depend on: a task in any state, or the id of one.
pub trait AsTask: Sealed {
    /// Returns a reference to the task.
    fn as_task(&self) -> TaskRef;
}

impl AsTask for TaskRef {
    fn as_task(&self) -> TaskRef {
        self.clone()
    }
}

impl AsTask for str {
    fn as_task(&self) -> TaskRef {
        TaskRef(TaskKey { number: 0, id: Some(Arc::new(self.into())) })
    }
}

impl AsTask for String {
    fn as_task(&self) -> TaskRef {
        self.as_str().as_task()
    }
}

impl<T: AsTask + ?Sized> AsTask for &T {
    fn as_task(&self) -> TaskRef {
        (**self).as_task()
    }
}
