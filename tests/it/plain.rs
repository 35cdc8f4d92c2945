//! Plain values: ids and their numbers, instants and their days, money and its rounding, sums by
//! month, each against how one would say it first.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::strategy::Strategy;
use tenure::ids::{Ids, NOBODY};
use tenure::money::{div_round, parse_decimal};
use tenure::month::{Calendar, Micros, Month, MonthRange};
use tenure::normalise::monthly::Monthly;

use crate::laws::config;

/// Few short texts, so that they repeat; empty ones, some around whole words and what a slot holds, long ones, none.
fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    vec(proptest::option::weighted(0.95, "[ab]{0,9}|(ab){3,13}[a\\x00]{0,2}|[a-z]{20,40}|c[0-9]{1,3}"), 0..700)
}

fn zones() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["UTC", "America/New_York", "Africa/Cairo", "Pacific/Apia", "Asia/Kolkata"])
}

#[test]
fn threads_give_equal_ids_equal_numbers() {
    let ids = Ids::default();
    let text = |at: u32| format!("{at}").repeat(1 + at as usize % 8);
    let texts: Vec<String> = (0..20_000).map(text).collect();
    // all at the same texts at the same time, so that several find one missing before any of them numbers it
    let barrier = std::sync::Barrier::new(4);
    let of_thread = || {
        barrier.wait();
        let numbers = texts.chunks(150).flat_map(|texts| ids.numbers(texts.iter().map(|text| Some(text.as_str()))));
        texts.iter().zip(numbers.collect::<Vec<u32>>()).collect::<Vec<_>>()
    };
    let found: Vec<(&String, u32)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(of_thread)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let known = ids.known();
    found.iter().for_each(|(text, number)| assert_eq!(known.text(*number), *text));
    assert_eq!(known.len(), texts.iter().collect::<std::collections::HashSet<_>>().len());
}

#[test]
fn decimals_of_any_exponent_are_read_or_refused() {
    let read = [("1e3", 1_000), ("-2.5E+1", -25), ("0e99999999999", 0), ("1e-99999999999", 0), (".5e1", 5)];
    for (text, value) in read {
        assert_eq!(parse_decimal(text), Some(value * 100_000_000), "{text}");
    }
    let huge = format!("1e{}", i64::MAX);
    assert_eq!(parse_decimal(&format!("1.5e{}", i64::MIN)), Some(0));
    for text in ["1e2147483647", "1e31", huge.as_str(), "1e99999999999999999999", "", ".", "1e", "e1", "1_0"] {
        assert_eq!(parse_decimal(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn numbers_are_sorted_as_their_texts_are(mut given in vec("[a\\x00]{0,3}|same beginning, [a-c]{0,3}|[a-zA-Z]{1,20}", 0..200)) {
        let ids = Ids::default();
        let mut numbers = ids.numbers(given.iter().map(|text| Some(text.as_str())));
        ids.known().sort_by_text(&mut numbers);
        given.sort_unstable();
        let known = ids.known();
        let sorted: Vec<&str> = numbers.iter().map(|number| known.text(*number)).collect();
        prop_assert_eq!(sorted, given);
    }

    #[test]
    fn monthly_sums_are_those_of_the_rows(
        rows in vec((0..6_i32, 0..20_u32, -5..5_i64), 0..200),
        mut customers in vec(0..25_u32, 0..20),
        first in 0..6_i32,
        last in 0..6_i32,
    ) {
        customers.sort_unstable();
        customers.dedup();
        let monthly = Monthly::of(rows.iter().map(|(month, customer, value)| (Month(*month), *customer, *value)));
        // a customer counts from a month of its own on
        let counts = |customer: u32, month: Month| month.0 >= customer as i32 % 4;
        let sum = |customer: &u32, is_whole: bool| -> i64 {
            let is_asked = |(month, of, _): &&(i32, u32, i64)| {
                of == customer && (first..=last).contains(month) && (is_whole || counts(*of, Month(*month)))
            };
            rows.iter().filter(is_asked).map(|(_, _, value)| value).sum()
        };
        let months = MonthRange { first: Month(first), last: Month(last) };
        let sums = |is_whole| customers.iter().map(|customer| sum(customer, is_whole)).collect::<Vec<_>>();
        prop_assert_eq!(monthly.sums(&customers, months), sums(true));
        prop_assert_eq!(monthly.sums_where(&customers, months, counts), sums(false));
    }

    #[test]
    fn equal_ids_have_equal_numbers(batches in vec(texts(), 1..5)) {
        let ids = Ids::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        for batch in batches {
            let numbers = ids.numbers(batch.iter().map(Option::as_deref));
            prop_assert_eq!(numbers.len(), batch.len());
            for (text, number) in batch.into_iter().zip(numbers) {
                let Some(text) = text else {
                    prop_assert_eq!(number, NOBODY);
                    continue;
                };
                let next = known.len() as u32;
                prop_assert_eq!(number, *known.entry(text.clone()).or_insert(next), "{}", text);
            }
            prop_assert_eq!(ids.known().len(), known.len());
            known.iter().for_each(|(text, number)| assert_eq!(ids.known().text(*number), text));
        }
    }

    #[test]
    fn an_instant_lies_in_the_last_day_and_month_that_began(zone in zones(), instants in vec(any::<Micros>(), 20)) {
        let calendar = Calendar::new(zone, jiff::civil::date(2026, 10, 31), 0).unwrap();
        let (first, last) = (Month::new(1900, 1), calendar.as_of_month().plus(24));
        let starts: Vec<Micros> = (first.0..=last.0).map(|month| calendar.start(Month(month))).collect();
        let at_edges = instants.iter().flat_map(|at| {
            let month = calendar.start(Month(first.0 + at.rem_euclid(i64::from(last.0 - first.0)) as i32));
            let day = calendar.day_start(at.rem_euclid(20_000) as i32);
            [*at, at / 4_000, month - 1, month, month + 1, day - 1, day, day + 1]
        });
        for at in at_edges {
            let after = starts.partition_point(|start| *start <= at) as i32;
            prop_assert_eq!(calendar.month_of(at).0, first.0 + (after - 1).max(0), "{}", at);
            let day = calendar.day_of(at);
            let is_inside = first.days() < day && day < last.days();
            if is_inside {
                assert!(calendar.day_start(day) <= at && at < calendar.day_start(day + 1), "{zone} {at} {day}");
            }
        }
    }

    #[test]
    fn short_and_long_divisions_round_alike(numerator in any::<i64>(), by in 1..i64::MAX, small in 1..200_i64) {
        for divisor in [by, small] {
            // a common factor beyond 64 bits takes the long way
            let (short, factor) = ((i128::from(numerator), i128::from(divisor)), 1_i128 << 62);
            prop_assert_eq!(div_round(short.0, short.1), div_round(short.0 * factor, short.1 * factor));
        }
    }
}
