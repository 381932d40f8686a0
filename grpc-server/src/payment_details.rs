//! Form of card and account data. What is checked here lives only as long as its call: no reason given names a value.

use tacos_engine::UnixMs;
use tacos_proto::payment::v1::{CreditCardDetails, PaymentDetails, PaymentMethod};

use crate::wire::Checks;
use crate::wire::time::civil;

/// Checks the part that belongs to the method, and that no other is filled. Returns the method.
pub(crate) fn check(checks: &mut Checks, details: &PaymentDetails, today: UnixMs) -> Option<i32> {
    let method = PaymentMethod::try_from(details.method).unwrap_or(PaymentMethod::Unspecified);
    let card = matches!(method, PaymentMethod::CreditCard | PaymentMethod::DebitCard);
    let bank = method == PaymentMethod::BankTransfer;
    let phone = matches!(method, PaymentMethod::MobilePay | PaymentMethod::DigitalWallet);
    for (belongs, filled, field) in [
        (card, details.credit_card.is_some(), "payment_details.credit_card"),
        (bank, details.bank_transfer.is_some(), "payment_details.bank_transfer"),
        (phone, details.mobile_pay.is_some(), "payment_details.mobile_pay"),
    ] {
        if filled && !belongs {
            checks.bad(field, "does not belong to the method", "");
        }
    }
    if method == PaymentMethod::Unspecified {
        checks.bad("payment_details.method", "required", details.method);
        return None;
    }
    if let Some(card) = &details.credit_card {
        check_card(checks, card, today);
    }
    if let Some(bank) = &details.bank_transfer {
        let fits = bank.bank_code.len() <= 32 && bank.account_holder.len() <= 128;
        if !fits || bank.account_number.is_empty() || bank.account_number.len() > 34 {
            checks.bad("payment_details.bank_transfer", "is malformed", "");
        }
    }
    if let Some(phone) = &details.mobile_pay {
        let digits = phone.mobile_number.strip_prefix('+').unwrap_or_default();
        let number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if phone.provider.len() > 64 || !number {
            checks.bad("payment_details.mobile_pay", "is malformed", "");
        }
    }
    Some(details.method)
}

fn check_card(checks: &mut Checks, card: &CreditCardDetails, today: UnixMs) {
    let digits: Vec<u32> =
        card.card_number.chars().filter(|sign| *sign != ' ').filter_map(|sign| sign.to_digit(10)).collect();
    let only_digits = card.card_number.chars().all(|sign| sign.is_ascii_digit() || sign == ' ');
    if !only_digits || !(12..=19).contains(&digits.len()) || !luhn(&digits) {
        checks.bad("payment_details.credit_card.card_number", "is malformed", "");
    }
    let month: u64 = card.expiry_month.parse().unwrap_or(0);
    let year: u64 = card.expiry_year.parse().unwrap_or(0);
    let form = card.expiry_month.len() == 2 && card.expiry_year.len() == 4 && (1..=12).contains(&month);
    if !form
        || (year, month) < {
            let (year, month, _) = civil(today);
            (year, month)
        }
    {
        checks.bad("payment_details.credit_card.expiry_month", "is malformed or in the past", "");
    }
    let cvv = (3..=4).contains(&card.cvv.len()) && card.cvv.bytes().all(|byte| byte.is_ascii_digit());
    if !cvv || card.cardholder_name.len() > 128 {
        checks.bad("payment_details.credit_card", "is malformed", "");
    }
}

/// The check digit of ISO/IEC 7812.
fn luhn(digits: &[u32]) -> bool {
    let weigh = |(at, digit): (usize, &u32)| match (at % 2, digit * 2) {
        (0, _) => *digit,
        (_, doubled) if doubled > 9 => doubled - 9,
        (_, doubled) => doubled,
    };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_card_number_is_refused_without_being_shown() {
        let card = |number: &str| PaymentDetails {
            method: PaymentMethod::CreditCard as i32,
            credit_card: Some(CreditCardDetails {
                card_number: number.to_owned(),
                expiry_month: "12".to_owned(),
                expiry_year: "2099".to_owned(),
                cardholder_name: "Kim".to_owned(),
                cvv: "123".to_owned(),
            }),
            ..PaymentDetails::default()
        };
        let mut checks = Checks::new();
        assert!(check(&mut checks, &card("4242 4242 4242 4242"), UnixMs::new(0)).is_some());
        checks.done().expect("well-formed");
        let mut checks = Checks::new();
        check(&mut checks, &card("4242424242424241"), UnixMs::new(0));
        let error = checks.done().expect_err("the check digit is wrong");
        assert!(!format!("{error:?}").contains("4242"));
    }
}
