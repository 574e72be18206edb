//! Tests of the whole stage: from a customers table to labels, centres and figures.

use super::golden::{close, columns};
use super::*;

fn customers(values: &[(Option<i32>, Option<u32>, Option<f64>)]) -> DataFrame {
    let ids: Vec<String> = (0..values.len()).map(|i| format!("c{i:06}")).collect();
    table::new(vec![
        Column::new(c::CUSTOMER_ID.into(), ids),
        Column::new(c::RECENCY_DAYS.into(), values.iter().map(|v| v.0).collect::<Vec<_>>()),
        Column::new(c::FREQUENCY.into(), values.iter().map(|v| v.1).collect::<Vec<_>>()),
        Column::new(c::MONETARY.into(), values.iter().map(|v| v.2).collect::<Vec<_>>()),
    ])
    .unwrap()
}

fn all_known(values: &[(i32, u32, f64)]) -> DataFrame {
    customers(&values.iter().map(|&(r, f, m)| (Some(r), Some(f), Some(m))).collect::<Vec<_>>())
}

/// The CDNOW sample at 1998-06-30.
fn cdnow() -> Vec<(i32, u32, f64)> {
    let table = columns("rfm_cdnow_sample_1998-06-30_scores.csv.gz", 1..5);
    table.chunks(4).map(|row| (row[0] as i32, row[1] as u32, row[3] / 100.0)).collect()
}

fn run_with(customers: DataFrame, params: &ClustersParams) -> Clustering {
    run(customers, params, 1, None).unwrap()
}

fn why(found: &Clustering, row: usize) -> String {
    table::texts(&found.customers, c::CLUSTER_WHY).unwrap()[row].unwrap().to_owned()
}

#[test]
fn cdnow_from_table_to_labels() {
    let found = run_with(all_known(&cdnow()), &ClustersParams::default());
    let seen: Vec<_> =
        found.centres.iter().map(|centre| (centre.id, centre.name.as_str(), centre.customers)).collect();
    assert_eq!(
        seen,
        [
            (1, "recent, frequent, big spenders", 307),
            (2, "less recent, regular, medium spenders", 679),
            (3, "long gone, rare, small spenders", 1_371)
        ]
    );
    // each published centre is the plain mean of its customers
    let ids = table::u16s(&found.customers, c::CLUSTER_ID).unwrap();
    for centre in &found.centres {
        let members: Vec<_> =
            cdnow().into_iter().zip(&ids).filter(|(_, id)| **id == Some(centre.id)).map(|(v, _)| v).collect();
        let mean =
            |of: fn(&(i32, u32, f64)) -> f64| members.iter().map(of).sum::<f64>() / members.len() as f64;
        let wanted = [mean(|v| f64::from(v.0)), mean(|v| f64::from(v.1)), mean(|v| v.2)];
        let close = |((_, found), wanted): (&(String, f64), f64)| (found - wanted).abs() < 1e-9 * wanted;
        assert!(centre.features.iter().zip(wanted).all(close));
    }
    assert_eq!(found.knee, Some(3));
    assert_eq!(table::u16s(&found.quality, q::K).unwrap().len(), 8);
    let chosen = found.quality.column(q::CHOSEN).unwrap().bool().unwrap();
    assert_eq!(chosen.iter().position(|chosen| chosen == Some(true)), Some(2));
    assert_eq!(found.model.features.len(), 3);
    assert!(found.warnings.is_empty());
}

#[test]
fn the_reason_has_the_centre_and_how_far_the_next_one_is() {
    let found = run_with(all_known(&[(1, 9, 90.0), (3, 9, 90.0), (99, 1, 5.0), (101, 1, 5.0)]), &k(2));
    // the centres are half-way between their customers, so both are equally far
    let distances = table::f64s(&found.customers, c::CLUSTER_DISTANCE).unwrap();
    assert!((distances[0].unwrap() - distances[1].unwrap()).abs() < 1e-12);
    assert_eq!(
        why(&found, 0),
        "nearest to cluster 1, recent, frequent, big spenders (means recency_days 2, frequency 9, monetary 90), \
         next is cluster 2, more than 3 times as far"
    );
}

fn k(k: u16) -> ClustersParams {
    ClustersParams { k: K::Given(k), ..ClustersParams::default() }
}

#[test]
fn missing_measures_are_named() {
    let rows = [
        (Some(1), Some(9), Some(90.0)),
        (None, Some(9), None),
        (Some(99), Some(1), Some(5.0)),
        (Some(50), None, Some(20.0)),
    ];
    let found = run_with(customers(&rows), &k(2));
    assert_eq!(table::u16s(&found.customers, c::CLUSTER_ID).unwrap(), [Some(1), None, Some(2), None]);
    assert_eq!(table::f64s(&found.customers, c::CLUSTER_DISTANCE).unwrap()[1], None);
    assert_eq!(why(&found, 1), "no cluster: recency_days, monetary missing");
    assert_eq!(why(&found, 3), "no cluster: frequency missing");

    let filled = ClustersParams { missing: Missing::Median, ..k(2) };
    let found = run_with(customers(&rows), &filled);
    assert!(table::u16s(&found.customers, c::CLUSTER_ID).unwrap().iter().all(Option::is_some));
    assert!(why(&found, 3).starts_with("the median stands for the missing frequency; nearest to cluster "));
}

