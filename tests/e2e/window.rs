//! The window as a person uses it: from an empty catalog to prospects that carry their audiences' statuses.

mod idle;
mod link;
mod pane;
mod tree;

use std::{fmt::Write as _, fs, path::Path};

use egui::{Key, accesskit::Role};
use serde_json::Value;

use crate::{
    bench::{ACCOUNT, Bench, CLIENT_ID, CLIENT_SECRET},
    browser::{Browser, Certificates},
    keyring::Desk,
    leash::wait_for,
    pages::{Answer, sign_in},
    pictures::Pictures,
};
pub(crate) use pane::{Display, Pane};

const DESTINATION: &str = "Sales Nordics";
const GOLD: &str = "7841ba61-23c1-4bb3-a495-00d3b5fe1a01";
const TRIAL: &str = "59bd2ffd-3c1a-4f0e-9f2c-6c1f0a5e7b02";

/// OutreachId, first name, job title, points, and the two statuses.
const PROFILES: [(u32, &str, &str, &str, &str, &str); 6] = [
    (101, "Alan", "Architect", "1200", "realized", ""),
    (102, "Grace", "Surveyor", "", "realized", "realized"),
    (103, "Margaret", "Mason", "45", "", "realized"),
    (104, "Katherine", "Carpenter", "7", "realized", "exited"),
    (105, "Annie", "Glazier", "", "", ""),
    (106, "Dorothy", "Joiner", "900", "realized", "realized"),
];

fn write_profiles(file: &Path) {
    let mut text = format!(
        "Oid,person.name.firstName,extendedWorkDetails.jobTitle,loyalty.points,\
         segmentMembership.ups.{GOLD}.status,segmentMembership.ups.{TRIAL}.status\n"
    );
    for (id, name, title, points, gold, trial) in PROFILES {
        writeln!(text, "{id},{name},{title},{points},{gold},{trial}").expect("it fits");
    }
    fs::write(file, text).expect("it can be written");
}

/// Opens the window, and sets the first destination up as far as the sign-in.
async fn connect(pane: &mut Pane, bench: &Bench, pictures: &mut Pictures) {
    pane.find(Role::Button, "Set up").await;
    pane.picture(pictures, "catalog").await;
    pane.press_button("Set up").await;
    pane.fill("Account name", ACCOUNT).await;
    pane.fill("Client ID", CLIENT_ID).await;
    pane.fill_secret("Client secret", CLIENT_SECRET).await;
    pane.click(Role::Link, "Advanced").await;
    pane.fill("API address", &bench.sandbox.address()).await;
    pane.fill("Port of the redirect address", &bench.port.to_string())
        .await;
    pane.click(Role::RadioButton, "http on this computer").await;
    pane.picture(pictures, "connect-filled").await;
    pane.press_button("Connect to destination").await;
    pane.says("Waiting for you to sign in").await;
    pane.picture(pictures, "connect-waiting").await;
}

#[tokio::test]
async fn a_person_sets_a_destination_up_and_its_prospects_carry_their_statuses() {
    let mut desk = Desk::with_keyring().await;
    let opened = desk.record_opened();
    let _display = Display::put_on(&mut desk).await;
    let bench = Bench::at(desk).await;
    let mut browser = Browser::start("window", Certificates::Warns).await;
    let mut pictures = Pictures::of("shots");
    let source = bench.desk.home().join("profiles.csv");
    write_profiles(&source);
    let before = prospects(&bench).await;

    let mut pane = Pane::open(&bench.desk, &[]).await;
    connect(&mut pane, &bench, &mut pictures).await;
    let address = wait_for("the page that is opened", || {
        fs::read_to_string(&opened).ok()
    })
    .await;
    sign_in(&mut browser, &address, Answer::Allow).await;
    browser.says("Outreach has answered").await;
    pane.says("Connected").await;
    pane.says("Sam Rivera").await;
    pane.picture(&mut pictures, "connected").await;
    pane.press_button("Next").await;
    describe(&mut pane, &source, &mut pictures).await;

    // Typed just before the window is closed.
    pane.press_button("Next").await;
    pane.fill("Mapping ID of Gold customers", "1").await;

    // Closed in the middle of it, and opened again: it goes on where it was.
    pane.quit().await.with_code(0);
    let mut pane = Pane::open(&bench.desk, &[]).await;
    let field = pane.find(Role::TextInput, "Mapping ID of Gold customers");
    assert_eq!(field.await.value, "1");
    pane.picture(&mut pictures, "resumed").await;

    finish(&mut pane, &mut pictures).await;
    assert_written(&bench, &before).await;
    assert_shown(&mut pane).await;
    pane.quit().await.with_code(0);
    bench.call(&["status"]).await.with_code(0);
    bench.assert_kept(&[CLIENT_SECRET.to_owned()]);
}

