//! One thread that keeps so many operations in flight: as each answer comes out of the completion queue, the next
//! command goes in.

use std::time::{Duration, Instant};

use tacos_engine::{Command, CompletionQueue, Engine, Reply};

use crate::{Customer, Outcome};

/// Longer than any sync; an answer that takes longer will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Holds and confirms for all `customers`, `in_flight` of them at once, each confirming as soon as the hold is
/// acknowledged. Returns the time that all took together. `each` hears how long every single write took.
///
/// # Errors
/// If a write is refused, or fails.
pub fn hold_and_confirm(
    engine: &Engine,
    customers: &[Customer],
    in_flight: usize,
    mut each: impl FnMut(bool, Duration),
) -> Outcome<Duration> {
    let queue: CompletionQueue<Reply> = engine.completion_queue(in_flight);
    let commands: Vec<Command> =
        customers.iter().map(|customer| Command::Reserve(Box::new(customer.hold.clone()))).collect();
    let mut sent = vec![Instant::now(); customers.len()];
    let mut answers = Vec::with_capacity(in_flight);
    let (mut next, mut bought) = (0, 0);
    let begun = Instant::now();
    let send = |at: usize, sent: &mut [Instant], command: &Command| -> Outcome<()> {
        sent[at] = Instant::now();
        let accepted = engine.submit(command).notify(&queue, at as u64);
        accepted.map_err(|refused| format!("not accepted: {:?}", refused.reason).into())
    };
    while bought < customers.len() {
        while next < customers.len() && next - bought < in_flight {
            send(next, &mut sent, &commands[next])?;
            next += 1;
        }
        let asked = Instant::now();
        // Nothing now and then means only that there is nothing yet.
        if queue.poll(in_flight, PATIENCE, &mut answers) == 0 && asked.elapsed() >= PATIENCE {
            return Err(format!("no answer within {PATIENCE:?}").into());
        }
        for answer in answers.drain(..) {
            let at = usize::try_from(answer.tag)?;
            let is_hold = match answer.result? {
                Reply::Reserved(held) => {
                    each(true, sent[at].elapsed());
                    let confirm = Command::Confirm(Box::new(customers[at].confirm(held.id)));
                    send(at, &mut sent, &confirm)?;
                    true
                }
                Reply::Confirmed(_) => false,
                other => return Err(format!("neither held nor confirmed: {other:?}").into()),
            };
            if !is_hold {
                each(false, sent[at].elapsed());
                bought += 1;
            }
        }
    }
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sale;

    #[test]
    fn everything_is_sold_however_many_are_in_flight() {
        for in_flight in [1, 16, 300] {
            let mut sale = Sale::new(1_000, crate::Venue::in_memory).expect("a sale");
            let customers = sale.customers(usize::MAX).expect("customers");
            let mut writes = 0;
            hold_and_confirm(&sale.venue.engine, &customers, in_flight, |_, _| writes += 1).expect("sold");
            assert_eq!(writes, 1_000, "a hold and a confirmation for each of 500 pairs");
            sale.check_all_sold();
        }
    }
}
