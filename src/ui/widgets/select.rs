//! Select: an input whose values are chosen from a list below it.

use egui::{
    Align, Color32, Layout, Popup, PopupCloseBehavior, Rect, Response, ScrollArea, Sense, Ui,
    WidgetInfo, accesskit, vec2,
};

use super::{MenuItem, draw, input};
use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
};

/// A field that opens a list.
#[must_use]
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct Select<'a> {
    name: &'a str,
    shown: &'a str,
    label: bool,
    required: bool,
    placeholder: bool,
    mono: bool,
    icon: Option<Icon>,
    suffix: &'a str,
    help: Option<&'a str>,
    error: Option<&'a str>,
    enabled: bool,
    width: Option<f32>,
}

impl<'a> Select<'a> {
    /// A field with `name` above it that shows `shown`.
    pub const fn new(name: &'a str, shown: &'a str) -> Self {
        Self {
            name,
            shown,
            label: true,
            required: false,
            placeholder: false,
            mono: false,
            icon: None,
            suffix: "",
            help: None,
            error: None,
            enabled: true,
            width: None,
        }
    }

    /// In a table or a toolbar: the name is said, but not shown.
    pub const fn bare(mut self) -> Self {
        self.label = false;
        self
    }

    /// Marks it with a star.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What is shown is no value yet, so it is grey.
    pub const fn placeholder(mut self, placeholder: bool) -> Self {
        self.placeholder = placeholder;
        self
    }

    /// In Hack.
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// An icon at the left.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Grey words before the caret, such as a type.
    pub const fn suffix(mut self, text: &'a str) -> Self {
        self.suffix = text;
        self
    }

    /// A line below the field.
    pub const fn help(mut self, text: &'a str) -> Self {
        self.help = Some(text);
        self
    }

    /// What is wrong, in the place of the help.
    pub const fn error(mut self, text: Option<&'a str>) -> Self {
        self.error = text;
        self
    }

    /// Whether it can be changed.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Fixed width; else all there is.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// A list of texts; the index of the one that was taken.
    pub fn pick(self, ui: &mut Ui, options: &[&str]) -> Option<usize> {
        let shown = self.shown;
        self.show(ui, PopupCloseBehavior::CloseOnClick, |ui| {
            let mut taken = None;
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for (at, option) in options.iter().enumerate() {
                    if MenuItem::new(option).chosen(*option == shown).show(ui) {
                        taken = Some(at);
                    }
                }
            });
            taken
        })
        .1
        .flatten()
    }

    /// Any content in the popup, such as a tree with a search field; call `ui.close()` to close it.
    pub fn popup<R>(
        self,
        ui: &mut Ui,
        content: impl FnOnce(&mut Ui) -> R,
    ) -> (Response, Option<R>) {
        self.show(ui, PopupCloseBehavior::CloseOnClickOutside, content)
    }

    fn show<R>(
        self,
        ui: &mut Ui,
        close: PopupCloseBehavior,
        content: impl FnOnce(&mut Ui) -> R,
    ) -> (Response, Option<R>) {
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let size = vec2(width, measure::CONTROL);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 4.0;
            if self.label {
                input::field_label(ui, self.name, self.required);
            }
            let field = self.field(ui, width);
            input::notes(ui, self.help, self.error, None);
            let shown = list(ui, &field, close, content);
            (field, shown)
        })
        .inner
    }

    fn field(&self, ui: &mut Ui, width: f32) -> Response {
        let response = ui
            .add_enabled_ui(self.enabled, |ui| {
                ui.allocate_response(vec2(width, measure::CONTROL), Sense::click())
            })
            .inner;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(accesskit::Role::ComboBox, self.enabled, self.name);
            info.current_text_value = Some(self.shown.to_owned());
            info
        });
        let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
        self.paint(ui, &response, open);
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, open: bool) {
        let p = theme::palette(ui);
        let rect = response.rect;
        let (fill, line) = match (self.enabled, response.hovered()) {
            (false, _) => (p.sunken, p.line_strong),
            (true, true) => (p.surface, p.text_3),
            (true, false) => (p.surface, p.control),
        };
        draw::frame(ui, rect, measure::RADIUS_CONTROL, fill, line);
        let caret = if open { Icon::CaretUp } else { Icon::CaretDown };
        let mut inner = rect.shrink2(vec2(9.0, 0.0));
        draw::icon(
            ui,
            inner.with_min_x(inner.right() - 12.0),
            caret,
            12.0,
            p.text_3,
        );
        inner.max.x -= 20.0;
        if let Some(icon) = self.icon {
            draw::icon(ui, draw::square_left(inner, 16.0), icon, 16.0, p.text_3);
            inner.min.x += 22.0;
        }
        let suffix = draw::whole(ui, Role::Help, p.text_3, self.suffix);
        let suffix_width = suffix.size().x;
        draw::put(ui, inner, egui::Align2::RIGHT_CENTER, suffix);
        inner.max.x -= if suffix_width > 0.0 {
            suffix_width + 8.0
        } else {
            0.0
        };
        self.value(ui, inner);
        if self.error.is_some() {
            draw::outline(ui, rect, measure::RADIUS_CONTROL, p.bad);
        } else if open || response.has_focus() {
            draw::outline(ui, rect, measure::RADIUS_CONTROL, p.accent);
        }
    }

    fn value(&self, ui: &Ui, inner: Rect) {
        let p = theme::palette(ui);
        let ink: Color32 = match (self.enabled, self.placeholder) {
            (_, true) => p.text_3,
            (true, false) => p.text,
            (false, false) => p.text_2,
        };
        let role = if self.mono { Role::Mono } else { Role::Body };
        draw::left(
            ui,
            inner,
            draw::line(ui, role, ink, self.shown, inner.width()),
        );
    }
}

/// Shows the list under the field while it is open.
fn list<R>(
    ui: &Ui,
    field: &Response,
    close: PopupCloseBehavior,
    content: impl FnOnce(&mut Ui) -> R,
) -> Option<R> {
    let id = Popup::default_response_id(field);
    let was_open = Popup::is_id_open(ui.ctx(), id);
    let shown = Popup::menu(field)
        .gap(4.0)
        .close_behavior(close)
        .frame(draw::popup_frame(ui))
        .layout(Layout::top_down_justified(Align::Min))
        .show(|ui| {
            ui.set_min_width(field.rect.width() - 2.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            content(ui)
        });
    if was_open && !Popup::is_id_open(ui.ctx(), id) {
        field.request_focus();
    }
    shown.map(|shown| shown.inner)
}
