//! What the category and the arguments of a slice contain beside parameters.

use std::borrow::Cow;

use crate::json::tape::Value;
use crate::outcome::Outcome;

/// A slice that launches work on a device, or is such work: they have the same number.
pub(super) struct Launch {
    pub(super) correlation: i64,
    pub(super) slice: u32,
    /// Whether it is the work.
    pub(super) on_device: bool,
}

impl Launch {
    /// Whether slices of a category are work on a device or launch it, as PyTorch names them; `None` for others.
    pub(super) fn is_on_device(category: &str) -> Option<bool> {
        match category {
            "kernel" | "gpu_memcpy" | "gpu_memset" | "Kernel" | "Memcpy" | "Memset" => Some(true),
            "cuda_runtime"
            | "cuda_driver"
            | "hip_runtime"
            | "xpu_runtime"
            | "privateuse1_runtime"
            | "Runtime" => Some(false),
            _ => None,
        }
    }
}

/// The members of the arguments that have a field of their own.
#[derive(Default)]
pub(super) struct ArgFacts<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) after: Vec<Cow<'a, str>>,
    pub(super) outcome: Outcome<'a>,
}

impl<'a> ArgFacts<'a> {
    /// Takes from the arguments of a slice of this name what programs that trace workflows put there.
    pub(super) fn add(&mut self, name: &str, args: Value<'_, 'a>) {
        for (key, value) in args.members() {
            match &*key {
                "task_id" => self.id = value.text().filter(|id| !id.is_empty()),
                "dependencies" | "deps" | "parents" => {
                    let ids: Option<Vec<Cow<'a, str>>> = value.elements().map(Value::text).collect();
                    self.after.extend(ids.unwrap_or_default());
                }
                _ => {
                    self.outcome.argument(name, &key, value.get());
                }
            }
        }
    }
}
