//! Folders of data and servers for the time of a run: found, started, ended and removed, also on Ctrl-C. Knows nothing
//! of what is asked of them.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::report::progress;
use crate::rival::Fault;

/// What must be ended or removed if the run is cut short.
static LEFT: Mutex<Left> = Mutex::new(Left { servers: Vec::new(), folders: Vec::new(), is_over: false });
const CUT_SHORT: &str = "the run is cut short";
/// How long a server may take to start or end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

struct Left {
    servers: Vec<(u32, Signal)>,
    folders: Vec<PathBuf>,
    /// Cut short: nothing new is made.
    is_over: bool,
}

fn left<R>(work: impl FnOnce(&mut Left) -> R) -> R {
    work(&mut LEFT.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// From here on Ctrl-C ends the servers and removes the folders before the program ends.
///
/// # Errors
/// The handler cannot be set.
pub fn clean_up_on_signals() -> Result<(), Fault> {
    Ok(ctrlc::set_handler(|| {
        progress("cut short: ending servers, removing folders");
        left(|left| {
            left.is_over = true;
            for (pid, signal) in left.servers.drain(..) {
                end(pid, signal);
            }
            // A server that is still at it makes new files: try until the folders are gone.
            let begun = Instant::now();
            while left.folders.iter().any(|folder| folder.exists()) && begun.elapsed() < PATIENCE {
                for folder in &left.folders {
                    let _ = std::fs::remove_dir_all(folder);
                }
                std::thread::sleep(LOOK);
            }
        });
        std::process::exit(130);
    })?)
}

fn end(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // Already gone is as good.
        let _ = kill_process(pid, signal);
    }
}

/// A folder that is removed when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// A new folder in `parent`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(parent: &Path, name: &str) -> Result<Self, Fault> {
        std::fs::create_dir_all(parent)?;
        left(|left| {
            if left.is_over {
                return Err(CUT_SHORT.into());
            }
            let path = tempfile::Builder::new().prefix(name).tempdir_in(parent)?.keep();
            left.folders.push(path.clone());
            Ok(Self(path))
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            progress(&format!("{} is left behind: {error}", self.0.display()));
        }
        left(|left| left.folders.retain(|folder| *folder != self.0));
    }
}

/// A server that ends when it is dropped.
pub struct Server {
    child: Child,
    signal: Signal,
}

impl Server {
    /// Starts a server and waits until `ready` says so. It is ended by `signal`.
    ///
    /// # Errors
    /// It ended by itself, or took too long.
    pub fn start(
        mut command: Command,
        log: &Path,
        signal: Signal,
        mut ready: impl FnMut() -> bool,
    ) -> Result<Self, Fault> {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = std::fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = left(|left| -> Result<Child, Fault> {
            if left.is_over {
                return Err(CUT_SHORT.into());
            }
            let child = command.spawn()?;
            left.servers.push((child.id(), signal));
            Ok(child)
        })?;
        let (mut server, begun) = (Self { child, signal }, Instant::now());
        while !ready() {
            if let Some(status) = server.child.try_wait()? {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                return Err(format!("{name} ended by itself, {status}: {}", last_lines(&said)).into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{name} was not ready in {PATIENCE:?}").into());
            }
            std::thread::sleep(LOOK);
        }
        Ok(server)
    }
}

impl Server {
    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(3)..].join("; ")
}

impl Drop for Server {
    fn drop(&mut self) {
        end(self.child.id(), self.signal);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > PATIENCE {
                // It had its chance.
                let _ = self.child.kill();
                let _ = self.child.wait();
                break;
            }
            std::thread::sleep(LOOK);
        }
        let pid = self.child.id();
        left(|left| left.servers.retain(|(server, _)| *server != pid));
    }
}

/// An address of this machine that no server uses now.
///
/// # Errors
/// There is none.
pub fn free_address() -> Result<SocketAddr, Fault> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// A program on the path, or in one of the folders.
#[must_use]
pub fn find(program: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).chain(folders.iter().cloned());
    places.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// A command that ends with us, whatever becomes of us, where the system can do that.
#[must_use]
pub fn dying_with_us(program: &Path) -> Command {
    match find("setpriv", &[]) {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// Whether we are the superuser, whom some servers refuse.
#[must_use]
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// The kind of the file system under a folder, as the kernel calls it.
#[must_use]
pub fn file_system(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mount = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        Some((PathBuf::from(words.next()?), words.next()?.to_owned()))
    };
    let longest = mounts
        .lines()
        .filter_map(mount)
        .filter(|(point, _)| folder.starts_with(point))
        // Of two at the same point the later one is on top.
        .max_by_key(|(point, _)| point.components().count());
    longest.map_or_else(|| "unknown".into(), |(_, kind)| kind)
}
