//! Text input, secret input and search field.

use egui::{
    Align, Color32, Frame, Id, Layout, Margin, Rect, Response, Sense, TextEdit, Ui, UiBuilder,
    Vec2, vec2,
};

use super::{Button, draw, label, label_in};
use crate::ui::{
    icon::Icon,
    text::{t, t_args},
    theme::{self, Role, measure},
};

/// A field of one line with its label, help and error.
#[must_use]
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct Input<'a> {
    value: &'a mut String,
    name: &'a str,
    label: bool,
    required: bool,
    help: Option<&'a str>,
    error: Option<&'a str>,
    warning: Option<&'a str>,
    hint: &'a str,
    icon: Option<Icon>,
    suffix: Option<&'a str>,
    trailing: Option<(Icon, Color32)>,
    read_only: bool,
    mono: bool,
    secret: bool,
    end_in_sight: bool,
    limit: Option<usize>,
    width: Option<f32>,
    id: Option<Id>,
}

impl<'a> Input<'a> {
    /// A field with `name` above it.
    pub fn new(name: &'a str, value: &'a mut String) -> Self {
        Self {
            value,
            name,
            label: true,
            required: false,
            help: None,
            error: None,
            warning: None,
            hint: "",
            icon: None,
            suffix: None,
            trailing: None,
            read_only: false,
            mono: false,
            secret: false,
            end_in_sight: false,
            limit: None,
            width: None,
            id: None,
        }
    }

    /// In a table: the name is said, but not shown.
    pub const fn bare(mut self) -> Self {
        self.label = false;
        self
    }

    /// Marks it with a star.
    pub const fn required(mut self) -> Self {
        self.required = true;
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

    /// What is doubtful, in the place of the help; the field may stay so.
    pub const fn warning(mut self, text: Option<&'a str>) -> Self {
        self.warning = text;
        self
    }

    /// What stands grey in the empty field.
    pub const fn hint(mut self, text: &'a str) -> Self {
        self.hint = text;
        self
    }

    /// An icon at the left.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A grey word at the right, such as a unit.
    pub const fn suffix(mut self, text: &'a str) -> Self {
        self.suffix = Some(text);
        self
    }

    /// An icon at the right, such as a check.
    pub const fn trailing(mut self, icon: Icon, color: Color32) -> Self {
        self.trailing = Some((icon, color));
        self
    }

    /// Cannot be changed; a lock says so.
    pub const fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// In Hack: ids, addresses, paths.
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// While it has not the keyboard, a value that is too long shows its end rather than its beginning: of a path that
    /// is what tells it apart.
    pub const fn end_in_sight(mut self) -> Self {
        self.end_in_sight = true;
        self
    }

    /// No more than this many characters can be typed.
    pub const fn limit(mut self, characters: usize) -> Self {
        self.limit = Some(characters);
        self
    }

    /// Fixed width; else all there is.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// An id of its own, to give it the keyboard from elsewhere.
    pub const fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// Draws it; `changed()` and `lost_focus()` of the response tell.
    pub fn show(self, ui: &mut Ui) -> Response {
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let size = vec2(width, measure::CONTROL);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 4.0;
            if self.label {
                field_label(ui, self.name, self.required);
            }
            let (help, error, warning) = (self.help, self.error, self.warning);
            let response = self.field(ui, width);
            notes(ui, help, error, warning);
            response
        })
        .inner
    }

    fn field(self, ui: &mut Ui, width: f32) -> Response {
        let palette = theme::palette(ui);
        let (rect, hover) = ui.allocate_exact_size(vec2(width, measure::CONTROL), Sense::hover());
        let fill = if self.read_only {
            palette.sunken
        } else {
            palette.surface
        };
        let line = if self.read_only {
            palette.line_strong
        } else if hover.contains_pointer() {
            palette.text_3
        } else {
            palette.control
        };
        draw::frame(ui, rect, measure::RADIUS_CONTROL, fill, line);
        let bad = self.error.is_some();
        let response = self.inside(ui, rect.shrink2(vec2(9.0, 0.0)));
        if bad {
            draw::outline(ui, rect, measure::RADIUS_CONTROL, palette.bad);
        } else if response.has_focus() {
            draw::outline(ui, rect, measure::RADIUS_CONTROL, palette.accent);
        }
        response
    }

    /// Icon, text, and what stands at the right.
    fn inside(self, ui: &mut Ui, mut rect: Rect) -> Response {
        let palette = theme::palette(ui);
        if let Some(icon) = self.icon {
            draw::icon(
                ui,
                draw::square_left(rect, 16.0),
                icon,
                16.0,
                palette.text_3,
            );
            rect.min.x += 22.0;
        }
        let lock = self.read_only.then_some((Icon::Lock, palette.text_3));
        if let Some((icon, color)) = lock.or(self.trailing) {
            let place = rect.with_min_x(rect.right() - 16.0);
            draw::icon(ui, place, icon, 16.0, color);
            rect.max.x -= 22.0;
        }
        if let Some(suffix) = self.suffix {
            let text = draw::whole(ui, Role::Help, palette.text_3, suffix);
            let width = text.size().x + 8.0;
            draw::put(ui, rect, egui::Align2::RIGHT_CENTER, text);
            rect.max.x -= width;
        }
        self.edit(ui, rect)
    }

    /// The text itself.
    fn edit(self, ui: &mut Ui, rect: Rect) -> Response {
        let palette = theme::palette(ui);
        let role = if self.mono { Role::Mono } else { Role::Body };
        let color = if self.read_only {
            palette.text_2
        } else {
            palette.text
        };
        let name = self.name;
        let has_keyboard = self
            .id
            .is_some_and(|id| ui.memory(|memory| memory.has_focus(id)));
        let ending = (self.end_in_sight && !has_keyboard)
            .then(|| draw::ending(ui, role, color, self.value, rect.width()))
            .flatten();
        let mut edit = TextEdit::singleline(self.value)
            .frame(Frame::new())
            .margin(Margin::ZERO)
            .font(role.font())
            .text_color(color)
            .password(self.secret)
            .interactive(!self.read_only)
            .align(egui::Align2::LEFT_CENTER)
            .min_size(vec2(0.0, measure::CONTROL))
            .desired_width(f32::INFINITY)
            .hint_text(role.text(self.hint, palette.text_3));
        if let Some(limit) = self.limit {
            edit = edit.char_limit(limit);
        }
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let mut child = ui.new_child(
            UiBuilder::new()
                .max_rect(rect)
                .layout(Layout::top_down(Align::Min)),
        );
        if ending.is_some() {
            child.set_opacity(0.0);
        }
        let shown = child.add(edit).accessible_name(name);
        if let Some(ending) = ending {
            draw::left(ui, rect, ending);
        }
        shown
    }
}

