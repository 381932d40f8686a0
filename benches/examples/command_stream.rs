//! Durable holds a second through a server: by unary calls, and over one and two streams of commands, in one run. Each
//! hold is of two named seats under a fresh key, for a customer of its own, in a hall made for its series.
//!
//! `benches/command_stream.sh` starts a server and runs this against it.

use std::collections::HashMap;
use std::error::Error;
use std::time::{Duration, Instant};

use clap::Parser;
use hdrhistogram::Histogram;
use tacos_proto::command::v1::answer::Outcome;
use tacos_proto::command::v1::call::Operation;
use tacos_proto::command::v1::{self as wire, Call};
use tacos_proto::engine::v1::command_service_client::CommandServiceClient;
use tacos_proto::engine::v1::{RunRequest, RunResponse};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

type Outcomes<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Seats of a row.
const ROW: u32 = 1_000;
/// Rows of a section: an engine takes 2,097,151 seats in one.
const SECTION: usize = 2_000;

#[derive(Clone, Parser)]
#[command(about = "Durable holds a second through a server: unary calls beside streams of commands")]
struct Asked {
    /// The server, for example http://127.0.0.1:8080.
    #[arg(long, value_name = "URL")]
    target: String,
    /// Its process, whose processor time is measured.
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,
    /// How long each series lasts at most, in seconds.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Holds of one series at most; two seats each.
    #[arg(long, default_value_t = 1_500_000)]
    holds: u32,
}

/// How many calls are under way: streams or connections, messages of each, calls of a message.
#[derive(Clone, Copy)]
struct Shape {
    streams: u32,
    messages: u32,
    calls: u32,
}

#[derive(Default)]
struct Found {
    done: u64,
    refused: u64,
    took: Option<Histogram<u64>>,
}

impl Found {
    fn heard(&mut self, since: Duration, is_done: bool) -> Outcomes<()> {
        if is_done {
            self.done += 1;
        } else {
            self.refused += 1;
        }
        let took = match &mut self.took {
            Some(took) => took,
            none => none.insert(Histogram::new(3)?),
        };
        took.record(u64::try_from(since.as_micros())?.max(1))?;
        Ok(())
    }

    fn add(&mut self, other: &Self) -> Outcomes<()> {
        self.done += other.done;
        self.refused += other.refused;
        match (&mut self.took, &other.took) {
            (Some(took), Some(more)) => took.add(more)?,
            (none, more) => none.clone_from(more),
        }
        Ok(())
    }
}

fn seat(number: u32) -> String {
    format!("r{}-{}", number / ROW, number % ROW + 1)
}

/// A hall with two seats for every hold, on sale.
async fn open_hall(channel: &Channel, event: &str, holds: u32) -> Outcomes<()> {
    let rows = (0..=(holds * 2).div_ceil(ROW)).map(|row| wire::Row {
        label: row.to_string(),
        price_minor: 100,
        numbered: Some(wire::NumberedSeats {
            prefix: format!("r{row}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: ROW,
        }),
        ..wire::Row::default()
    });
    let rows: Vec<wire::Row> = rows.collect();
    let sections = rows.chunks(SECTION).enumerate().map(|(at, rows)| wire::Section {
        name: format!("s{at}"),
        rows: rows.to_vec(),
        ..wire::Section::default()
    });
    let create = wire::CreateEvent {
        event: event.into(),
        settings: Some(wire::EventSettings {
            name: event.into(),
            currency: "EUR".into(),
            ..wire::EventSettings::default()
        }),
        seats: Some(wire::SeatMap { sections: sections.collect() }),
        ..wire::CreateEvent::default()
    };
    let open = wire::SetSale {
        event: event.into(),
        state: wire::SaleState::Open.into(),
        ..wire::SetSale::default()
    };
    let calls = [Operation::CreateEvent(create), Operation::SetSale(open)];
    let calls = calls.map(|operation| Call { tag: 0, deadline_ms: None, operation: Some(operation) });
    let messages = tokio_stream::once(RunRequest { calls: calls.into() });
    let mut answers = CommandServiceClient::new(channel.clone()).run(messages).await?.into_inner();
    let mut done = 0;
    while let Some(RunResponse { answers, .. }) = answers.message().await? {
        for answer in answers {
            match answer.outcome {
                Some(Outcome::EventChanged(_)) => done += 1,
                other => return Err(format!("the hall is not open: {other:?}").into()),
            }
        }
    }
    if done == 2 { Ok(()) } else { Err("the hall is not open".into()) }
}

fn hold(event: &str, number: u32) -> Call {
    let names = vec![seat(2 * number), seat(2 * number + 1)];
    let want = wire::seat_request::Form::Seats(wire::SeatNames { names });
    let reserve = wire::Reserve {
        event: event.into(),
        user: format!("user-{number}"),
        want: Some(wire::SeatRequest { form: Some(want) }),
        key: Some(format!("key-{event}-{number}")),
        ..wire::Reserve::default()
    };
    Call { tag: number.into(), deadline_ms: None, operation: Some(Operation::Reserve(reserve)) }
}

/// Holds over one stream: a message is answered, whenever, by so many more calls.
async fn over_stream(
    channel: Channel,
    event: String,
    from: u32,
    to: u32,
    shape: Shape,
    until: Instant,
) -> Outcomes<Found> {
    let (send, messages) = mpsc::channel(shape.messages as usize);
    let window = shape.messages * shape.calls;
    let (mut next, mut sent, mut found) = (from, HashMap::with_capacity(window as usize), Found::default());
    let message = |next: &mut u32, sent: &mut HashMap<u64, Instant>| {
        let numbers = *next..to.min(*next + shape.calls);
        *next = numbers.end;
        let now = Instant::now();
        let calls: Vec<Call> = numbers.map(|number| hold(&event, number)).collect();
        sent.extend(calls.iter().map(|call| (call.tag, now)));
        RunRequest { calls }
    };
    let mut client = CommandServiceClient::new(channel);
    let mut answers = client.run(ReceiverStream::new(messages)).await?.into_inner();
    while next < to && next - from < window {
        send.send(message(&mut next, &mut sent)).await?;
    }
    let mut send = Some(send);
    let mut free = 0;
    while let Some(RunResponse { answers, .. }) = answers.message().await? {
        let now = Instant::now();
        for answer in answers {
            let since = sent.remove(&answer.tag).ok_or("an answer to no call")?;
            found.heard(now - since, matches!(answer.outcome, Some(Outcome::Reserved(_))))?;
            free += 1;
        }
        while free >= shape.calls {
            free -= shape.calls;
            if next < to
                && now < until
                && let Some(send) = &send
            {
                send.send(message(&mut next, &mut sent)).await?;
            } else {
                send = None;
            }
        }
    }
    if sent.is_empty() { Ok(found) } else { Err(format!("{} calls have no answer", sent.len()).into()) }
}

/// Holds by unary calls over one connection, so many under way.
async fn unary(
    channel: Channel,
    event: String,
    numbers: std::ops::Range<u32>,
    until: Instant,
) -> Outcomes<Found> {
    let (mut client, mut found) = (InventoryServiceClient::new(channel), Found::default());
    for number in numbers {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let request = ReserveSeatRequest {
            event_id: event.clone(),
            seat_ids: vec![seat(2 * number), seat(2 * number + 1)],
            quantity: 2,
            user_id: format!("user-{number}"),
            reservation_id: format!("theirs-{event}-{number}"),
            idempotency_key: format!("key-{event}-{number}"),
            ..ReserveSeatRequest::default()
        };
        let answer = client.reserve_seat(request).await?.into_inner();
        found.heard(begun.elapsed(), answer.error.is_none())?;
    }
    Ok(found)
}

/// Processor time of a process so far.
fn processor(pid: Option<u32>) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid?)).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // Linux counts a hundred ticks a second for every process, whatever the kernel's own clock.
    Some(Duration::from_millis(ticks * 10))
}

