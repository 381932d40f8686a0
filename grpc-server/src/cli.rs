//! The command line: what can be said, with examples. What is done about it stands in [`crate::commands`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use crate::settings::Settings;

/// Sells tickets: one binary, one data folder, the whole gRPC contract.
#[derive(Debug, Parser)]
#[command(name = "tacos-server", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; serving is the default.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings that every command may need.
    #[command(flatten)]
    pub flags: Flags,
}

const EXAMPLES: &str = "Examples:
  tacos-server                                   serve on 127.0.0.1:8080, REST on :8000, with ./data
  tacos-server serve --demo-sale                 with five events on sale; says what to try next
  tacos-server try                               one customer, from the line to a confirmed seat
  tacos-server call gateway.v1.QueueService/GetQueueStats
  tacos-server demo                              see a sale happen, from an empty folder
  tacos-server --config tacos.toml --print-config
  tacos-server --listen 0.0.0.0:8010 --listen 0.0.0.0:8020 --profile compat serve
  tacos-server event import evt_1 hall.json      into the folder ./data, while no server runs
  tacos-server load --customers 20000            against a server that runs in this process
  tacos-server load --overload 2                 twice as many calls as the server can answer
  tacos-server journal verify

Settings come from --config, then from TACOS_… variables (TACOS_SERVER__LISTEN='[\"0.0.0.0:8080\"]'), then from flags;
the later win.";

/// Settings by flag.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Configuration file (TOML).
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Address to listen on; may be given several times.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Vec<SocketAddr>,
    /// Address for REST, Connect and browsers; may be given several times. Off by TACOS_WEB__LISTEN='[]'.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub web_listen: Vec<SocketAddr>,
    /// Address of the Prometheus page.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// Bundle of rules.
    #[arg(long, global = true)]
    pub profile: Option<ProfileName>,
    /// When a write is acknowledged.
    #[arg(long, global = true)]
    pub durability: Option<DurabilityFlag>,
    /// `error`, `warn`, `info`, `debug`, `trace`, or targets as `tacos_server=debug,info`.
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Form of log lines.
    #[arg(long, global = true)]
    pub log_format: Option<LogFormatName>,
    /// Print the settings in force and end.
    #[arg(long, global = true)]
    pub print_config: bool,
}

/// A bundle of rules.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ProfileName {
    /// Everything is demanded and checked.
    Strict,
    /// Serves clients that exist today.
    Compat,
}

/// When a write is acknowledged.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DurabilityFlag {
    /// When it is on disk.
    Synced,
    /// Before the sync, which follows shortly.
    Relaxed,
    /// At once; nothing survives the process.
    Memory,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormatName {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until SIGTERM or SIGINT.
    Serve(Serve),
    /// Show a sale: five events, waiting lines and simulated customers, from an empty folder in memory.
    Demo(Demo),
    /// Call any RPC by its name with JSON, as grpcurl does.
    Call(Call),
    /// Walk one customer from the line to a confirmed seat, against a server that runs, and show every answer.
    Try(Try),
    /// Look after events of a folder that no server has open.
    Event {
        /// What to do.
        #[command(subcommand)]
        what: EventCommand,
    },
    /// Play an on-sale against a server and audit it afterwards.
    Load(Load),
    /// Look at a journal.
    Journal {
        /// What to do.
        #[command(subcommand)]
        what: JournalCommand,
    },
    /// Print the description of REST and Connect, OpenAPI 3.1, which a server serves at /openapi.json.
    Openapi,
    /// Copy a folder that no server has open; a running server takes backups by TakeBackup.
    Backup {
        /// Folder to copy into; it must be empty or absent.
        to: PathBuf,
    },
    /// Make the data folder from a backup.
    Restore {
        /// The backup.
        from: PathBuf,
    },
}

/// Settings of the server that are no rules.
#[derive(Args, Clone, Debug, Default)]
pub struct Serve {
    /// Put a catalogue of five events on sale first, if the folder has none, and print what to try next.
    #[arg(long)]
    pub demo_sale: bool,
    /// Open a damaged folder and lose everything after this position: the one up to which it is intact, as the refusal
    /// to open it says.
    #[arg(long, value_name = "POSITION")]
    pub consent: Option<u64>,
}

