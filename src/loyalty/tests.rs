//! The whole stage: reference vectors and the properties of methods 3.

use super::*;

struct Case {
    scores: [Option<u8>; 3],
    satisfaction: Option<f64>,
    unanswered: Option<&'static str>,
}

fn case(scores: [u8; 3], satisfaction: Option<f64>) -> Case {
    Case { scores: scores.map(Some), satisfaction, unanswered: None }
}

fn loyalty(cases: &[Case], attitude: Option<&[Option<f64>]>, params: &LoyaltyParams) -> Loyalty {
    let scores = |i: usize| cases.iter().map(|c| c.scores[i]).collect::<Vec<_>>();
    let customers = table::new(vec![
        Column::new(columns::R_SCORE.into(), scores(0)),
        Column::new(columns::F_SCORE.into(), scores(1)),
        Column::new(columns::M_SCORE.into(), scores(2)),
        Column::new(
            columns::SATISFACTION_SCORE.into(),
            cases.iter().map(|c| c.satisfaction).collect::<Vec<_>>(),
        ),
        Column::new(columns::SATISFACTION_WHY.into(), cases.iter().map(|c| c.unanswered).collect::<Vec<_>>()),
    ])
    .unwrap();
    run(customers, attitude, params, 5).unwrap()
}

fn texts(of: &Loyalty, name: &str) -> Vec<Option<String>> {
    table::texts(&of.customers, name).unwrap().into_iter().map(|t| t.map(str::to_owned)).collect()
}

fn nine_decimals(figures: &[Option<f64>]) -> Vec<Option<i64>> {
    figures.iter().map(|f| f.map(quadrant::grains)).collect()
}

#[test]
fn quadrants_follow_the_reference_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/quadrant_vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors["cases"].as_array().unwrap();
    assert_eq!(vectors.len(), 14);
    let figures = |name: &str| vectors.iter().map(|v| v[name].as_f64()).collect::<Vec<_>>();
    let cases: Vec<Case> = vectors
        .iter()
        .map(|v| {
            let scores = ["r_score", "f_score", "m_score"].map(|name| v[name].as_u64().unwrap() as u8);
            case(scores, v["satisfaction_score"].as_f64())
        })
        .collect();
    let found = loyalty(&cases, Some(&figures("attitude")), &LoyaltyParams::default());
    for name in [columns::LOYALTY_INDEX, columns::QUADRANT_MARGIN] {
        let column = table::f64s(&found.customers, name).unwrap();
        assert_eq!(nine_decimals(&column), nine_decimals(&figures(name)), "{name}");
    }
    let names: Vec<_> = vectors.iter().map(|v| v["quadrant"].as_str().map(str::to_owned)).collect();
    assert_eq!(texts(&found, columns::QUADRANT), names);
    for (vector, why) in vectors.iter().zip(texts(&found, columns::QUADRANT_WHY)) {
        let near = vector["near_border"].as_bool().unwrap_or(false);
        assert_eq!(why.unwrap().contains("near_border"), near, "{vector}");
    }
    assert_eq!(found.cuts, Cuts { loyalty: Some(0.5), satisfaction: Some(0.5) });
    assert!(found.warnings.is_empty());
}

#[test]
fn the_sentence_explains_the_quadrant_or_its_absence() {
    let mut cases = [
        case([4, 4, 2], Some(0.2)),
        case([2, 3, 3], Some(0.8)),
        case([3, 3, 3], Some(0.4999)),
        case([4, 4, 2], None),
        case([4, 4, 2], None),
        Case { scores: [None; 3], satisfaction: Some(0.9), unanswered: None },
        Case { scores: [None; 3], satisfaction: None, unanswered: None },
    ];
    cases[3].unanswered = Some("no answer in 730 days");
    let attitude = [Some(0.55), None, None, Some(0.55), None, None, None];
    let found = loyalty(&cases, Some(&attitude), &LoyaltyParams::default());
    let why: Vec<_> = texts(&found, columns::QUADRANT_WHY).into_iter().flatten().collect();
    assert_eq!(
        why,
        [
            "loyalty 0.62 high (cut 0.50; behaviour 0.65, attitude 0.55); \
             satisfaction 0.20 low (cut 0.50) -> hostage",
            "loyalty 0.40 low (cut 0.50; behaviour only); satisfaction 0.80 high (cut 0.50) -> mercenary",
            "loyalty 0.50 high (cut 0.50; behaviour only); \
             satisfaction 0.4999 low (cut 0.50) -> hostage, near_border",
            "no answer in 730 days; loyalty high (0.62)",
            "no answer; loyalty high (0.65)",
            "no RFM scores; satisfaction high (0.90)",
            "no RFM scores; no answer",
        ]
    );
    assert_eq!(texts(&found, columns::QUADRANT)[3..], [None, None, None, None]);
    assert_eq!(table::f64s(&found.customers, columns::QUADRANT_MARGIN).unwrap()[3..], [None; 4]);
    let index = table::f64s(&found.customers, columns::LOYALTY_INDEX).unwrap();
    assert_eq!(index[5..], [None, None]);
}

#[test]
fn strict_counts_the_merely_satisfied_as_low() {
    let cases = [case([5; 3], Some(0.6)), case([5; 3], Some(0.625))];
    let params = toml::from_str("preset = 'strict'").unwrap();
    let found = loyalty(&cases, None, &params);
    assert_eq!(texts(&found, columns::QUADRANT), [Some("hostage".into()), Some("advocate".into())]);
    assert_eq!(found.cuts.satisfaction, Some(0.625));
}

#[test]
fn medians_come_from_known_figures_with_a_warning() {
    let cases = [
        case([1; 3], Some(0.1)),
        case([3; 3], Some(0.2)),
        case([5; 3], None),
        Case { scores: [None; 3], satisfaction: Some(0.9), unanswered: None },
    ];
    let params = toml::from_str("cut = 'median'\nsatisfaction_cut = 'median'").unwrap();
    let found = loyalty(&cases, None, &params);
    assert_eq!(found.cuts, Cuts { loyalty: Some(0.5), satisfaction: Some(0.2) });
    let codes: Vec<_> = found.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["median_cut", "median_cut"]);
    let nobody = loyalty(&[], None, &params);
    assert_eq!(nobody.cuts, Cuts { loyalty: None, satisfaction: None });
    assert!(nobody.warnings.is_empty());
}

#[test]
fn every_quadrant_can_be_reached_and_all_customers_add_up() {
    let mut cases = Vec::new();
    for r in 1..=5 {
        for f in 1..=5 {
            for m in 1..=5 {
                let answer = (r + f + m) % 4;
                cases.push(case([r, f, m], (answer > 0).then(|| f64::from(answer) / 4.0)));
            }
        }
    }
    let found = loyalty(&cases, None, &LoyaltyParams::default());
    let names = texts(&found, columns::QUADRANT);
    let count = |name: Option<&str>| names.iter().filter(|n| n.as_deref() == name).count();
    let four = ["advocate", "hostage", "mercenary", "dangerous"].map(|name| count(Some(name)));
    assert!(four.iter().all(|n| *n > 0));
    assert_eq!(four.iter().sum::<usize>() + count(None), 125);
    assert_eq!(count(None), cases.iter().filter(|c| c.satisfaction.is_none()).count());
}

#[test]
fn one_attitude_per_customer_is_needed() {
    let customers = loyalty(&[case([1; 3], None)], None, &LoyaltyParams::default()).customers;
    assert!(run(customers.clone(), Some(&[]), &LoyaltyParams::default(), 5).is_err());
    assert!(run(customers, None, &LoyaltyParams::default(), 1).is_err());
}