/// The label above a field, with a star when it must be filled.
pub fn field_label(ui: &mut Ui, name: &str, required: bool) {
    let palette = theme::palette(ui);
    let text = draw::whole(ui, Role::Label, palette.text_2, name);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    let end = text.size().x;
    draw::left(ui, rect, text);
    if required {
        let star = draw::whole(ui, Role::Label, palette.bad_text, "*");
        draw::left(ui, rect.with_min_x(rect.left() + end + 4.0), star);
    }
}

/// What stands under a field: the error, else the warning, else the help.
pub fn notes(ui: &mut Ui, help: Option<&str>, error: Option<&str>, warning: Option<&str>) {
    let palette = theme::palette(ui);
    if let Some(error) = error {
        note(ui, Icon::WarningCircle, palette.bad_text, error);
    } else if let Some(warning) = warning {
        note(ui, Icon::Warning, palette.warn_text, warning);
    } else if let Some(help) = help {
        label(ui, Role::Help, help);
    }
}

/// A filled icon and a line in its colour, as under a field.
pub fn note(ui: &mut Ui, icon: Icon, color: Color32, text: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
        draw::icon_fill(ui, rect, icon, 16.0, color);
        label_in(ui, Role::Help, color, text);
    });
}

/// A field for a secret: dots with the last four characters, an eye, its length as help.
#[must_use]
#[derive(Debug)]
pub struct Secret<'a> {
    input: Input<'a>,
}

impl<'a> Secret<'a> {
    /// A field with `name` above it.
    pub fn new(name: &'a str, value: &'a mut String) -> Self {
        Self {
            input: Input::new(name, value).mono(),
        }
    }

    /// Marks it with a star.
    pub const fn required(mut self) -> Self {
        self.input.required = true;
        self
    }

    /// What is wrong, in the place of the help.
    pub const fn error(mut self, text: Option<&'a str>) -> Self {
        self.input.error = text;
        self
    }

    /// Cannot be changed.
    pub const fn read_only(mut self, read_only: bool) -> Self {
        self.input.read_only = read_only;
        self
    }

