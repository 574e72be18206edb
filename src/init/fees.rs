//! The money that a payment service leaves after its fees is not what customers paid.

use super::money::numbers;
use super::roles::Role;
use super::sales::{Candidate, Pick, Sales};
use super::tables::{Column, Table};
use super::words::Concept;

/// Takes the money before fees where a net amount was chosen that is what fees leave of it; says so.
pub(super) fn before_fees(main: &Table, sales: &mut Sales) -> Option<String> {
    let net = sales.pick(Role::Amount).filter(|pick| pick.column.says(Concept::Net))?.clone();
    let named = |concept| move |column: &&Column| column.says(concept) && column.profile.is_number();
    let (gross, fee) = main.columns.iter().filter(named(Concept::Gross)).find_map(|gross| {
        let mut fees = main.columns.iter().filter(named(Concept::Balance));
        Some((gross, fees.find(|fee| is_left(&net.column, gross, fee))?))
    })?;
    let column = main.column(&gross.name)?;
    let chosen = Candidate { table: sales.main, column, way: Vec::new(), ..net.chosen };
    sales.picks.insert(Role::Amount, Pick { chosen, column: gross.clone() });
    Some(format!("not `{}`, which is what `{}` leaves of it", net.column.name, fee.name))
}

/// Whether a net amount is the gross one less a fee, which may be written with a minus.
fn is_left(net: &Column, gross: &Column, fee: &Column) -> bool {
    /// Share of rows that must agree, and rows with a fee that make a comparison mean something.
    const AGREE: f64 = 0.9;
    const ENOUGH: usize = 20;
    let (mut with_fee, mut agree) = (0_usize, 0_usize);
    for ((net, gross), fee) in numbers(net).into_iter().zip(numbers(gross)).zip(numbers(fee)) {
        let (Some(net), Some(gross), Some(fee)) = (net, gross, fee) else { continue };
        if fee.abs() > f64::EPSILON {
            with_fee += 1;
            agree += usize::from(((gross - net).abs() - fee.abs()).abs() < 0.006);
        }
    }
    with_fee >= ENOUGH && agree as f64 >= AGREE * with_fee as f64
}
