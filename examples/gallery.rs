//! Shows every widget on one page, to look at beside the design: `cargo run --example gallery -- [dark]`.

use audience_sync::ui::{
    icon::Icon,
    theme::{self, Role, measure},
    widgets::{
        Banner, Button, Card, Cell, Checkbox, Chip, Column, EmptyState, Facts, Input, Kind,
        MenuItem, RadioRow, Secret, Segmented, Select, Sort, StatePill, Step, StepState, SumLine,
        Table, Tag, breadcrumb, cell, copy_button, facts, gauge, label, link, menu_button,
        monogram, nav, old_new, pager, search, skeleton, spinner, stepper, suggestion, tabs,
    },
};
use eframe::{
    App, Frame, NativeOptions,
    egui::{self, Ui, ViewportBuilder, vec2},
};

fn main() -> eframe::Result {
    let dark = std::env::args().any(|word| word == "dark");
    let options = NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([1280.0, 800.0]),
        ..NativeOptions::default()
    };
    eframe::run_native(
        "gallery",
        options,
        Box::new(move |cc| {
            theme::install(&cc.egui_ctx);
            if dark {
                cc.egui_ctx.set_theme(egui::Theme::Dark);
            }
            Ok(Box::new(Gallery::default()))
        }),
    )
}

#[derive(Debug)]
struct Gallery {
    id: String,
    number: String,
    secret: String,
    locked: String,
    query: String,
    tab: usize,
    part: usize,
    radio: usize,
    page: usize,
    checked: bool,
    row: Option<usize>,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            id: "kT3pXw0vN9bq1ZrY7hUeC2mD".to_owned(),
            number: "4".to_owned(),
            secret: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa7f2c".to_owned(),
            locked: "Oid".to_owned(),
            query: String::new(),
            tab: 0,
            part: 0,
            radio: 0,
            page: 0,
            checked: true,
            row: Some(1),
        }
    }
}

impl App for Gallery {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        egui::CentralPanel::default().show(ui, |ui| {
            let palette = theme::palette(ui);
            let rect = ui.max_rect();
            ui.painter()
                .rect_filled(rect.expand(24.0), 0.0, palette.surface);
            let steps = [
                ("Connect", StepState::Done),
                ("Details", StepState::Problem),
                ("Source & audiences", StepState::Current),
                ("Mapping", StepState::Future),
                ("Schedule", StepState::Future),
                ("Review", StepState::Future),
            ]
            .map(|(name, state)| Step {
                name,
                state,
                locked: None,
            });
            stepper(ui, &steps);
            ui.columns(2, |columns| {
                if let [left, right] = columns {
                    self.left(left);
                    self.right(right);
                }
            });
        });
    }
}

