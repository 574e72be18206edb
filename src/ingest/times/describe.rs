//! A found format in strftime's words.

use super::formats::Order;
use super::names::Month;
use super::scan::{DateText, Scanned};

/// The pattern that writes texts like the one scanned.
pub(super) fn label(order: Order, look: &Scanned) -> String {
    let mut label = date_label(order, &look.date);
    if let Some(clock) = look.clock {
        label.push_str(look.joint);
        label.push_str(clock.style);
    }
    if look.offset.is_some() {
        label.push_str("%z");
    }
    label
}

fn date_label(order: Order, date: &DateText) -> String {
    let joined = |parts: [&str; 3], separator: u8| parts.join(&char::from(separator).to_string());
    match (order, *date) {
        (Order::YearFirst, DateText::YearFirst { separator, .. }) => joined(["%Y", "%m", "%d"], separator),
        (Order::DayFirst, DateText::YearLast { separator, .. }) => joined(["%d", "%m", "%Y"], separator),
        (Order::MonthFirst, DateText::YearLast { separator, .. }) => joined(["%m", "%d", "%Y"], separator),
        (Order::Compact, _) => "%Y%m%d".to_owned(),
        (_, DateText::Named { month: Month::Jalali(_), .. }) => "%d %B %Y".to_owned(),
        _ => "%d %b %Y".to_owned(),
    }
}