async fn series(asked: &Asked, name: &str, shape: Option<Shape>) -> Outcomes<f64> {
    let connect = || async {
        Channel::from_shared(asked.target.clone())?
            .connect()
            .await
            .map_err(Box::<dyn Error + Send + Sync>::from)
    };
    let event: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    open_hall(&connect().await?, &event, asked.holds).await?;
    let (before, begun) = (processor(asked.pid), Instant::now());
    let until = begun + Duration::from_secs(asked.seconds);
    let mut work = Vec::new();
    let streams = shape.map_or(8, |shape| shape.streams);
    let of_each = asked.holds / streams;
    for stream in 0..streams {
        let (channel, from) = (connect().await?, stream * of_each);
        match shape {
            Some(shape) => {
                work.push(tokio::spawn(over_stream(
                    channel,
                    event.clone(),
                    from,
                    from + of_each,
                    shape,
                    until,
                )));
            }
            None => {
                let of_one = of_each / 16;
                for one in 0..16 {
                    let from = from + one * of_one;
                    work.push(tokio::spawn(unary(
                        channel.clone(),
                        event.clone(),
                        from..from + of_one,
                        until,
                    )));
                }
            }
        }
    }
    let mut found = Found::default();
    for one in work {
        found.add(&one.await??)?;
    }
    let took = begun.elapsed();
    let used = before.zip(processor(asked.pid)).map(|(before, after)| after - before);
    let a_second = f64::from(u32::try_from(found.done)?) / took.as_secs_f64();
    let at = |of: f64| found.took.as_ref().map_or(0, |took| took.value_at_quantile(of));
    let each = used.map_or_else(String::new, |used| {
        format!("{:.1}", used.as_secs_f64() * 1e6 / f64::from(u32::try_from(found.done).unwrap_or(u32::MAX)))
    });
    say(&format!(
        "{name:32}{a_second:>12.0}{:>10}{:>10}{:>10}{:>10}{each:>12}",
        found.refused,
        at(0.5),
        at(0.99),
        at(0.999)
    ))?;
    Ok(a_second)
}

fn say(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
}

#[tokio::main]
async fn main() -> Outcomes<()> {
    let asked = Asked::parse();
    let head = ["holds a second", "refused", "p50 µs", "p99 µs", "p99.9 µs", "server µs"];
    say(&format!(
        "{:30}{:>14}{:>10}{:>10}{:>10}{:>10}{:>12}",
        "", head[0], head[1], head[2], head[3], head[4], head[5]
    ))?;
    let unary = series(&asked, "unary, 8 connections × 16", None).await?;
    for (name, streams, messages, calls) in [
        ("one stream, 128 × 1", 1, 128, 1),
        ("one stream, 4 × 64", 1, 4, 64),
        ("one stream, 32 × 32", 1, 32, 32),
        ("one stream, 8 × 256", 1, 8, 256),
        ("two streams, 8 × 256", 2, 8, 256),
    ] {
        let found = series(&asked, name, Some(Shape { streams, messages, calls })).await?;
        say(&format!("{:32}{:>12.2} × unary", "", found / unary))?;
    }
    Ok(())
}
