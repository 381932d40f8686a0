//! Long lists of runs that have nothing to do with each other, on all processors.

use std::sync::Mutex;

/// Does `work` with each of `items`, in as many threads as there are processors. A panic of one is handed on.
pub(crate) fn side_by_side<T: Send>(items: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let items = Mutex::new(items);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        // A thread that panicked did so in `work`, which holds no lock.
                        let next = items.lock().expect("not poisoned").next();
                        let Some(item) = next else { return };
                        work(item);
                    }
                })
            })
            .collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}
