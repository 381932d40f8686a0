//! A sale in the middle, for fuzz targets that begin with one.

use super::Simulation;

impl Simulation {
    /// What a snapshot would hold after so many steps.
    ///
    /// # Panics
    /// If the engine and its model disagree before.
    pub(crate) fn images_after(mut self, steps: u64) -> Vec<(u16, Vec<u8>)> {
        let mut walk = || {
            self.open()?;
            for command in self.workload.opening() {
                self.send(vec![command])?;
            }
            (0..steps).try_for_each(|_| self.step())?;
            Ok::<_, super::Violation>(tacos_engine::hooks::images(self.engine()))
        };
        walk().unwrap_or_else(|violation| panic!("{violation}"))
    }
}