#[test]
fn nobody_to_cluster_is_no_error() {
    for table in [customers(&[]), customers(&[(None, None, None), (None, Some(1), Some(2.0))])] {
        let found = run_with(table, &ClustersParams::default());
        assert_eq!(found.warnings[0].code, "no_clusters");
        assert!(found.centres.is_empty() && found.model.clusters.is_empty());
        assert_eq!(found.quality.height(), 0);
        assert_eq!(found.customers.column(c::CLUSTER_ID).unwrap().null_count(), found.customers.height());
    }
}

#[test]
fn equal_customers_are_one_cluster() {
    for rows in [vec![(5, 2, 10.0)], vec![(5, 2, 10.0); 7]] {
        let n = rows.len() as u32;
        let found = run_with(all_known(&rows), &ClustersParams::default());
        assert_eq!(found.warnings.last().unwrap().code, "one_cluster");
        assert_eq!(found.warnings.len(), 4);
        let features = [("recency_days", 5.0), ("frequency", 2.0), ("monetary", 10.0)];
        let features = features.map(|(column, mean)| (column.to_owned(), mean)).to_vec();
        assert_eq!(found.centres, [Centre { id: 1, name: "all customers".into(), customers: n, features }]);
        assert_eq!(table::f64s(&found.customers, c::CLUSTER_DISTANCE).unwrap(), vec![Some(0.0); rows.len()]);
        assert_eq!(
            why(&found, 0),
            "nearest to cluster 1, all customers (means recency_days 5, frequency 2, monetary 10)"
        );
    }
}

#[test]
fn two_different_customers_are_two_clusters() {
    let found = run_with(all_known(&[(1, 9, 90.0), (99, 1, 5.0)]), &ClustersParams::default());
    assert_eq!(table::u16s(&found.customers, c::CLUSTER_ID).unwrap(), [Some(1), Some(2)]);
    assert_eq!(found.warnings[0].code, "few_distinct_customers");
    // both figures with n − k in them are undefined
    assert_eq!(table::f64s(&found.quality, q::CALINSKI_HARABASZ).unwrap(), [None, None]);
}

#[test]
fn a_constant_measure_is_left_out_and_said_so() {
    let found = run_with(all_known(&[(1, 1, 90.0), (2, 1, 80.0), (99, 1, 5.0), (98, 1, 6.0)]), &k(2));
    let message = "every clustered customer has `frequency` 1, so it tells nobody apart and is left out";
    assert_eq!(
        found.warnings,
        [Warning::new("constant_feature", message).with("measure", "frequency").with("value", 1.0)]
    );
    assert_eq!(found.centres[0].name, "recent, big spenders");
    assert_eq!(found.centres[0].features[1], ("frequency".to_owned(), 1.0));
    assert_eq!(found.model.features.len(), 2);
}

#[test]
fn a_column_nobody_made_is_a_configuration_error() {
    let features = vec![Feature::named(c::SATISFACTION_SCORE)];
    let params = ClustersParams { features, ..ClustersParams::default() };
    let error = run(all_known(&[(1, 1, 1.0)]), &params, 1, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`[clusters] features` has `satisfaction_score`, which no stage of this run makes"
    );
    assert!(matches!(error, Error::Config { .. }));
}

/// The table comes sorted by id; another order draws other starts, and must find the same three clusters.
#[test]
fn the_order_of_customers_does_not_matter() {
    let params = ClustersParams::default();
    let forwards = run_with(all_known(&cdnow()), &params);
    let backwards = run_with(all_known(&cdnow().into_iter().rev().collect::<Vec<_>>()), &params);
    let mut ids = table::u16s(&backwards.customers, c::CLUSTER_ID).unwrap();
    ids.reverse();
    assert_eq!(table::u16s(&forwards.customers, c::CLUSTER_ID).unwrap(), ids);
    for (one, other) in forwards.centres.iter().zip(&backwards.centres) {
        assert_eq!((one.id, &one.name, one.customers), (other.id, &other.name, other.customers));
        let close = |(a, b): (&(String, f64), &(String, f64))| (a.1 - b.1).abs() <= 1e-12 * b.1;
        assert!(one.features.iter().zip(&other.features).all(close));
    }
}

#[test]
fn the_thread_count_does_not_change_the_bytes() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run_with(all_known(&cdnow()), &ClustersParams::default()))
    };
    let (one, two) = (on(1), on(2));
    assert_eq!(one.model, two.model);
    assert_eq!(one.centres, two.centres);
    assert!(one.customers.equals_missing(&two.customers));
}

#[test]
fn the_model_survives_being_stored() {
    let found = run_with(all_known(&cdnow()), &ClustersParams::default());
    let stored = serde_json::to_string(&found.model).unwrap();
    let model: ClusterModel = serde_json::from_str(&stored).unwrap();
    let centres =
        |model: &ClusterModel| model.clusters.iter().flat_map(|k| k.centre.clone()).collect::<Vec<_>>();
    assert!(close(&centres(&model), &centres(&found.model), 1e-15));
    let scales =
        |model: &ClusterModel| model.features.iter().flat_map(|f| [f.centre, f.spread]).collect::<Vec<_>>();
    assert!(close(&scales(&model), &scales(&found.model), 1e-15));
    // placing a customer by the stored model gives the label it has
    let values = [200.0, 4.0, 100.5];
    let point: Vec<f64> =
        model.features.iter().zip(values).map(|(scaler, value)| scaler.apply(value)).collect();
    let centres = model.clusters.iter().map(|cluster| kmeans::squared_distance(&cluster.centre, &point));
    let nearest = centres.enumerate().reduce(|a, b| if b.1 < a.1 { b } else { a }).unwrap().0;
    let id = table::u16s(&found.customers, c::CLUSTER_ID).unwrap()[0];
    assert_eq!(id, Some(model.clusters[nearest].id));
}
