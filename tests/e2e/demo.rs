//! The demo as somebody sees it who has just opened it: every screen, in both looks and at two sizes, as pictures.

use egui::{Key, accesskit::Role};
use serde_json::{Value, json};

use crate::{
    keyring::Desk,
    pictures::Pictures,
    window::{Display, Pane},
};

const NORDIC: &str = "Outreach – Nordic sales";
const DACH: &str = "Outreach – DACH sales";

const NEW: &str = "Outreach – Benelux partners";
const SOURCE: &str = "~/Audience Sync/exports/benelux.csv";
const AUDIENCES: [(&str, &str); 2] = [
    (
        "c7390e5a-86d2-4f1b-b4a8-1e5d7f62c022",
        "Benelux gold resellers",
    ),
    (
        "1b64f8d7-e05c-4293-9a7e-c48b30d6f523",
        "Benelux webinar attendees",
    ),
];

/// The usual size and the smallest one.
const SIZES: [(u32, u32); 2] = [(1280, 800), (1040, 640)];

/// How late the sandbox answers while its run is looked at: so late that it stands still.
const STILL_MS: u64 = 10_000;

/// How often a row is clicked that is not where it was.
const TRIES: u32 = 20;

struct Walk {
    pane: Pane,
    pictures: Pictures,
    /// Of the sandbox.
    address: String,
}

#[tokio::test]
async fn every_screen_of_the_demo_is_pictured() {
    let mut desk = Desk::with_keyring().await;
    let _display = Display::put_on(&mut desk).await;
    let home = desk.home().join("Audience Sync");
    let data = home.to_string_lossy().into_owned();
    let mut pane = Pane::open(&desk, &["--data-dir", &data, "demo"]).await;
    let address = pane.names("http://").await;
    let mut walk = Walk {
        pane,
        pictures: Pictures::of("demo"),
        address,
    };
    walk.see_a_run().await;
    for look in ["Light", "Dark"] {
        walk.put_on(look).await;
        walk.see_lists(look).await;
        walk.see_destination(look).await;
        walk.see_wizard(look).await;
    }
    walk.see_it_twice_as_large().await;
    walk.pane.quit().await.with_code(0);
}

impl Walk {
    /// The run that the demo begins with, held while it is looked at, and then let go.
    async fn see_a_run(&mut self) {
        self.open(NORDIC).await;
        self.pane
            .until("a run that is well under way", |tree| {
                let count = tree
                    .all(Role::Link)
                    .find_map(|seen| seen.name.strip_prefix("Activated "));
                let count: u32 = count?.replace(',', "").parse().ok()?;
                (count > 350).then_some(())
            })
            .await;
        self.sandbox(json!({ "latency_ms": STILL_MS })).await;
        for look in ["Dark", "Light"] {
            self.put_on(look).await;
            self.go("Destinations").await;
            self.picture(look, "destinations-syncing").await;
            self.open(NORDIC).await;
            self.pane.find(Role::Button, "Stop run").await;
            self.picture(look, "activation-running").await;
        }
        self.sandbox(json!({ "latency_ms": 0 })).await;
        self.pane
            .until("the end of the run", |tree| {
                tree.find(Role::Button, "Run now")
                    .filter(|seen| seen.is_enabled)
                    .map(|_| ())
            })
            .await;
    }

    async fn see_lists(&mut self, look: &str) {
        for (place, sign) in [
            ("Destinations", "New destination"),
            ("Catalog", "Set up"),
            ("Accounts", "Connect account"),
            ("Sources", "Readable"),
            ("Activity", "Cause"),
            ("Alerts", "About"),
            ("Settings", "Appearance"),
        ] {
            self.go(place).await;
            self.pane.says(sign).await;
            self.picture(look, &place.to_lowercase()).await;
        }
        self.pane.key_text("?").await;
        self.pane.says("Keyboard shortcuts").await;
        self.picture(look, "shortcuts").await;
        self.pane.key(Key::Escape).await;
    }

    async fn see_destination(&mut self, look: &str) {
        self.open(NORDIC).await;
        self.pane.says("Realized in Outreach").await;
        self.picture(look, "activation").await;
        self.pane
            .click_starting(Role::Label, "Gold customers")
            .await;
        self.pane.says("Status in Outreach").await;
        let name = self
            .pane
            .until("prospects", |tree| {
                let names = tree.column("Name");
                names.get(2).map(|name| (*name).to_owned())
            })
            .await;
        self.picture(look, "audience").await;
        self.pane.click(Role::Label, &name).await;
        self.pane.says("History").await;
        self.pane.says("Written by run").await;
        self.picture(look, "person").await;
        self.open(DACH).await;
        self.pane.click(Role::Tab, "Dataflow runs").await;
        self.pane.says("Received").await;
        self.picture(look, "runs").await;
        self.pane.click(Role::Label, "With failures").await;
        self.pane.says("What it means").await;
        self.picture(look, "run").await;
        self.pane.click(Role::Tab, "Settings").await;
        self.picture(look, "destination-settings").await;
    }

