//! How the program starts, and how it does not: a start that cannot serve leaves nothing behind and says what helps; a
//! damaged folder is opened only with consent to exactly what is lost.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{PROGRAM, Serving, run};
use tacos_engine::{Config, Engine, ExternalId, Note};

/// The longest that a test waits for one line of the log.
const WATCHDOG: Duration = Duration::from_secs(60);

/// Runs the program to its end, which must be a bad one; returns what it said.
fn refused(args: &[&str], folder: &Path) -> String {
    let mut command = Command::new(PROGRAM);
    command.args(args).arg("--data-dir").arg(folder).env("TACOS_WEB__LISTEN", r#"["127.0.0.1:0"]"#);
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    said
}

#[test]
fn a_port_in_use_names_the_flag_that_helps_and_leaves_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Serving::start(&folder.path().join("first"), "127.0.0.1:0", &[]);
    let address = first.address.to_string();
    let second = folder.path().join("second");
    let said = refused(&["serve", "--listen", &address], &second);
    assert!(said.contains(&address) && said.contains("--listen 127.0.0.1:0"), "{said}");
    assert!(!second.exists(), "no folder is made by a server that cannot serve");
    let said = refused(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address], &second);
    assert!(said.contains("--metrics-listen 127.0.0.1:0"), "{said}");
    let said = refused(&["serve", "--listen", "127.0.0.1:0", "--web-listen", &address], &second);
    assert!(said.contains("--web-listen 127.0.0.1:0") && said.contains("TACOS_WEB__LISTEN='[]'"), "{said}");
    assert!(!second.exists());
}

#[test]
fn an_address_that_needs_keys_leaves_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for (flag, setting) in [("--listen", "server.listen"), ("--web-listen", "web.listen")] {
        let said = refused(&["serve", flag, "0.0.0.0:0"], &data);
        assert!(said.contains(&format!("{setting}: 0.0.0.0:0")) && said.contains("[auth]"), "{said}");
    }
    assert!(!data.exists());
}

#[test]
fn a_demo_takes_a_free_port_beside_a_server() {
    // The ports that a server takes by default, if nothing else on this machine has them; taken either way.
    let _taken = ["127.0.0.1:8080", "127.0.0.1:8000"].map(std::net::TcpListener::bind);
    let shown = run(Command::new(PROGRAM).args(["demo", "--seconds", "1", "--rate", "5"]));
    assert!(shown.contains("sold of"), "{shown}");
}

/// A folder with two hundred records, and a byte flipped in the middle of what was durable.
fn damaged(folder: &Path) {
    let config = Config::default().with_segment_bytes(256 << 10).with_log_buffer_bytes(64 << 10);
    let engine = Engine::open(folder, config).expect("a new folder");
    for number in 0..200 {
        let name = ExternalId::new(&format!("note-{number}")).expect("valid");
        engine.note(Note::new(name, Some(vec![5; 3_000]))).wait().expect("set");
    }
    engine.close().expect("closed");
    let mut segments: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    segments.sort();
    let middle = &segments[1];
    let mut bytes = std::fs::read(middle).expect("a segment");
    let at = bytes.windows(64).position(|window| window == [5; 64]).expect("a note's value");
    bytes[at + 7] ^= 1;
    std::fs::write(middle, bytes).expect("written");
}

#[test]
fn a_damaged_folder_opens_only_with_consent_to_what_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    damaged(&data);
    let said = refused(&["serve", "--listen", "127.0.0.1:0"], &data);
    for told in
        ["kept would be: ", " records of the journal, the last one written at 20", "lost would be: ", ".cut"]
    {
        assert!(said.contains(told), "no {told:?} in: {said}");
    }
    let position = said.split("serve --consent ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let position = position.expect("the consent that opens it").to_owned();

    let other = refused(&["serve", "--listen", "127.0.0.1:0", "--consent", "1"], &data);
    assert!(other.contains("the consent given is for position 1"), "{other}");

    let serving = Serving::start(&data, "127.0.0.1:0", &["--consent", &position]);
    serving.stop();
    let cut = std::fs::read_dir(&data)
        .expect("a folder")
        .any(|entry| entry.expect("an entry").path().extension().is_some_and(|extension| extension == "cut"));
    assert!(cut, "what was lost is kept aside");
    // The folder is sound now: the same start needs no consent, and one that is given loses nothing.
    Serving::start(&data, "127.0.0.1:0", &["--consent", "1"]).stop();
}

/// Signals are heard before anything says that the server is ready.
#[test]
fn a_server_that_is_asked_to_end_as_soon_as_it_serves_ends_well() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..6 {
        Serving::start(folder.path(), "127.0.0.1:0", &[]).stop();
    }
}

/// What a start with this `[auth]` warns of, up to the moment from which it serves.
fn warnings_of_a_start(folder: &Path, auth: &str) -> Vec<String> {
    let file = folder.join("tacos.toml");
    std::fs::write(folder.join("secret"), [b's'; 48]).expect("written");
    std::fs::write(&file, auth).expect("written");
    let mut child = Command::new(PROGRAM)
        .current_dir(folder)
        .args(["--config", "tacos.toml", "serve", "--listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0"])
        .args(["--data-dir", "data"])
        .env("TACOS_LOG__LEVEL", "info")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (said, heard) = std::sync::mpsc::channel();
    let log = BufReader::new(child.stderr.take().expect("piped"));
    std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
    let mut lines = Vec::new();
    loop {
        match heard.recv_timeout(WATCHDOG) {
            Ok(line) if line.contains("serving addresses=") => break,
            Ok(line) => lines.push(line),
            Err(error) => {
                let _ = child.kill();
                panic!("it does not say that it serves ({error}): {lines:?}");
            }
        }
    }
    child.kill().expect("it had not ended");
    child.wait().expect("ended");
    lines.into_iter().filter(|line| line.contains(" WARN ")).collect()
}

#[test]
fn a_start_warns_of_tokens_that_were_made_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = "keys.main = { algorithm = \"HS256\", file = \"secret\" }";
    let open = warnings_of_a_start(folder.path(), &format!("[auth]\n{key}\n"));
    for named in ["auth.issuer is empty", "auth.audience is empty"] {
        assert!(open.iter().any(|line| line.contains(named)), "no {named} in {open:?}");
    }
    let closed = format!("[auth]\nissuer = \"us\"\naudience = \"tickets\"\n{key}\n");
    let closed = warnings_of_a_start(folder.path(), &closed);
    assert!(!closed.iter().any(|line| line.contains("auth.") || line.contains("NO KEYS")), "{closed:?}");
    let none = warnings_of_a_start(folder.path(), "");
    assert!(none.iter().any(|line| line.contains("NO KEYS ARE CONFIGURED")), "{none:?}");
}
