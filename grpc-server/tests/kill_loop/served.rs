//! The server as a process that dies often. Small segments and frequent snapshots, so that kills fall into rotations and
//! snapshots too.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tacos_server::client::Client;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tacos-server");
/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Served {
    data: PathBuf,
    log: PathBuf,
    address: String,
    child: Option<Child>,
    clients: Vec<Client>,
}

impl Served {
    pub(crate) async fn start(folder: &Path) -> Result<Self, String> {
        // A port that is free now; nobody else on this machine is likely to take it between two lives.
        let free = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = free.local_addr().map_err(|error| error.to_string())?.to_string();
        drop(free);
        let clients = (0..4)
            .map(|_| Client::new(&format!("http://{address}"), None, None))
            .collect::<Result<Vec<_>, _>>()?;
        let (data, log) = (folder.join("data"), folder.join("server.log"));
        let mut served = Self { data, log, address, child: None, clients };
        served.restart().await?;
        Ok(served)
    }

    fn spawn(&self) -> Result<Child, String> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log);
        Command::new(PROGRAM)
            .args(["serve", "--listen", &self.address, "--data-dir"])
            .arg(&self.data)
            .env("TACOS_ENGINE__PAYMENT_TIME_PERMILLE", "10")
            .env("TACOS_ENGINE__SEGMENT_BYTES", "262144")
            .env("TACOS_ENGINE__SNAPSHOT_EVERY_BYTES", "100000")
            .env("TACOS_LOG__LEVEL", "warn")
            .env("TACOS_WEB__LISTEN", "[]")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.map_err(|error| error.to_string())?)
            .spawn()
            .map_err(|error| format!("{PROGRAM}: {error}"))
    }

    /// Starts the server on its folder and waits until it answers.
    pub(crate) async fn restart(&mut self) -> Result<(), String> {
        let (child, deadline) = (self.spawn()?, Instant::now() + PATIENCE);
        let child = self.child.insert(child);
        loop {
            let ready = self.clients[0].call("gateway.v1.GatewayService/HealthCheck", "{}").await;
            if ready.is_ok() {
                return Ok(());
            }
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                return Err(format!("the server does not start on its folder: {status}\n{log}"));
            }
            if Instant::now() > deadline {
                return Err(format!("the server did not answer in {PATIENCE:?}"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self) -> Result<(), String> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        child.kill().and_then(|()| child.wait()).map(drop).map_err(|error| error.to_string())
    }

    /// A life that ends while the folder is being opened.
    pub(crate) fn start_and_kill(&mut self, after: Duration) -> Result<(), String> {
        let mut child = self.spawn()?;
        std::thread::sleep(after);
        child.kill().and_then(|()| child.wait()).map(drop).map_err(|error| error.to_string())
    }

    pub(crate) fn client(&self, number: usize) -> Client {
        self.clients[number % self.clients.len()].clone()
    }

    /// As an operator would end it; it must end well.
    pub(crate) fn stop(&mut self) -> Result<(), String> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        asked.map_err(|error| error.to_string())?;
        let ended = child.wait().map_err(|error| error.to_string())?;
        if ended.success() { Ok(()) } else { Err(format!("the server did not end well: {ended}")) }
    }

    /// The folder must be whole for the server's own tool.
    pub(crate) fn verify_folder(&self) -> Result<(), String> {
        let ended = Command::new(PROGRAM).args(["journal", "verify", "--data-dir"]).arg(&self.data).output();
        let ended = ended.map_err(|error| error.to_string())?;
        if ended.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
    }

    /// Snapshots in the folder: none says that kills cannot have fallen into one.
    pub(crate) fn snapshots(&self) -> String {
        let names = std::fs::read_dir(&self.data).map(|entries| {
            let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            names.filter(|name| name.contains("snap")).count()
        });
        names.map_or_else(|error| error.to_string(), |count| count.to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // What went wrong is told already.
        let _ = self.kill();
    }
}
