//! A window that nobody touches costs nothing: it draws again only when something on it is no longer true.

use std::{sync::Arc, time::Duration};

use egui::{ViewportId, vec2};
use egui_kittest::Harness;

use super::{
    Place, Screen, Tab,
    app::{self, App},
    destination::tests::{on_gold, prospect, run_341, with_person, with_prospects, with_run},
    testing::{synced, wizard},
};
use crate::{
    engine::{
        Handle, Snapshot,
        snapshot::{SignIn, SignInState},
    },
    model::{RedirectMode, Step},
};

/// From one frame to the next, as the display has it; a wait is shorter by so much.
const FRAME: Duration = Duration::from_nanos(16_666_667);

/// How long the real window waits before it draws again, once it has settled.
fn wait(snapshot: Snapshot, screen: Screen) -> Duration {
    let (handle, stand) = Handle::detached();
    stand.snapshots.send_replace(Arc::new(snapshot));
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .with_step_dt(FRAME.as_secs_f32())
        .build_eframe(|creation| {
            app::dress(&creation.egui_ctx, &handle);
            App::at(handle, screen)
        });
    harness.run_steps(4);
    // Past whatever only passes: a skeleton's delay, a draft that settles, a toast.
    for second in [5.0, 20.0, 40.0] {
        harness.input_mut().time = Some(second);
        harness.run_steps(2);
    }
    let output = &harness.output().viewport_output;
    output[&ViewportId::ROOT].repaint_delay
}

fn idle() -> Snapshot {
    let mut snapshot = with_run(with_person(with_prospects(synced::snapshot(), 0)));
    snapshot.alerts = Arc::new(synced::alerts());
    for destination in &mut snapshot.destinations {
        destination.running = None;
    }
    snapshot
}

fn drafted(step: Step) -> Snapshot {
    let draft = wizard::draft(step);
    Snapshot {
        draft: Some(Arc::new(draft.clone())),
        ..wizard::full_snapshot(&draft)
    }
}

#[test]
fn an_idle_screen_waits_until_what_it_says_of_time_is_a_minute_older() {
    let of = |tab| Place {
        tab,
        ..Place::of("outreach-nordic-sales")
    };
    let person = Place {
        prospect: Some(prospect(104_877)),
        ..on_gold()
    };
    let screens = [
        Screen::Catalog,
        Screen::Destinations,
        Screen::Destination(of(Tab::Activation)),
        Screen::Destination(of(Tab::Settings)),
        Screen::Destination(Place::of("outreach-dach-sales")),
        Screen::Destination(Place::of("outreach-us-mid-market")),
        Screen::Destination(Place::of("outreach-customer-success")),
        Screen::Destination(run_341()),
        Screen::Destination(on_gold()),
        Screen::Destination(person),
        Screen::Accounts,
        Screen::Sources,
        Screen::Activity,
        Screen::Alerts,
        Screen::Settings,
    ];
    for screen in screens {
        let wait = wait(idle(), screen.clone());
        let minute = Duration::from_mins(1).saturating_sub(FRAME * 2);
        assert!(wait >= minute, "{screen:?} draws again after {wait:?}");
    }
}

#[test]
fn a_screen_that_says_nothing_of_time_waits_for_ever() {
    let steps = [
        Step::Connect,
        Step::Details,
        Step::Source,
        Step::Mapping,
        Step::Schedule,
        Step::Review,
    ];
    for step in steps {
        assert_eq!(
            wait(drafted(step), Screen::Wizard),
            Duration::MAX,
            "{step:?}"
        );
    }
    let ready = || Snapshot {
        is_ready: true,
        ..Snapshot::default()
    };
    for screen in [Screen::Catalog, Screen::Destinations, Screen::Alerts] {
        assert_eq!(wait(ready(), screen), Duration::MAX);
    }
}

#[test]
fn a_run_is_drawn_ten_times_a_second() {
    for screen in [
        Screen::Destinations,
        Screen::Destination(Place::of("outreach-nordic-sales")),
        Screen::Settings,
    ] {
        let wait = wait(synced::snapshot(), screen.clone());
        let tenth = Duration::from_millis(100);
        let range = tenth.saturating_sub(FRAME * 2)..=tenth;
        assert!(
            range.contains(&wait),
            "{screen:?} draws again after {wait:?}"
        );
    }
}

#[test]
fn a_sign_in_elsewhere_is_counted_down_once_a_second_and_not_when_it_is_over() {
    let with = |state| Snapshot {
        sign_in: Some(SignIn {
            account: "Maja Lindqvist".to_owned(),
            redirect: RedirectMode::default(),
            state,
        }),
        ..idle()
    };
    let waiting = SignInState::Waiting {
        address: "https://accounts.outreach.test/authorize".to_owned(),
        until: synced::ago(-10),
        is_paste_refused: false,
    };
    let second = Duration::from_secs(1);
    let wait_of = |state| wait(with(state), Screen::Destinations);
    assert!((second.saturating_sub(FRAME * 2)..=second).contains(&wait_of(waiting)));
    assert!(wait_of(SignInState::Done) > second * 30);
}
