//! Table: only the rows in sight are laid out, so a million rows cost what a screenful costs.

use std::ops::Range;

use egui::{
    Align, Align2, Color32, Id, Key, Layout, Rect, Response, ScrollArea, Sense, Ui, UiBuilder,
    WidgetInfo, accesskit, pos2, vec2,
};

use super::{draw, tip};
use crate::ui::{
    icon::Icon,
    theme::{self, Role, measure},
};

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Smallest first.
    Up,
    /// Largest first.
    Down,
}

/// A column of a table.
#[must_use]
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a builder's switches are independent of each other"
)]
pub struct Column<'a> {
    head: &'a str,
    width: f32,
    grows: bool,
    right: bool,
    required: bool,
    sort: Option<Sort>,
    sortable: bool,
}

impl<'a> Column<'a> {
    /// A column `width` points wide, its padding of 12 at each side in it.
    pub const fn new(head: &'a str, width: f32) -> Self {
        Self {
            head,
            width,
            grows: false,
            right: false,
            required: false,
            sort: None,
            sortable: false,
        }
    }

    /// Takes what the others leave, at least its width.
    pub const fn grow(mut self) -> Self {
        self.grows = true;
        self
    }

    /// Numbers: head and cells at the right.
    pub const fn number(mut self) -> Self {
        self.right = true;
        self
    }

    /// Marks the head with a star.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The head takes clicks; `sort` is how it is sorted now.
    pub const fn sortable(mut self, sort: Option<Sort>) -> Self {
        self.sortable = true;
        self.sort = sort;
        self
    }
}

/// What happened in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableResponse {
    /// The row that was clicked or reached with the arrows.
    pub chosen: Option<usize>,
    /// The row that was double-clicked, or on which Enter was pressed.
    pub opened: Option<usize>,
    /// The row on which Space was pressed.
    pub ticked: Option<usize>,
    /// The column whose head was clicked.
    pub sort: Option<usize>,
}

/// A table of rows that all have one height.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    name: &'a str,
    columns: &'a [Column<'a>],
    rows: usize,
    row_height: f32,
    edge: f32,
    chosen: Option<usize>,
    marked: Option<&'a dyn Marked>,
    scroll: bool,
}

/// Says which rows are marked besides the chosen one, such as those that are ticked.
pub trait Marked: std::fmt::Debug {
    /// Whether the row has the ground of chosen rows.
    fn is_marked(&self, row: usize) -> bool;
}

impl Marked for [bool] {
    fn is_marked(&self, row: usize) -> bool {
        self.get(row).copied().unwrap_or(false)
    }
}

impl Marked for Vec<bool> {
    fn is_marked(&self, row: usize) -> bool {
        self.as_slice().is_marked(row)
    }
}

/// A cell: which row and column, to be filled by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub column: usize,
}

/// Where columns begin and how wide they are.
struct Grid {
    left: Vec<f32>,
    width: Vec<f32>,
    /// All columns together.
    whole: f32,
}

