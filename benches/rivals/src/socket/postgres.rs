//! Orders over a connection to PostgreSQL: the same prepared functions as of the contestant.

use tokio_postgres::Client as Driver;

use super::Till;
use crate::contestants::postgres::{Postgres, Session};
use crate::rival::{Fault, HOLD_MS, Order};

/// A connection.
pub struct PostgresTill(Session);

impl PostgresTill {
    /// Connects over TCP.
    ///
    /// # Errors
    /// The server is gone, or has no connection left.
    pub async fn open(postgres: &Postgres) -> Result<Self, Fault> {
        Ok(Self(postgres.session(&postgres.over_tcp()).await?))
    }

    /// From now on a commit waits so long for others, in microseconds, if at least five are under way.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn delay_commits(&self, delay_us: u32) -> Result<(), Fault> {
        Ok(self.0.driver.batch_execute(&format!("set commit_delay = {delay_us}")).await?)
    }
}

impl Till for PostgresTill {
    type Wish = Order;

    async fn grant(&self, order: &Order) -> Result<(), Fault> {
        let Session { driver, statements: [hold, confirm, _] } = &self.0;
        let (number, [a, b]) =
            (i64::try_from(order.number)?, order.seats.each_ref().map(ToString::to_string));
        let ms = i32::try_from(HOLD_MS)?;
        expect(driver, hold, &[&number, &a, &b, &ms], 0).await?;
        expect(driver, confirm, &[&number, &a, &b], 2).await
    }
}

async fn expect(
    driver: &Driver,
    statement: &tokio_postgres::Statement,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    wanted: i32,
) -> Result<(), Fault> {
    let answer: i32 = driver.query_one(statement, parameters).await?.try_get(0)?;
    if answer == wanted { Ok(()) } else { Err(format!("answered {answer}, not {wanted}").into()) }
}
