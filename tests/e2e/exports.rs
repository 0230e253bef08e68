//! The step of the wizard that chooses a source, over exports as Adobe Experience Platform, Excel and others write them:
//! a person sees what was found, and can correct it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use egui::{Key, accesskit::Role};

use crate::{
    keyring::Desk,
    pictures::Pictures,
    window::{Display, Pane},
};

const AUDIENCE: &str = "12341e18-abcd-49c2-836d-123c88e76c39";

/// What each export is, where it is, and the words that tell that it was understood.
const EXPORTS: [(&str, &str, &[&str]); 9] = [
    (
        "underscores",
        "a04-underscore-wide",
        &["person_name_firstName", AUDIENCE],
    ),
    ("backslash", "a13-escape-backslash", &["comma-separated"]),
    (
        "full-with-status",
        "f02-full-with-status",
        &["the column of the status says that everyone in it is a member"],
    ),
    (
        "months-first",
        "b01-name-MMDDYYYY",
        &["2 files", AUDIENCE, "Everyone in the audience now"],
    ),
    (
        "year-turn",
        "f01-MMDDYYYY-order",
        &["2 files", AUDIENCE, "rows say that somebody has left"],
    ),
    ("workbook", "d14b-xlsx-only", &["an Excel workbook"]),
    ("parquet", "a36-parquet-folder", &["Parquet", AUDIENCE]),
    ("folders", "b21-dataset-export-inner", &["2 files", "JSON"]),
    (
        "unreadable",
        "a38-gpg",
        &["The source cannot be read", "encrypted"],
    ),
];

struct Walk {
    pane: Pane,
    pictures: Pictures,
    /// Exports that are written for this walk.
    folder: PathBuf,
}

#[tokio::test]
async fn what_an_export_is_can_be_seen_and_corrected() {
    let mut desk = Desk::with_keyring().await;
    let _display = Display::put_on(&mut desk).await;
    let data = desk.home().join("Audience Sync");
    let pane = Pane::open(&desk, &["--data-dir", &data.to_string_lossy(), "demo"]).await;
    let mut walk = Walk {
        pane,
        pictures: Pictures::of("exports"),
        folder: desk.home().join("exports of others"),
    };
    for look in ["Light", "Dark"] {
        walk.put_on(look).await;
        walk.open_wizard().await;
        // In the dark only the colours are others.
        let exports = if look == "Light" {
            &EXPORTS[..]
        } else {
            &EXPORTS[8..]
        };
        for (what, case, signs) in exports {
            walk.choose(&day_of(case)).await;
            for sign in *signs {
                walk.pane.says(sign).await;
            }
            walk.picture(what, look).await;
        }
        walk.correct_an_encoding(look).await;
        walk.name_the_column_of_the_status(look).await;
        walk.set_how_a_file_is_read(look).await;
        walk.pane.press_button("Cancel").await;
        walk.pane.press_button("Discard").await;
    }
    walk.pane.quit().await.with_code(0);
}

/// The last day of a case.
fn day_of(case: &str) -> PathBuf {
    let case = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/cases")
        .join(case);
    let second = case.join("day2");
    if second.exists() {
        second
    } else {
        case.join("day1")
    }
}

impl Walk {
    async fn put_on(&mut self, look: &str) {
        self.pane.click_starting(Role::Link, "Settings").await;
        self.pane.click(Role::RadioButton, look).await;
    }

    async fn open_wizard(&mut self) {
        self.pane.open_list().await;
        self.pane
            .click_starting(Role::Button, "New destination")
            .await;
        self.pane.says("Connect to Outreach").await;
        self.pane.choose("Account", "Brightwater").await;
        self.pane.press_button("Next").await;
        self.pane.fill("Name", "Exports of others").await;
        self.pane.press_button("Next").await;
    }

    async fn choose(&mut self, path: &Path) {
        self.pane.fill("Source", &path.to_string_lossy()).await;
        self.pane.key(Key::Enter).await;
    }

    async fn picture(&mut self, what: &str, look: &str) {
        let name = format!("{what}-{}", look.to_lowercase());
        self.pane.picture(&mut self.pictures, &name).await;
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::create_dir_all(&self.folder).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// A proposal is taken by one click, and then every row can be read.
    async fn correct_an_encoding(&mut self, look: &str) {
        self.choose(&day_of("h03-all-umlaut")).await;
        self.pane.says("They seem to be Windows-1252").await;
        self.picture("encoding", look).await;
        self.pane.press_button("Read as Windows-1252").await;
        self.pane.says("Jürgen").await;
        self.picture("encoding-corrected", look).await;
    }

    /// Nothing goes on before it is answered.
    async fn name_the_column_of_the_status(&mut self, look: &str) {
        let name = format!("Crm_segment{AUDIENCE}_20260408061804.csv");
        let text = "Oid,state,stage\n11,active,expired\n12,expired,active\n";
        self.choose(&self.write(&name, text)).await;
        self.pane.says("Which column says who is a member?").await;
        self.picture("status-asked", look).await;
        let tree = self.pane.look().await;
        let next = tree.find(Role::Button, "Next").expect("the button");
        assert!(!next.is_enabled, "who is a member is not said yet");
        self.pane.choose("Column of the status", "stage").await;
        self.pane
            .until("the answer to be taken", |tree| {
                let next = tree.find(Role::Button, "Next");
                let is_asked = tree.says("Which column says who is a member?");
                next.filter(|next| next.is_enabled && !is_asked).map(|_| ())
            })
            .await;
        self.picture("status-answered", look).await;
    }

    /// Each part of the dialect is shown as it was found, and what is set instead is seen at once.
    async fn set_how_a_file_is_read(&mut self, look: &str) {
        let text = format!(
            "Oid|city|segmentMembership.ups.{AUDIENCE}.status\n11|N/A|active\n12|Oslo, NULL|active\n13|NULL|active\n"
        );
        self.choose(&self.write("pipes.csv", &text)).await;
        self.pane.says("pipe-separated").await;
        self.pane.click(Role::Link, "Details").await;
        self.pane.says("Vertical bar | (found)").await;
        self.picture("pipe", look).await;
        self.pane.click(Role::CheckBox, "N/A, 1 cell").await;
        self.pane.says("2 cells stand for no value").await;
        self.pane.choose("Delimiter", "Comma ,").await;
        self.pane.says("comma-separated").await;
        self.picture("pipe-as-comma", look).await;
        self.pane.click(Role::Link, "Hide details").await;
    }
}
