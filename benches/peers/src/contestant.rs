//! Who takes part.

use crate::measure::Measured;
use crate::workload::Workload;

/// One way to run actors, or what stands in for them. Each sample runs in a process of its own, so that nothing is left
/// over from another.
pub trait Contestant: Sync {
    /// Its name on the command line and in the table, as `kameo` or `glommio-spinning`.
    fn name(&self) -> &'static str;

    /// In a few words, how it is set up and what stands in for an actor where it has none.
    fn setting(&self) -> &'static str;

    /// How many operations one sample takes: about 0.1 to 3 seconds of them. A multiple of 64.
    fn operations(&self, workload: Workload) -> u64 {
        workload.operations()
    }

    /// Builds what it needs, warms it up, does `operations` of the workload, checks the result, and says how long that
    /// took. `None` where the contestant has no such thing, and the table says so.
    fn run(&self, workload: Workload, operations: u64) -> Option<Measured>;
}