impl Gallery {
    #[expect(clippy::too_many_lines, reason = "one widget after the other")]
    fn left(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            Button::primary("New destination").icon(Icon::Plus).show(ui);
            Button::secondary("Stop run")
                .icon(Icon::StopCircle)
                .show(ui);
            Button::secondary("Run now")
                .icon(Icon::Play)
                .disabled("A run is under way")
                .show(ui);
            Button::icon_only(Icon::DotsThree, "More")
                .outlined()
                .show(ui);
            Button::ghost("Cancel").show(ui);
            Button::danger("Delete…").show(ui);
        });
        ui.horizontal(|ui| {
            Button::secondary("Open again")
                .icon(Icon::ArrowSquareOut)
                .small()
                .show(ui);
            Button::secondary("Saving").busy(true).small().show(ui);
            suggestion(ui, "Use 11, Pricing page visitors");
            link(ui, "Sign in again");
            copy_button(ui, "Copy the address", "https://127.0.0.1");
        });
        ui.horizontal(|ui| {
            Chip::ok("Enabled").show(ui);
            Chip::off("Disabled").show(ui);
            Chip::running("Processing").show(ui);
            Chip::waiting("Waiting").show(ui);
            Chip::error("Error").show(ui);
            Chip::failed("Failed").show(ui);
            Chip::warn("With failures").show(ui);
        });
        ui.horizontal(|ui| {
            StatePill::Syncing.show(ui, "Syncing");
            StatePill::UpToDate.show(ui, "Up to date");
            StatePill::NeedsAttention.show(ui, "Needs attention");
            StatePill::Nothing.show(ui, "Nothing to sync yet");
            Tag::Good.show(ui, "realized");
            Tag::Plain.show(ui, "exited");
        });
        ui.columns(2, |columns| {
            if let [a, b] = columns {
                Input::new("Client ID", &mut self.id)
                    .required()
                    .mono()
                    .help("From the app in Outreach")
                    .show(a);
                Secret::new("Client secret", &mut self.secret)
                    .required()
                    .show(b);
                Input::new("Mapping ID", &mut self.number)
                    .error(Some("4 is used twice, also by Pricing page visitors."))
                    .show(a);
                Input::new("Source field", &mut self.locked)
                    .mono()
                    .icon(Icon::IdentificationCard)
                    .read_only(true)
                    .show(b);
                Select::new("If empty", "Skip").pick(a, &["Skip", "Clear"]);
                Select::new("Target field", "firstName")
                    .mono()
                    .suffix("text, 255")
                    .show_nothing(b);
            }
        });
        ui.horizontal(|ui| {
            search(ui, &mut self.query, "Search by name or account", 264.0);
            Segmented::show(
                ui,
                &["All 8", "Enabled 5", "Needs attention 2"],
                &mut self.part,
            );
        });
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (at, (name, note)) in [
                ("https on this computer", "Recommended"),
                ("http on this computer", "If your app allows it"),
                ("Paste the address", "Works everywhere"),
            ]
            .iter()
            .enumerate()
            {
                if RadioRow::new(name, note, at == self.radio)
                    .place(at, 3)
                    .show(ui, |_| {})
                    .clicked()
                {
                    self.radio = at;
                }
            }
        });
        ui.horizontal(|ui| {
            Checkbox::new("Email targeting", &mut self.checked).show(ui);
            Checkbox::new("Some", &mut self.checked)
                .mixed(true)
                .show(ui);
            Checkbox::new("None", &mut false).show(ui);
            old_new(ui, "exited", "realized");
            gauge(ui, 0.39, "Hourly budget");
        });
        Banner::new(Kind::Bad, "The folder can’t be found")
            .icon(Icon::FolderDashed)
            .text("Outreach keeps its last values, and nothing is sent until it is back.")
            .show(ui);
        Banner::new(Kind::Info, "Waiting for you to sign in")
            .busy()
            .text("Outreach is open in your browser.")
            .show_with(ui, |ui| {
                Button::secondary("Copy link")
                    .small()
                    .icon(Icon::Link)
                    .show(ui);
                Button::ghost("Cancel").small().show(ui);
            });
    }

    #[expect(clippy::too_many_lines, reason = "one widget after the other")]
    fn right(&mut self, ui: &mut Ui) {
        breadcrumb(ui, &["Destinations", "Outreach – Nordic sales"]);
        label(ui, Role::Title, "Outreach – Nordic sales");
        tabs(
            ui,
            &["Activation data", "Dataflow runs", "Settings"],
            &mut self.tab,
        );
        Card::new()
            .title("Run 212")
            .note("First activation, started 09:41")
            .show(ui, |ui| {
                SumLine {
                    parts: [34_404, 9_870, 314, 23, 3_605],
                }
                .show(ui);
            });
        let columns = [
            Column::new("Name", 180.0).grow(),
            Column::new("Status", 110.0),
            Column::new("Members", 110.0)
                .number()
                .sortable(Some(Sort::Down)),
            Column::new("", 52.0),
        ];
        ui.scope(|ui| {
            ui.set_max_height(180.0);
            let told = Table::new("Audiences", &columns, 1_000_000)
                .row_height(measure::ROW_TWO)
                .chosen(self.row)
                .show(ui, |ui, Cell { row, column }| {
                    match column {
                        0 => cell::two(ui, "Gold customers", &format!("Mapping ID {row}")),
                        1 => Chip::ok("Active").show(ui),
                        2 => cell::value(ui, "18,420"),
                        _ => {
                            menu_button(ui, &format!("More about {row}"), |ui| {
                                MenuItem::new("Open").icon(Icon::ArrowRight).show(ui)
                            });
                            ui.response()
                        }
                    };
                });
            self.row = told.chosen.or(self.row);
        });
        Card::new().show(ui, |ui| {
            Facts::new(ui, 144.0)
                .mono("Folder", "D:\\Exports\\nordics")
                .row("Last read", "today 08:52, 48,216 profiles");
        });
        facts::fact(ui, Kind::Warn, "231 profiles without Oid will be excluded");
        ui.horizontal(|ui| {
            monogram(ui, "Maja Lindqvist", 24.0);
            monogram(ui, "Anna Berg", 40.0);
            nav::outreach_mark(ui, 40.0);
            spinner(ui, 16.0);
            pager(ui, &mut self.page, 3);
        });
        skeleton(ui, 1, &[0.0, 0.4, 0.7]);
        EmptyState::new(Icon::PaperPlane, "No destinations yet", "A destination keeps the prospects of one Outreach account up to date with the audiences that you choose.")
            .show(ui, 292.0, |ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
                Button::primary("Set up Outreach").show(ui);
                Button::secondary("Explore the demo").icon(Icon::PlayCircle).show(ui);
            });
    }
}

trait Nothing {
    fn show_nothing(self, ui: &mut Ui);
}

impl Nothing for Select<'_> {
    fn show_nothing(self, ui: &mut Ui) {
        self.popup(ui, |ui| label(ui, Role::Help, "Nothing to choose from"));
    }
}
