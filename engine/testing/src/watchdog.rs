//! A watchdog for tests with threads: a test that does not end is told apart from one that is slow, says what it was,
//! and ends its process. Without it a deadlock shows as a test run that stands still and names nothing.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Scope;
use std::time::Duration;

/// Runs `work` on this thread and returns what it returns. If it has not ended after `seconds`, writes `name` and, in
/// debug builds, the engine's locks that each thread holds and waits for to the standard error, and aborts the process:
/// a deadlocked thread cannot be ended in any other way. Panics pass through.
///
/// # Panics
/// If the operating system gives no thread.
pub fn watched<R>(name: &str, seconds: u64, work: impl FnOnce() -> R) -> R {
    let (ended, end) = channel::<()>();
    let owned_name = name.to_owned();
    let watching = move || match end.recv_timeout(Duration::from_secs(seconds)) {
        Err(RecvTimeoutError::Timeout) => give_up(&owned_name, seconds),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {}
    };
    let dog = std::thread::Builder::new().name(format!("watchdog of {name}")).spawn(watching);
    let _dog = Dog { ended: Some(ended), thread: Some(dog.expect("a thread for the watchdog")) };
    work()
}

/// As [`std::thread::scope`], watched under the name of the present test for [`SCOPE_SECONDS`].
pub fn watched_scope<'env, R>(work: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R) -> R {
    let name = std::thread::current().name().unwrap_or("a thread without a name").to_owned();
    watched(&name, SCOPE_SECONDS, || std::thread::scope(work))
}

/// The longest that the threads of one stress test may take: many times what the slowest does on two busy cores.
pub const SCOPE_SECONDS: u64 = 900;

/// Calls the watchdog off when the work is over, also when it panics.
struct Dog {
    ended: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Dog {
    fn drop(&mut self) {
        // The watchdog thread waits for this end to go.
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn give_up(name: &str, seconds: u64) -> ! {
    // Not `eprintln!`: the test harness would keep the text in memory that the abort throws away.
    let mut out = std::io::stderr();
    let _ = writeln!(out, "\nwatchdog: {name} has not ended after {seconds} s");
    for line in tacos_engine::hooks::locks() {
        let _ = writeln!(out, "watchdog: {line}");
    }
    let _ = out.flush();
    std::process::abort();
}