    async fn see_wizard(&mut self, look: &str) {
        self.pane.open_list().await;
        self.pane
            .click_starting(Role::Button, "New destination")
            .await;
        self.pane.says("Connect to Outreach").await;
        self.picture(look, "wizard-connect").await;
        self.pane.choose("Account", "Brightwater").await;
        self.pane.press_button("Next").await;
        self.pane.fill("Name", NEW).await;
        self.pane
            .fill("Description", "Resellers in Belgium and the Netherlands")
            .await;
        self.picture(look, "wizard-details").await;
        self.pane.press_button("Next").await;
        self.pane.fill("Source", SOURCE).await;
        self.pane.key(Key::Enter).await;
        self.pane.says("110 profiles").await;
        for (id, name) in AUDIENCES {
            self.pane.click(Role::CheckBox, id).await;
            self.pane.fill(&format!("Name of {id}"), name).await;
        }
        self.picture(look, "wizard-source").await;
        self.pane.press_button("Next").await;
        self.pane.press_button("Suggest by name").await;
        self.pane.says("person.name.nickname").await;
        self.pane.press_button("Add new mapping").await;
        self.pane.click(Role::ComboBox, "Source field 5").await;
        // A list that is open closes when the window changes its size.
        let name = format!("wizard-mapping-source-{}-1280", look.to_lowercase());
        self.pane.picture(&mut self.pictures, &name).await;
        self.pane.fill("Search 6 fields", "points").await;
        self.pane.click(Role::TreeItem, "loyalty.points").await;
        self.pane.click(Role::ComboBox, "Target field 5").await;
        self.pane.click(Role::Tab, "Custom attribute").await;
        self.pane.fill("Custom attribute", "custom27").await;
        self.pane.press_button("Use").await;
        self.pane.says("fields change").await;
        self.picture(look, "wizard-mapping").await;
        self.pane.press_button("Next").await;
        self.pane.press_button("Suggest all").await;
        self.picture(look, "wizard-schedule").await;
        self.pane.press_button("Next").await;
        self.pane.says("Prospects that change").await;
        self.picture(look, "wizard-review").await;
        self.pane.press_button("Cancel").await;
        self.pane.press_button("Discard").await;
    }

    /// On a screen of twice as many pixels in a row.
    async fn see_it_twice_as_large(&mut self) {
        self.put_on("Light").await;
        self.pane.zoom_to_twice().await;
        self.open(NORDIC).await;
        self.pane.says("Realized in Outreach").await;
        self.picture("Light", "activation-at-200").await;
        self.go("Alerts").await;
        self.picture("Light", "alerts-at-200").await;
        self.put_on("Dark").await;
        self.picture("Dark", "settings-at-200").await;
        self.open(DACH).await;
        self.pane.click(Role::Tab, "Dataflow runs").await;
        self.pane.says("Received").await;
        self.picture("Dark", "runs-at-200").await;
    }

    /// Rows change places when a run begins or ends, so that a click may miss.
    async fn open(&mut self, destination: &str) {
        for _ in 0..TRIES {
            self.pane.open_list().await;
            self.pane.click_starting(Role::Label, destination).await;
            if self
                .pane
                .look()
                .await
                .find(Role::Label, destination)
                .is_some()
            {
                return;
            }
        }
        panic!("{destination} is never opened");
    }

    async fn go(&mut self, place: &str) {
        self.pane.click_starting(Role::Link, place).await;
    }

    async fn put_on(&mut self, look: &str) {
        self.go("Settings").await;
        self.pane.click(Role::RadioButton, look).await;
    }

    /// At every size in the light, where the layout shows; in the dark only the colours are others.
    async fn picture(&mut self, look: &str, what: &str) {
        let sizes = if look == "Light" {
            &SIZES[..]
        } else {
            &SIZES[..1]
        };
        for &(width, height) in sizes {
            self.pane.resize(width, height).await;
            let name = format!("{what}-{}-{width}", look.to_lowercase());
            self.pane.picture(&mut self.pictures, &name).await;
        }
        let (width, height) = SIZES[0];
        self.pane.resize(width, height).await;
    }

    async fn sandbox(&self, settings: Value) {
        let address = format!("{}/_control/settings", self.address);
        let client = reqwest::Client::new();
        let answer = client.post(address).json(&settings).send().await;
        let answer = answer.expect("the sandbox answers");
        assert!(answer.status().is_success(), "{answer:?}");
    }
}
