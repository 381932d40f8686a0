//! Any language as a target: a driver, which is a program in that language, does what the runner asks of it and answers, block
//! by block, over its standard input and output. So every language is judged by the same judge. `DRIVING.md` says how to
//! write one.

mod wire;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::target::{Answer, Record, Restart, START_UNIX_MS, Target};
pub use wire::Block;

/// Drivers in one language. A driver that is done with a scenario serves the next: starting one may take longer than
/// most scenarios do.
pub struct Drivers {
    command: Vec<String>,
    idle: Arc<Mutex<Vec<Driver>>>,
}

impl Drivers {
    /// None yet; each is started by this command.
    #[must_use]
    pub fn new(command: &[&str]) -> Self {
        Self { command: command.iter().map(ToString::to_string).collect(), idle: Arc::default() }
    }

    /// A fresh engine with these settings, behind a driver that has no other.
    ///
    /// # Errors
    /// In words.
    pub fn open(&self, settings: &Record) -> Result<Driven, String> {
        let driver = lock(&self.idle).pop();
        let driver = driver.map_or_else(|| Driver::start(&self.command), Ok)?;
        Driven::open(driver, Arc::clone(&self.idle), settings)
    }
}

/// A panic of another scenario leaves the list as it was.
fn lock(idle: &Mutex<Vec<Driver>>) -> MutexGuard<'_, Vec<Driver>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that does what it is asked.
struct Driver {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

/// An engine behind a driver.
pub struct Driven {
    /// There until the engine is dropped.
    driver: Option<Driver>,
    idle: Arc<Mutex<Vec<Driver>>>,
    folder: tempfile::TempDir,
    settings: Record,
    now_unix_ms: u64,
    /// Why nothing more can be asked of the driver, once nothing can.
    broken: Option<String>,
}

impl Driver {
    fn start(command: &[String]) -> Result<Self, String> {
        let (program, arguments) = command.split_first().ok_or("no command")?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{program}: {error}"))?;
        let (to, from) = (child.stdin.take(), child.stdout.take().ok_or("no output")?);
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    fn send(&mut self, block: &Block) -> Result<(), String> {
        let to = self.to.as_mut().ok_or("the driver takes nothing more")?;
        to.write_all(block.write().as_bytes())
            .and_then(|()| to.flush())
            .map_err(|error| format!("the driver is gone: {error}"))
    }

    fn receive(&mut self) -> Result<Block, String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            match self.from.read_line(&mut line) {
                Ok(0) => return Err(format!("the driver ended after {lines:?}")),
                Ok(_) if line == "\n" => return Block::read(&lines),
                Ok(_) => lines.push(line.trim_end_matches('\n').to_owned()),
                Err(error) => return Err(format!("the driver says what is no text: {error}")),
            }
        }
    }
}

impl Driven {
    fn open(driver: Driver, idle: Arc<Mutex<Vec<Driver>>>, settings: &Record) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (driver, settings) = (Some(driver), settings.clone());
        let mut driven = Self { driver, idle, folder, settings, now_unix_ms: START_UNIX_MS, broken: None };
        driven.open_folder()?;
        Ok(driven)
    }

    fn open_folder(&mut self) -> Result<(), String> {
        let block = Block::new("open")
            .with("folder", self.folder.path().to_string_lossy().into_owned())
            .with("clock_unix_ms", self.now_unix_ms)
            .with("config", Value::Object(self.settings.clone()));
        self.ask(&block).and_then(done).map(|_| ())
    }

    fn driver(&mut self) -> Result<&mut Driver, String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        self.driver.as_mut().ok_or_else(|| "the driver is gone".to_owned())
    }

    fn ask(&mut self, block: &Block) -> Result<Block, String> {
        let driver = self.driver()?;
        driver.send(block)?;
        driver.receive()
    }

    /// The digest of the whole state, with everything written that there is to write; empty if the face shows none.
    fn digest(&mut self) -> Result<Value, String> {
        let answer = self.ask(&Block::new("digest")).and_then(done)?;
        answer.fields.get("digest").cloned().ok_or_else(|| "no digest".to_owned())
    }
}

impl Target for Driven {
    fn call(&mut self, operation: &str, with: &Record) -> Answer {
        let block = Block::new("call").with("do", operation).with("with", Value::Object(with.clone()));
        judge(self.ask(&block))
    }

    fn batch(&mut self, calls: &[(&str, Record)]) -> Vec<Answer> {
        let list: Vec<Value> = calls.iter().map(|(name, with)| json!({ "do": name, "with": with })).collect();
        let sent = self.driver().and_then(|driver| {
            driver.send(&Block::new("batch").with("calls", list))?;
            Ok(driver)
        });
        match sent {
            Ok(driver) => calls.iter().map(|_| judge(driver.receive())).collect(),
            Err(why) => vec![Answer::Failed(why)],
        }
    }

    fn prepare(&mut self, what: &str, event: Option<&str>, name: &str) -> Answer {
        let block = Block::new("prepare").with("what", what).with("name", name);
        let block = match event {
            Some(event) => block.with("event", event),
            None => block,
        };
        judge(self.ask(&block))
    }

    fn advance(&mut self, ms: u64) {
        self.now_unix_ms += ms;
        let answer = self.ask(&Block::new("advance").with("ms", ms)).and_then(done);
        self.broken = answer.err().map(|why| format!("the clock did not go on: {why}"));
    }

    fn turn(&mut self) {
        let answer = self.ask(&Block::new("turn")).and_then(done);
        self.broken = answer.err().map(|why| format!("what was due was not done: {why}"));
    }

    fn restart(&mut self, how: Restart) -> Result<(), String> {
        let before = self.digest()?;
        let image = match how {
            Restart::Clean => None,
            Restart::Crash => {
                let image = tempfile::tempdir().map_err(|error| error.to_string())?;
                copy_folder(self.folder.path(), image.path()).map_err(|error| error.to_string())?;
                Some(image)
            }
        };
        self.ask(&Block::new("close")).and_then(done)?;
        if let Some(image) = image {
            self.folder = image;
        }
        self.open_folder()?;
        let after = self.digest()?;
        if after == before { Ok(()) } else { Err(format!("the digests differ: {before} and {after}")) }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // One that lets go of its engine is as good as new; any other ends here.
        let is_free = self.ask(&Block::new("close")).and_then(done).is_ok();
        if let Some(driver) = self.driver.take().filter(|_| is_free) {
            lock(&self.idle).push(driver);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The end of its input ends a driver; one that goes on all the same is ended.
        drop(self.to.take());
        let mut rest = String::new();
        if self.from.read_line(&mut rest).is_ok_and(|bytes| bytes > 0) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn done(block: Block) -> Result<Block, String> {
    if block.word == "reply" {
        Ok(block)
    } else {
        Err(format!("{}: {}", block.word, Value::Object(block.fields)))
    }
}

fn judge(block: Result<Block, String>) -> Answer {
    let block = match block {
        Ok(block) => block,
        Err(why) => return Answer::Failed(why),
    };
    let word = || block.fields.get("why").and_then(Value::as_str).unwrap_or("for no reason").to_owned();
    match block.word.as_str() {
        "reply" => Answer::Reply(block.fields),
        "refused" => Answer::Refused(block.fields),
        "failed" => Answer::Failed(word()),
        "unsupported" => Answer::Unsupported(word()),
        other => Answer::Failed(format!("the driver answers {other:?}")),
    }
}

/// The files of `from` as they are now, in `to`.
///
/// # Errors
/// Those of the file system.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&to)?;
            copy_folder(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
