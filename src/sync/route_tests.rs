//! What holds for every route, and what single ones look like.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::MappingId;

fn id(number: u64) -> OutreachId {
    OutreachId::new(number).expect("a number")
}

fn custom(number: u64) -> Target {
    Target::custom(MappingId::new(number).expect("a custom field"))
}

fn set(fields: &[(u64, &str)]) -> FieldSet {
    let value = |text| match text {
        "" => FieldValue::Null,
        text => FieldValue::Text(text),
    };
    fields
        .iter()
        .map(|(number, text)| (custom(*number), value(*text)))
        .collect()
}

fn route(settings: RouteSettings, changes: &[(OutreachId, FieldSet)]) -> Route {
    let mut router = Router::new(settings);
    for (prospect, fields) in changes {
        router.add(*prospect, fields);
    }
    router.finish()
}

fn shape(route: &Route) -> Vec<(String, usize)> {
    let groups = route.groups.iter();
    groups
        .map(|group| {
            let fields: Vec<_> = group
                .fields
                .iter()
                .map(|(t, v)| format!("{t}={v}"))
                .collect();
            (fields.join(","), group.prospects.len())
        })
        .collect()
}

fn all(n: u64, fields: &FieldSet) -> Vec<(OutreachId, FieldSet)> {
    (1..=n).map(|i| (id(i), fields.clone())).collect()
}

#[test]
fn a_status_of_many_is_one_batch_and_of_few_a_patch_each() {
    let changes = all(99, &set(&[(1, "realized")]));
    let few = route(RouteSettings::default(), &changes);
    assert_eq!((few.groups.len(), few.patches.len()), (0, 99));
    let changes = all(100, &set(&[(1, "realized")]));
    let many = route(RouteSettings::default(), &changes);
    assert_eq!(shape(&many), [("custom1=realized".to_owned(), 100)]);
    assert_eq!(many.patches, []);
    let mode = RouteMode::Patch;
    let always = route(
        RouteSettings {
            mode,
            ..RouteSettings::default()
        },
        &changes,
    );
    assert_eq!((always.groups.len(), always.patches.len()), (0, 100));
}

#[test]
fn a_prospect_with_a_value_of_its_own_takes_its_status_along() {
    let mut changes = all(300, &set(&[(1, "realized")]));
    for (i, (_, fields)) in changes.iter_mut().enumerate().take(10) {
        *fields = set(&[(1, "realized"), (20, &format!("own {i}"))]);
    }
    let found = route(RouteSettings::default(), &changes);
    assert_eq!(shape(&found), [("custom1=realized".to_owned(), 290)]);
    assert_eq!(found.patches, (1..=10).map(id).collect::<Vec<_>>());
}

#[test]
fn clearing_a_field_is_a_patch() {
    let found = route(RouteSettings::default(), &all(500, &set(&[(20, "")])));
    assert_eq!((found.groups.len(), found.patches.len()), (0, 500));
}

#[test]
fn plenty_of_items_make_a_batch_a_field_and_scarce_ones_a_batch_a_set() {
    // Two of four audiences each.
    let pairs = [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)];
    let changes: Vec<_> = (0..6_000_u64)
        .map(|i| {
            let (a, b) = pairs[(i % 6) as usize];
            (id(i + 1), set(&[(a, "realized"), (b, "realized")]))
        })
        .collect();
    let plenty = route(RouteSettings::default(), &changes);
    assert_eq!((plenty.groups.len(), plenty.n_items()), (4, 12_000));
    let items_left = 7_000;
    let scarce = route(
        RouteSettings {
            items_left,
            ..RouteSettings::default()
        },
        &changes,
    );
    assert_eq!((scarce.groups.len(), scarce.n_items()), (6, 6_000));
}

#[test]
fn what_lacks_items_goes_one_by_one_if_it_is_little_and_waits_otherwise() {
    let changes = all(6_000, &set(&[(1, "realized"), (2, "exited")]));
    let of = |items_left, mode| {
        let settings = RouteSettings {
            mode,
            items_left,
            ..RouteSettings::default()
        };
        let found = route(settings, &changes);
        assert_eq!(found.items_wanted, found.waiting.len() as u64);
        (found.n_items(), found.patches.len(), found.waiting.len())
    };
    assert_eq!(of(6_000, RouteMode::Auto), (6_000, 0, 0));
    assert_eq!(of(5_000, RouteMode::Auto), (5_000, 1_000, 0));
    assert_eq!(of(4_999, RouteMode::Auto), (4_999, 0, 1_001));
    assert_eq!(of(4_999, RouteMode::Bulk), (4_999, 0, 1_001));
    assert_eq!(of(0, RouteMode::Bulk), (0, 0, 6_000));
    assert_eq!(of(0, RouteMode::Patch), (0, 6_000, 0));
}

