//! `call` and `try`: the built-in client, for machines without grpcurl.

use super::{runtime, say};
use crate::cli::{Call, Reach, Try};
use crate::client::{Client, at_path, plain};
use crate::walk;

fn client(reach: &Reach) -> Result<Client, String> {
    Client::new(&reach.target, reach.ca.as_deref(), reach.token_file.as_deref())
}

/// Calls one RPC and prints its answer, or all that it streams.
///
/// # Errors
/// What went wrong, or the error that the answer carries, in words.
pub fn call(call: &Call) -> Result<(), String> {
    runtime()?.block_on(async {
        let mut answers = client(&call.reach)?.start(&call.rpc, &call.json).await?;
        let mut shown = 0;
        while let Some(answer) = answers.next().await? {
            if let Some(error) = answer.get("error") {
                return Err(format!("{} was refused: {error:#}", call.rpc));
            }
            match &call.get {
                None => say(&format!("{answer:#}"))?,
                Some(path) => {
                    let value = at_path(&answer, path)
                        .ok_or_else(|| format!("the answer has no {path}: {answer:#}"))?;
                    say(&plain(value))?;
                }
            }
            shown += 1;
            if shown == call.most {
                break;
            }
        }
        Ok(())
    })
}

/// Walks one customer from the line to a confirmed seat.
///
/// # Errors
/// The first step that did not come as it should, in words.
pub fn try_it(options: &Try) -> Result<(), String> {
    let user = options.user.clone().unwrap_or_else(|| format!("kim-{}", &crate::wire::trace_id()[..6]));
    runtime()?.block_on(async {
        let client = client(&options.reach)?;
        walk::walk(&client, &options.event, &user, say).await?;
        say("\nJoined, let in, held, paid, confirmed.")
    })
}