/// Details, the source with its audiences, and the mapping.
async fn describe(pane: &mut Pane, source: &Path, pictures: &mut Pictures) {
    pane.fill("Name", DESTINATION).await;
    pane.click(Role::CheckBox, "Destination Flow Run Success")
        .await;
    pane.picture(pictures, "details").await;
    pane.press_button("Next").await;

    pane.fill("Source", &source.display().to_string()).await;
    pane.key(Key::Enter).await;
    pane.says("6 profiles").await;
    pane.click(Role::CheckBox, GOLD).await;
    pane.click(Role::CheckBox, TRIAL).await;
    pane.fill(&format!("Name of {GOLD}"), "Gold customers")
        .await;
    pane.fill(&format!("Name of {TRIAL}"), "Trial users").await;
    pane.picture(pictures, "source").await;
    pane.press_button("Next").await;

    pane.press_button("Suggest by name").await;
    pane.says("person.name.firstName").await;
    pane.press_button("Add new mapping").await;
    pane.click(Role::ComboBox, "Source field 4").await;
    pane.picture(pictures, "mapping-source-field").await;
    pane.click(Role::TreeItem, "loyalty.points").await;
    pane.click(Role::ComboBox, "Target field 4").await;
    pane.click(Role::Tab, "Custom attribute").await;
    pane.fill("Custom attribute", "custom20").await;
    pane.picture(pictures, "mapping-target-field").await;
    pane.press_button("Use").await;
    pane.says("custom20").await;
    pane.says("3 of 3 fields change").await;
    pane.picture(pictures, "mapping").await;
}

/// The schedule, the review with its dry run, and the first run.
async fn finish(pane: &mut Pane, pictures: &mut Pictures) {
    pane.press_button("Suggest all").await;
    pane.says("Gold customers").await;
    pane.picture(pictures, "schedule").await;
    pane.press_button("Next").await;
    pane.says("Prospects that change").await;
    pane.picture(pictures, "review").await;
    pane.press_button("Finish").await;
    pane.click(Role::Label, DESTINATION).await;
    pane.says("Completed").await;
    pane.picture(pictures, "activation").await;
}

/// A prospect as the sandbox's own route tells of it.
async fn prospect(bench: &Bench, id: u32) -> Value {
    let address = format!("{}/_control/prospects/{id}", bench.sandbox.address());
    let answer = reqwest::get(address).await.expect("the sandbox answers");
    answer.json().await.expect("JSON")
}

async fn prospects(bench: &Bench) -> Vec<Value> {
    let mut all = vec![];
    for (id, ..) in PROFILES {
        all.push(prospect(bench, id).await);
    }
    all
}

/// Who is in an audience carries its status; everything that the source does not say is as it was before.
async fn assert_written(bench: &Bench, before: &[Value]) {
    let after = prospects(bench).await;
    for (i, (_, name, title, points, gold, trial)) in PROFILES.into_iter().enumerate() {
        let mut wanted = before[i].clone();
        wanted["firstName"] = name.into();
        wanted["title"] = title.into();
        for (field, value) in [("custom1", gold), ("custom3", trial), ("custom20", points)] {
            // A membership that was never seen as realized is not written as exited.
            if !value.is_empty() && value != "exited" {
                wanted[field] = value.into();
            }
        }
        for field in [
            "firstName",
            "lastName",
            "title",
            "custom1",
            "custom3",
            "custom20",
        ] {
            let held = &after[i][field];
            assert_eq!(*held, wanted[field], "{field} of {}", PROFILES[i].0);
        }
    }
}

/// The same figures in the window.
async fn assert_shown(pane: &mut Pane) {
    for figure in ["Activated 6", "Unchanged 0", "Excluded 0", "Failed 0"] {
        pane.find(Role::Link, figure).await;
    }
    let tree = pane.look().await;
    let column = |head: &str| tree.column(head);
    assert_eq!(column("In source"), ["4", "3"], "{}", tree.told());
    assert_eq!(
        column("Realized in Outreach"),
        ["4", "3"],
        "{}",
        tree.told()
    );
}