impl<'a> Table<'a> {
    /// A table of `rows` rows, 36 high each; `name` is for screen readers and keeps its place apart from others.
    pub const fn new(name: &'a str, columns: &'a [Column<'a>], rows: usize) -> Self {
        Self {
            name,
            columns,
            rows,
            row_height: measure::ROW,
            edge: 12.0,
            chosen: None,
            marked: None,
            scroll: true,
        }
    }

    /// Another height of rows.
    pub const fn row_height(mut self, height: f32) -> Self {
        self.row_height = height;
        self
    }

    /// The table touches the sheet: 24 points at its edges.
    pub const fn on_sheet(mut self) -> Self {
        self.edge = measure::SHEET;
        self
    }

    /// The row with the ground of chosen rows.
    pub const fn chosen(mut self, row: Option<usize>) -> Self {
        self.chosen = row;
        self
    }

    /// More rows with that ground.
    pub const fn marked(mut self, rows: &'a dyn Marked) -> Self {
        self.marked = Some(rows);
        self
    }

    /// As high as its rows, for a few rows in a card.
    pub const fn unscrolled(mut self) -> Self {
        self.scroll = false;
        self
    }

    /// Draws it over the place there is; `fill` fills a cell.
    pub fn show(self, ui: &mut Ui, mut fill: impl FnMut(&mut Ui, Cell)) -> TableResponse {
        let id = ui.make_persistent_id(("table", self.name));
        let mut told = TableResponse::default();
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
            let grid = self.grid(ui.available_width());
            let shift: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
            self.heads(ui, &grid, shift, &mut told);
            self.keys(ui, id, &mut told);
            let wanted = self.row_to_show(ui, id, told.chosen);
            let mut area = ScrollArea::both()
                .id_salt(id)
                .auto_shrink([false, !self.scroll]);
            if !self.scroll {
                area = area.vscroll(false);
            }
            if let Some(offset) = wanted {
                area = area.vertical_scroll_offset(offset);
            }
            let shown = area.show_viewport(ui, |ui, view| {
                self.body(ui, id, &grid, view, &mut told, &mut fill);
                view.height()
            });
            let offset = shown.state.clamped_offset();
            ui.data_mut(|data| {
                data.insert_temp(id, offset.x);
                data.insert_temp(id.with("view"), (offset.y, shown.inner));
            });
        });
        told
    }

    fn grid(&self, room: f32) -> Grid {
        let padding = 2.0 * (self.edge - 12.0);
        let fixed: f32 = self.columns.iter().map(|column| column.width).sum::<f32>() + padding;
        let growing = self.columns.iter().filter(|column| column.grows).count();
        let share = (room - fixed).max(0.0) / f32::from(u16::try_from(growing.max(1)).unwrap_or(1));
        let (mut left, mut width) = (vec![], vec![]);
        let mut at = 0.0;
        for (i, column) in self.columns.iter().enumerate() {
            let mut own = column.width + if column.grows { share.floor() } else { 0.0 };
            if i == 0 {
                own += self.edge - 12.0;
            }
            if i + 1 == self.columns.len() {
                own += self.edge - 12.0;
            }
            left.push(at);
            width.push(own);
            at += own;
        }
        Grid {
            left,
            width,
            whole: at.max(room),
        }
    }

    /// The inside of a cell: its column without the padding.
    fn inside(&self, grid: &Grid, column: usize, row: Rect, shift: f32) -> Rect {
        let left = grid.left.get(column).copied().unwrap_or(0.0);
        let width = grid.width.get(column).copied().unwrap_or(0.0);
        let before = if column == 0 { self.edge } else { 12.0 };
        let after = if column + 1 == self.columns.len() {
            self.edge
        } else {
            12.0
        };
        // The first column stays where it is.
        let shift = if column == 0 { 0.0 } else { shift };
        let x = row.left() + left - shift;
        Rect::from_min_max(
            pos2(x + before, row.top()),
            pos2((x + width - after).max(x + before), row.bottom()),
        )
    }

    fn heads(&self, ui: &mut Ui, grid: &Grid, shift: f32, told: &mut TableResponse) {
        let palette = theme::palette(ui);
        let size = vec2(ui.available_width(), measure::HEAD);
        let (row, _) = ui.allocate_exact_size(size, Sense::hover());
        draw::rule(ui, row.x_range(), row.bottom() - 1.0, palette.line);
        let beside = row.with_min_x(row.left() + grid.width.first().copied().unwrap_or(0.0));
        for (at, column) in self.columns.iter().enumerate() {
            let clip = if at == 0 { row } else { beside };
            let mut child = ui.new_child(UiBuilder::new().max_rect(row));
            child.shrink_clip_rect(clip);
            let place = self.inside(grid, at, row, shift);
            if head(&child, place, column, at) {
                told.sort = Some(at);
            }
        }
    }

    /// Arrows, Enter and Space, while the table has the keyboard.
    fn keys(&self, ui: &Ui, id: Id, told: &mut TableResponse) {
        if !ui.memory(|memory| memory.has_focus(id)) || self.rows == 0 {
            return;
        }
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                id,
                egui::EventFilter {
                    vertical_arrows: true,
                    ..Default::default()
                },
            );
        });
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let last = self.rows - 1;
        let at = self.chosen;
        let steps = [
            (Key::ArrowDown, at.map_or(0, |row| (row + 1).min(last))),
            (Key::ArrowUp, at.map_or(last, |row| row.saturating_sub(1))),
            (Key::PageDown, at.map_or(0, |row| (row + 10).min(last))),
            (Key::PageUp, at.map_or(last, |row| row.saturating_sub(10))),
            (Key::Home, 0),
            (Key::End, last),
        ];
        for (key, row) in steps {
            if pressed(key) {
                told.chosen = Some(row);
            }
        }
        if pressed(Key::Enter) {
            told.opened = at;
        }
        if pressed(Key::Space) {
            told.ticked = at;
        }
    }

    /// Where to scroll so that the row reached with the keyboard is in sight.
    fn row_to_show(&self, ui: &Ui, id: Id, row: Option<usize>) -> Option<f32> {
        let row = row?;
        let (offset, height): (f32, f32) = ui.data(|data| data.get_temp(id.with("view")))?;
        let top = points(row, self.row_height);
        if top < offset {
            Some(top)
        } else if top + self.row_height > offset + height {
            Some(top + self.row_height - height)
        } else {
            None
        }
    }

    fn body(
        &self,
        ui: &mut Ui,
        id: Id,
        grid: &Grid,
        view: Rect,
        told: &mut TableResponse,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let whole = vec2(grid.whole, points(self.rows, self.row_height));
        let clip = ui.clip_rect();
        let origin = ui.max_rect().min + view.min.to_vec2();
        let (_, space) = ui.allocate_space(whole);
        let table = ui.interact(space.intersect(clip), id, Sense::focusable_noninteractive());
        table.widget_info(|| WidgetInfo::labeled(accesskit::Role::Table, true, self.name));
        for row in self.in_sight(view) {
            // Counted from the edge of the view: whole heights of a million rows are too large for exact places.
            let first = points(row, self.row_height) - view.min.y;
            let place = Rect::from_min_size(
                pos2(origin.x, (origin.y + first).round()),
                vec2(view.width().max(clip.width()), self.row_height),
            );
            self.row(ui, id, grid, place, view.min.x, row, told, fill);
        }
        if table.has_focus() {
            draw::outline(ui, clip, 0, theme::palette(ui).accent);
        }
    }

    fn in_sight(&self, view: Rect) -> Range<usize> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rows, from 0"
        )]
        let row_at = |y: f32| (y.max(0.0) / self.row_height) as usize;
        row_at(view.min.y)..(row_at(view.max.y) + 1).min(self.rows)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one frame")]
    fn row(
        &self,
        ui: &mut Ui,
        id: Id,
        grid: &Grid,
        place: Rect,
        shift: f32,
        row: usize,
        told: &mut TableResponse,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let palette = theme::palette(ui);
        let response = ui.interact(place, id.with(row), Sense::CLICK);
        let chosen =
            self.chosen == Some(row) || self.marked.is_some_and(|rows| rows.is_marked(row));
        let ground = if chosen {
            palette.selected
        } else if response.contains_pointer() {
            palette.hover
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(place, 0.0, ground);
        draw::rule(ui, place.x_range(), place.bottom() - 1.0, palette.line);
        if response.clicked() {
            told.chosen = Some(row);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if response.double_clicked() {
            told.opened = Some(row);
        }
        let frozen = place.left() + grid.width.first().copied().unwrap_or(0.0);
        for column in 0..self.columns.len() {
            let inside = self.inside(grid, column, place, shift);
            let mut clip = inside.expand2(vec2(12.0, 0.0));
            if column > 0 {
                clip.min.x = clip.min.x.max(frozen);
            }
            if clip.width() > 0.0 {
                self.cell(ui, id, inside, clip, Cell { row, column }, fill);
            }
        }
    }

    fn cell(
        &self,
        ui: &mut Ui,
        id: Id,
        inside: Rect,
        clip: Rect,
        cell: Cell,
        fill: &mut impl FnMut(&mut Ui, Cell),
    ) {
        let right = self
            .columns
            .get(cell.column)
            .is_some_and(|column| column.right);
        let layout = if right {
            Layout::right_to_left(Align::Center)
        } else {
            Layout::left_to_right(Align::Center)
        };
        // The rule below takes no part in the middle.
        let inside = inside.with_max_y(inside.bottom() - 1.0);
        let salt = id.with((cell.row, cell.column));
        let mut child = ui.new_child(
            UiBuilder::new()
                .id_salt(salt)
                .max_rect(inside)
                .layout(layout),
        );
        child.shrink_clip_rect(clip);
        fill(&mut child, cell);
    }
}

/// The height of so many rows.
#[expect(clippy::cast_precision_loss, reason = "places on screen are f32")]
fn points(rows: usize, height: f32) -> f32 {
    rows as f32 * height
}

fn head(ui: &Ui, place: Rect, column: &Column<'_>, at: usize) -> bool {
    let p = theme::palette(ui);
    let sense = if column.sortable {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(place, ui.scope_id().with(("head", column.head, at)), sense);
    response.widget_info(|| WidgetInfo::labeled(accesskit::Role::ColumnHeader, true, column.head));
    let ink = if column.sort.is_some() || (column.sortable && response.hovered()) {
        p.text_2
    } else {
        p.text_3
    };
    let room = place.width() - if column.sort.is_some() { 16.0 } else { 0.0 };
    let text = draw::line(ui, Role::Label, ink, column.head, room);
    let mut end = text.size().x;
    let mut left = place.left();
    if column.right {
        let mark = if column.sort.is_some() { 16.0 } else { 0.0 };
        left = place.right() - end - mark;
    }
    draw::left(ui, place.with_min_x(left), text);
    if column.required {
        let star = draw::whole(ui, Role::Label, p.bad_text, "*");
        draw::left(ui, place.with_min_x(left + end + 4.0), star);
        end += 12.0;
    }
    if let Some(sort) = column.sort {
        let icon = match sort {
            Sort::Up => Icon::ArrowUp,
            Sort::Down => Icon::ArrowDown,
        };
        let mark = Rect::from_min_size(
            pos2(left + end + 4.0, place.top()),
            vec2(12.0, place.height()),
        );
        draw::icon(ui, mark, icon, 12.0, ink);
    }
    draw::focus_ring(ui, &response, measure::RADIUS_SMALL);
    response.clicked()
}

/// What cells hold.
pub mod cell {
    use super::{
        Align2, Color32, Response, Role, Sense, Ui, WidgetInfo, accesskit, draw, theme, tip, vec2,
    };

    /// A name: 13/500.
    pub fn name(ui: &mut Ui, text: &str) -> Response {
        let color = theme::palette(ui).text;
        one(ui, Role::BodyStrong, color, text)
    }

    /// Any other text: 13/400 in the second colour.
    pub fn text(ui: &mut Ui, text: &str) -> Response {
        let color = theme::palette(ui).text_2;
        one(ui, Role::Body, color, text)
    }

    /// A number or a value: 13/400.
    pub fn value(ui: &mut Ui, text: &str) -> Response {
        let color = theme::palette(ui).text;
        one(ui, Role::Body, color, text)
    }

    /// An id or a path, in Hack.
    pub fn mono(ui: &mut Ui, text: &str) -> Response {
        let color = theme::palette(ui).text;
        one(ui, Role::Mono, color, text)
    }

    /// One line in any role and colour; it ends in … when the cell is too narrow.
    pub fn one(ui: &mut Ui, role: Role, color: Color32, text: &str) -> Response {
        let room = ui.available_width();
        let whole = draw::whole(ui, role, color, text);
        let cut = whole.size().x > room + 0.5;
        let line = if cut {
            draw::line(ui, role, color, text, room)
        } else {
            whole
        };
        let size = vec2(line.size().x.ceil().min(room.max(0.0)), role.line());
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, text));
        draw::left(ui, rect, line);
        if cut { tip(response, text) } else { response }
    }

    /// A name with a second line below it, as wide as the cell leaves.
    pub fn two(ui: &mut Ui, first: &str, second: &str) -> Response {
        two_of(ui, Role::BodyStrong, first, second)
    }

    /// Two lines of which the first is in any role.
    pub fn two_of(ui: &mut Ui, role: Role, first: &str, second: &str) -> Response {
        let p = theme::palette(ui);
        let room = ui.available_width();
        let right = ui.layout().prefer_right_to_left();
        let above = draw::line(ui, role, p.text, first, room);
        let below = draw::line(ui, Role::Help, p.text_3, second, room);
        let width = above.size().x.max(below.size().x).ceil();
        let (rect, response) =
            ui.allocate_exact_size(vec2(width.min(room.max(0.0)), 36.0), Sense::hover());
        let both = format!("{first}, {second}");
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Label, true, &both));
        let cut = above.elided || below.elided;
        let align = |center: Align2| {
            if right {
                Align2([egui::Align::Max, center.y()])
            } else {
                center
            }
        };
        let top = rect.with_max_y(rect.top() + 20.0);
        draw::put(ui, top, align(Align2::LEFT_CENTER), above);
        draw::put(
            ui,
            rect.with_min_y(top.bottom() - 2.0)
                .translate(vec2(0.0, 0.0)),
            align(Align2::LEFT_CENTER),
            below,
        );
        if cut { tip(response, &both) } else { response }
    }
}