/// Which server, and as whom.
#[derive(Args, Clone, Debug)]
pub struct Reach {
    /// The server; an address without a scheme is plain text.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub target: String,
    /// Certificates to trust, PEM; needed for https.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// File with the token to show.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

/// One call.
#[derive(Args, Clone, Debug)]
pub struct Call {
    /// Which, for example gateway.v1.QueueService/GetQueueStats.
    pub rpc: String,
    /// The request.
    #[arg(default_value = "{}")]
    pub json: String,
    /// Print only the value at this path of the answer, for example reservation.seats.0.id.
    #[arg(long, value_name = "PATH")]
    pub get: Option<String>,
    /// Of a stream, so many answers; 0: all.
    #[arg(long, default_value_t = 0)]
    pub most: u64,
    /// Which server, and as whom.
    #[command(flatten)]
    pub reach: Reach,
}

/// The walk.
#[derive(Args, Clone, Debug)]
pub struct Try {
    /// Event to buy from.
    #[arg(long, default_value = "evt_2025_1002")]
    pub event: String,
    /// Who buys; absent: a new customer.
    #[arg(long)]
    pub user: Option<String>,
    /// Which server, and as whom.
    #[command(flatten)]
    pub reach: Reach,
}

/// Settings of the demo.
#[derive(Args, Clone, Debug)]
pub struct Demo {
    /// Customers who arrive per second.
    #[arg(long, default_value_t = 50)]
    pub rate: u32,
    /// How long, in seconds; 0: until interrupted.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
}

/// Settings of the load generator.
#[derive(Args, Clone, Debug)]
pub struct Load {
    /// Server to play against, for example http://127.0.0.1:8080; absent: one in this process.
    #[arg(long, value_name = "URL")]
    pub target: Option<String>,
    /// Event to buy from.
    #[arg(long, default_value = "evt_2025_1001")]
    pub event: String,
    /// Customers altogether.
    #[arg(long, default_value_t = 10_000)]
    pub customers: u32,
    /// Customers who arrive per second, whatever the server does.
    #[arg(long, default_value_t = 1_000)]
    pub rate: u32,
    /// Only queue requests (join and status), so many per second, for --seconds.
    #[arg(long, value_name = "PER_SECOND")]
    pub queue_only: Option<u32>,
    /// Find out how many queue requests a second the server answers, then offer so many times as many for --seconds.
    #[arg(long, value_name = "TIMES", conflicts_with_all = ["queue_only", "against_echo"])]
    pub overload: Option<f64>,
    /// A queue request that the server allows no stream for so long, in milliseconds, is given up unsent.
    #[arg(long, default_value_t = 100)]
    pub patience_ms: u64,
    /// How long queue requests are sent, in seconds.
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// Connections.
    #[arg(long, default_value_t = 8)]
    pub connections: usize,
    /// The server may be away for so long, in seconds: calls are sent again with the same key; 0: every call must
    /// succeed.
    #[arg(long, default_value_t = 0)]
    pub outage_seconds: u64,
    /// Compare the server's processor time for a call with that of a bare tonic server with the same messages.
    #[arg(long)]
    pub against_echo: bool,
    /// Serve, until this is ended, a bare tonic server that repeats the target's answer to a look-up, a join and a hold:
    /// by so many threads with runtimes of their own, each at an address of its own; 0: one runtime with a thread a
    /// processor. Prints the addresses.
    #[arg(long, value_name = "THREADS", requires = "target", conflicts_with_all = ["queue_only", "against_echo", "overload"])]
    pub echo: Option<usize>,
    /// Seed of all that is left to chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What can be done to events.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Create an event from a seat map: JSON, or CSV with `section,row,seat,price[,accessible]`.
    Import {
        /// Id of the event.
        id: String,
        /// The file, `.json` or `.csv`.
        file: PathBuf,
        /// Name for people; absent: the file's, or the id.
        #[arg(long)]
        name: Option<String>,
        /// Currency of a CSV file's prices.
        #[arg(long, default_value = "KRW")]
        currency: String,
        /// Open the sale at once.
        #[arg(long)]
        open: bool,
        /// Without a waiting line.
        #[arg(long)]
        no_queue: bool,
    },
    /// List all events.
    List,
    /// Open a sale.
    Open {
        /// The event.
        id: String,
    },
    /// Pause a sale.
    Pause {
        /// The event.
        id: String,
    },
    /// Close a sale.
    Close {
        /// The event.
        id: String,
    },
    /// Show an event with its sections.
    Show {
        /// The event.
        id: String,
    },
}

/// What can be done to a journal.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum JournalCommand {
    /// Read everything and say whether it is sound.
    Verify,
    /// List records, one a line.
    Dump {
        /// Position to begin at.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Records at most.
        #[arg(long, default_value_t = 1_000)]
        most: u64,
    },
    /// Sizes and positions.
    Stat,
}

impl Flags {
    /// Settings from file, environment and these flags.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn settings(&self) -> Result<Settings, String> {
        Settings::read(self.config.as_deref(), self.as_settings()).map_err(|error| error.to_string())
    }

    fn as_settings(&self) -> Value {
        let mut root = Map::new();
        let mut set = |section: &str, key: &str, value: Value| {
            let section = root.entry(section).or_insert_with(|| json!({}));
            if let Some(section) = section.as_object_mut() {
                section.insert(key.to_owned(), value);
            }
        };
        if let Some(folder) = &self.data_dir {
            set("engine", "data_dir", json!(folder));
        }
        if !self.listen.is_empty() {
            set("server", "listen", json!(self.listen));
        }
        if !self.web_listen.is_empty() {
            set("web", "listen", json!(self.web_listen));
        }
        if let Some(address) = self.metrics_listen {
            set("server", "metrics_listen", json!(address));
        }
        if let Some(durability) = self.durability {
            set("engine", "durability", json!(format!("{durability:?}").to_lowercase()));
        }
        if let Some(level) = &self.log_level {
            set("log", "level", json!(level));
        }
        if let Some(format) = self.log_format {
            set("log", "format", json!(format!("{format:?}").to_lowercase()));
        }
        if let Some(profile) = self.profile {
            root.insert("profile".to_owned(), json!(format!("{profile:?}").to_lowercase()));
        }
        Value::Object(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{DurabilityName, Profile};
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_made() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_win() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tacos.toml");
        std::fs::write(&file, "profile = \"compat\"\n[engine]\ndata_dir = \"x\"\ndurability = \"memory\"\n")
            .expect("written");
        let args = ["tacos-server", "--data-dir", "y", "--config"].map(std::ffi::OsString::from);
        let cli = Cli::parse_from(args.into_iter().chain([file.into_os_string()]));
        let settings = cli.flags.settings().expect("good settings");
        assert_eq!(settings.profile, Profile::Compat);
        assert_eq!(settings.engine.durability, DurabilityName::Memory);
        assert_eq!(settings.engine.data_dir, PathBuf::from("y"));
    }
}