#[test]
fn a_batch_names_no_more_prospects_than_it_may() {
    let max_batch = 400;
    let found = route(
        RouteSettings {
            max_batch,
            ..RouteSettings::default()
        },
        &all(1_000, &set(&[(1, "exited")])),
    );
    let sizes: Vec<_> = found
        .groups
        .iter()
        .map(|group| group.prospects.len())
        .collect();
    assert_eq!(sizes, [400, 400, 200]);
}

/// What a route writes to each prospect, and how often.
fn written(
    route: &Route,
    changes: &[(OutreachId, FieldSet)],
) -> BTreeMap<(OutreachId, Target), (Vec<u8>, u32)> {
    let mut written = BTreeMap::new();
    let mut write = |prospect, fields: &FieldSet| {
        for (target, value) in fields {
            let bytes = [(target, value)]
                .into_iter()
                .collect::<FieldSet>()
                .as_bytes()
                .to_vec();
            let entry = written
                .entry((prospect, target))
                .or_insert((bytes.clone(), 0));
            assert_eq!(entry.0, bytes);
            entry.1 += 1;
        }
    };
    for group in &route.groups {
        for prospect in &group.prospects {
            write(*prospect, &group.fields);
        }
    }
    let by_prospect: BTreeMap<_, _> = changes.iter().map(|(p, f)| (*p, f)).collect();
    for prospect in &route.patches {
        write(*prospect, by_prospect[prospect]);
    }
    written
}

fn changes() -> impl Strategy<Value = Vec<(OutreachId, FieldSet)>> {
    let value = prop_oneof![
        4 => Just("realized".to_owned()),
        4 => Just("exited".to_owned()),
        1 => Just(String::new()),
        1 => "[a-z]{1,2}",
    ];
    let fields = prop::collection::btree_map(1_u64..5, value, 0..4);
    prop::collection::btree_map(1_u64..100_000, fields, 0..700).prop_map(|all| {
        let own = |fields: BTreeMap<u64, String>| {
            let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            set(&fields)
        };
        all.into_iter()
            .map(|(n, fields)| (id(n), own(fields)))
            .collect()
    })
}

fn settings() -> impl Strategy<Value = RouteSettings> {
    let mode = prop_oneof![
        Just(RouteMode::Auto),
        Just(RouteMode::Patch),
        Just(RouteMode::Bulk)
    ];
    (mode, 1_u64..20_000, 0_u64..2_000, 1_usize..500).prop_map(
        |(mode, requests_per_hour, items_left, max_batch)| RouteSettings {
            mode,
            requests_per_hour,
            items_left,
            max_batch,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_field_is_written_once_at_no_more_cost_than_one_by_one(
        changes in changes(), settings in settings(), seed in any::<u64>()
    ) {
        let found = route(settings, &changes);
        let expected: BTreeMap<_, _> = changes
            .iter()
            .flat_map(|(prospect, fields)| fields.iter().map(move |(target, value)| {
                let one: FieldSet = [(target, value)].into_iter().collect();
                ((*prospect, target), (one.as_bytes().to_vec(), 1))
            }))
            .collect();
        let waits = |prospect: &OutreachId| found.waiting.binary_search(prospect).is_ok();
        let now: BTreeMap<_, _> = expected
            .into_iter()
            .filter(|((prospect, _), _)| !waits(prospect))
            .collect();
        prop_assert_eq!(written(&found, &changes), now);
        let is_much = found.waiting.len() > settings.patched_at_most();
        prop_assert!(found.waiting.is_empty() || is_much && settings.mode != RouteMode::Patch);
        let n_prospects = changes.iter().filter(|(_, fields)| !fields.is_empty()).count() as u64;
        prop_assert!(found.n_requests() <= n_prospects);
        prop_assert!(found.n_items() <= settings.items_left);
        for group in &found.groups {
            prop_assert!(!group.prospects.is_empty() && !group.fields.is_empty());
            prop_assert!(group.prospects.len() <= settings.max_batch);
            prop_assert!(group.prospects.is_sorted_by(|a, b| a < b));
        }
        let mut shuffled = changes.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(route(settings, &shuffled), found);
    }
}