    /// Fixed width; else all there is.
    pub const fn width(mut self, width: f32) -> Self {
        self.input.width = Some(width);
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui) -> Response {
        let seen_id = ui.make_persistent_id((self.input.name, "seen"));
        let id = ui.make_persistent_id((self.input.name, "secret"));
        let length = self.input.value.chars().count();
        let locked = self.input.read_only;
        // What is locked, or not there, is not to be seen; and what is typed next begins hidden.
        let can_be_seen = length > 0 && !locked;
        let seen = can_be_seen && ui.data(|data| data.get_temp(seen_id)).unwrap_or(false);
        if !can_be_seen {
            ui.data_mut(|data| data.remove_temp::<bool>(seen_id));
        }
        let help = t_args("secret-length", &[("n", length.into())]);
        let mut input: Input<'_> = self.input;
        input.help = (length > 0).then_some(help.as_str());
        input.id = Some(id);
        input.secret = !seen;
        let dots = (!seen && !ui.memory(|memory| memory.has_focus(id)) && length > 0)
            .then(|| masked(input.value));
        let response = input.show(ui);
        forget_typing(ui.ctx(), id);
        let inner = response.rect;
        let field = Rect::from_min_max(inner.min - vec2(9.0, 0.0), inner.max);
        let end = if locked { 31.0 } else { 9.0 };
        let field = field.with_max_x(inner.right() + end);
        if let Some(dots) = dots {
            cover(ui, field, &dots, locked);
        }
        if can_be_seen {
            eye(ui, field, seen, seen_id);
        }
        response
    }
}

/// A field keeps what was typed before, to undo it; of a secret nothing is kept.
fn forget_typing(ctx: &egui::Context, id: Id) {
    if let Some(mut state) = egui::text_edit::TextEditState::load(ctx, id) {
        state.clear_undoer();
        state.store(ctx, id);
    }
}

/// Dots for all but the last four characters.
fn masked(secret: &str) -> String {
    let length = secret.chars().count();
    // A short secret would be half shown.
    let open = if length >= 12 { 4 } else { 0 };
    let dots = "•".repeat((length - open).min(24));
    let end: String = secret.chars().skip(length - open).collect();
    dots + &end
}

/// Paints the dots over the text of a field that has not the keyboard.
fn cover(ui: &Ui, field: Rect, dots: &str, locked: bool) {
    let palette = theme::palette(ui);
    let (fill, ink) = if locked {
        (palette.sunken, palette.text_2)
    } else {
        (palette.surface, palette.text)
    };
    let inner = field.shrink2(vec2(9.0, 4.0));
    ui.painter()
        .rect_filled(field.shrink2(vec2(4.0, 4.0)), 0.0, fill);
    let text = draw::line(ui, Role::Mono, ink, dots, inner.width() - 24.0);
    draw::left(ui, inner, text);
}

fn eye(ui: &mut Ui, field: Rect, seen: bool, seen_id: Id) {
    let (icon, name) = if seen {
        (Icon::EyeSlash, t("hide-secret"))
    } else {
        (Icon::Eye, t("show-secret"))
    };
    let place = Rect::from_min_size(
        egui::pos2(
            field.right() - 2.0 - measure::CONTROL_SMALL,
            field.top() + 2.0,
        ),
        Vec2::splat(measure::CONTROL_SMALL),
    );
    let mut child = ui.new_child(UiBuilder::new().max_rect(place));
    if Button::icon_only(icon, name)
        .small()
        .show(&mut child)
        .clicked()
    {
        ui.data_mut(|data| data.insert_temp(seen_id, !seen));
    }
}

/// A field with a magnifying glass; Escape empties it.
pub fn search(ui: &mut Ui, query: &mut String, hint: &str, width: f32) -> Response {
    let id = ui.make_persistent_id((hint, "search"));
    if ui
        .data_mut(|data| data.remove_temp::<bool>(wants_search()))
        .is_some()
    {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let escape = ui.input(|input| input.key_pressed(egui::Key::Escape));
    let mut response = Input::new(hint, query)
        .bare()
        .icon(Icon::MagnifyingGlass)
        .hint(hint)
        .width(width)
        .id(id)
        .show(ui);
    if escape && response.lost_focus() && !query.is_empty() {
        query.clear();
        response.mark_changed();
    }
    response
}

/// A search field in a popup that has just come up: the keyboard is in it from the start. True of the second value when
/// Enter was pressed in it.
pub fn search_in_popup(
    ui: &mut Ui,
    query: &mut String,
    hint: &str,
    width: f32,
) -> (Response, bool) {
    let seen = ui.make_persistent_id((hint, "in popup"));
    let frame = ui.ctx().cumulative_frame_nr();
    let last: Option<u64> = ui.data(|data| data.get_temp(seen));
    ui.data_mut(|data| data.insert_temp(seen, frame));
    let response = search(ui, query, hint, width);
    if last.is_none_or(|last| last + 1 < frame) {
        response.request_focus();
    }
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    (response, is_entered)
}

/// Puts the keyboard into the first search field of the next frame.
pub fn focus_search(ctx: &egui::Context) {
    ctx.data_mut(|data| data.insert_temp(wants_search(), true));
    ctx.request_repaint();
}

fn wants_search() -> Id {
    Id::unique("wants search")
}
