//! The `tacos-server` binary: reads the command line and the settings, starts the log, does what was asked, and ends
//! with a word about what went wrong, if anything did.

use std::process::ExitCode;

use clap::Parser;
use tacos_server::cli::{Cli, Command, Serve};
use tacos_server::{LogRing, commands};

// Calls allocate and free small things on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            commands::complain(&reason);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), String> {
    let settings = cli.flags.settings()?;
    if cli.flags.print_config {
        return commands::say(&settings.to_toml());
    }
    let file = cli.flags.config.clone();
    let logs = LogRing::new(settings.log.ring_lines);
    match cli.command.as_ref().unwrap_or(&Command::Serve(Serve::default())) {
        Command::Serve(serve) => {
            logs.install(&settings.log, &settings.trace)?;
            commands::serve(settings, serve, file, logs)
        }
        Command::Demo(demo) => commands::demo(settings, demo, &logs),
        Command::Load(load) => commands::load(settings, load, &logs),
        Command::Call(call) => commands::call(call),
        Command::Try(options) => commands::try_it(options),
        Command::Event { what } => commands::event(&settings, what),
        Command::Journal { what } => commands::journal(&settings, *what),
        Command::Openapi => commands::openapi(),
        Command::Backup { to } => commands::backup(&settings, to),
        Command::Restore { from } => commands::restore(&settings, from),
    }
}
