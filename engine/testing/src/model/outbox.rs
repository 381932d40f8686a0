//! Webhooks as the model sees them: a webhook for each result of a payment whose command names an address, delivered in
//! order per payment, with attempts counted and spaced out, and dead at the end.

use tacos_engine::Command;
use tacos_engine::PaymentState;
use tacos_engine::clock::UnixMs;
use tacos_engine::views::WebhookView;
use tacos_engine::{PaymentId, WebhookId};

use super::{Checked, Model, Violation};

/// One webhook that is not delivered yet.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    payment: PaymentId,
    tells: PaymentState,
    created_at: UnixMs,
    /// Known once it was shown.
    id: Option<WebhookId>,
    attempts: u32,
    /// Between these two it is to be tried next; `None` for a dead letter.
    next: Option<(UnixMs, UnixMs)>,
}

impl Model {
    /// A payment has come to a result.
    pub(super) fn result(&mut self, payment: PaymentId, tells: PaymentState, at: UnixMs) {
        if self.payments.get(&payment).is_some_and(|intent| intent.has_url) {
            let next = Some((at, at));
            self.letters.push(Letter { payment, tells, created_at: at, id: None, attempts: 0, next });
        }
    }

    /// An attempt was recorded, or a dead letter put back.
    pub(super) fn webhook_fact(&mut self, id: WebhookId, at: UnixMs) -> Checked {
        let asked = self.asking().find_map(|(index, command)| match command {
            Command::ReportWebhook(c) if c.webhook == id => Some((index, Some(c.delivered))),
            Command::ReplayWebhook(webhook) if *webhook == id => Some((index, None)),
            _ => None,
        });
        let retries_max = self.rules.webhook_retries_max;
        let place = self.letters.iter().position(|letter| letter.id == Some(id));
        let (Some((index, delivered)), Some(place)) = (asked, place) else {
            return Violation::of(format!("nobody tried {id}, or nobody was to"));
        };
        self.in_flight[index].used = true;
        let letter = &mut self.letters[place];
        match delivered {
            Some(true) => drop(self.letters.remove(place)),
            Some(false) => {
                letter.attempts += 1;
                // Half a second to one, one to two, two to four, …, at most a minute.
                let full_ms = (500_u64 << letter.attempts.clamp(1, 7)).min(60_000);
                let next = (at.plus_ms(full_ms / 2), at.plus_ms(full_ms));
                letter.next = (letter.attempts <= retries_max).then_some(next);
            }
            None => (letter.attempts, letter.next) = (0, Some((at, at))),
        }
        Ok(())
    }

    /// These are said to be due at `now`; `most` were asked for.
    pub(crate) fn webhooks_due(&mut self, due: &[WebhookView], most: usize, now: UnixMs) -> Checked {
        for view in due {
            let wrong = |why: &str| Violation(format!("{why}: {view:?} at {now}"));
            // The oldest living letter of a payment goes first.
            let head = self
                .letters
                .iter_mut()
                .find(|letter| letter.payment == view.payment && letter.next.is_some());
            let letter = head.ok_or_else(|| wrong("a webhook that nobody wants"))?;
            if *letter.id.get_or_insert(view.id) != view.id {
                return Err(wrong("a webhook out of order"));
            }
            let same = (letter.tells, letter.created_at, letter.attempts);
            let (first, last) = letter.next.expect("it lives");
            let in_time = view.next_at.is_some_and(|at| first <= at && at <= last && at <= now);
            if same != (view.tells, view.created_at, view.attempts) || !in_time {
                return Err(wrong(&format!("a webhook that is {letter:?}")));
            }
        }
        if due.len() == most {
            return Ok(());
        }
        let mut seen = Vec::new();
        for letter in self.letters.iter().filter(|letter| letter.next.is_some()) {
            let is_head = !seen.contains(&letter.payment);
            seen.push(letter.payment);
            let is_due = letter.next.is_some_and(|(_, last)| last <= now);
            if is_head && is_due && due.iter().all(|view| Some(view.id) != letter.id) {
                return Violation::of(format!("a webhook is forgotten at {now}: {letter:?}"));
            }
        }
        Ok(())
    }

    /// These are said to be the oldest dead letters.
    pub(crate) fn webhooks_dead(&self, dead: &[WebhookView]) -> Checked {
        let shown: Vec<_> = dead.iter().map(|view| (Some(view.id), view.attempts, view.next_at)).collect();
        let letters = self.letters.iter().filter(|letter| letter.next.is_none());
        let expected: Vec<_> =
            letters.map(|letter| (letter.id, letter.attempts, None)).take(dead.len().max(100)).collect();
        if shown == expected {
            return Ok(());
        }
        Violation::of(format!("the dead letters are {shown:?}, not {expected:?}"))
    }

    /// How many webhooks wait, and how many are dead.
    pub(crate) fn webhook_counts(&self) -> (usize, usize) {
        let dead = self.letters.iter().filter(|letter| letter.next.is_none()).count();
        (self.letters.len() - dead, dead)
    }
}
