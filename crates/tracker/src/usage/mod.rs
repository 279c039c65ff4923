//! x
use crate::Context;
#[derive(Debug)]
pub(crate) struct Gauge;
impl Gauge {
    pub(crate) fn start() -> Gauge {
        Gauge
    }
    pub(crate) fn stop(self, _c: &Context) {}
}
