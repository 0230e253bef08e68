//! Records with lists, maps and structures in them, put together from their columns and written as JSON.
//!
//! Each value of a column comes with two levels: how deep it is defined, and in which of the lists around it it goes on.

use std::result::Result;

use parquet::{
    basic::{ConvertedType, LogicalType, Repetition},
    schema::types::Type,
};

use super::{
    column::{Column, Cursor, broken},
    value::NoText,
};
use crate::source::files::input::Stop;

/// A field of the records, and all that is below it.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name as a text of JSON.
    key: String,
    /// The level from which on it is there at all.
    level: i16,
    shape: Shape,
    /// The columns below it.
    first: usize,
    n_columns: usize,
}

#[derive(Debug)]
enum Shape {
    Value,
    Structure(Vec<Field>),
    List {
        /// The levels of definition and repetition of an element.
        element: (i16, i16),
        field: Box<Field>,
    },
    Map {
        entry: (i16, i16),
        /// The key is the first column.
        value: Option<Box<Field>>,
    },
}

/// Where a field stands in the tree.
#[derive(Clone, Copy)]
struct Place {
    definition: i16,
    repetition: i16,
    first: usize,
}

impl Field {
    /// The fields of the records, each for all that is below it.
    pub(super) fn all(root: &Type) -> Vec<Self> {
        let place = Place {
            definition: 0,
            repetition: 0,
            first: 0,
        };
        children(root, place)
    }

    /// The numbers of the columns below it.
    pub(super) fn columns(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.n_columns
    }

    /// Whether it is made of single values alone.
    pub(super) fn is_single(&self) -> bool {
        match &self.shape {
            Shape::Value => true,
            Shape::Structure(fields) => fields.iter().all(Self::is_single),
            Shape::List { .. } | Shape::Map { .. } => false,
        }
    }

    /// Whether the names of what is below it may differ from record to record.
    pub(super) fn has_map(&self) -> bool {
        match &self.shape {
            Shape::Map { .. } => true,
            Shape::Value => false,
            Shape::Structure(fields) => fields.iter().any(Self::has_map),
            Shape::List { field, .. } => field.has_map(),
        }
    }

    /// Writes the field with nothing in it, but with all names below it that are in every record.
    pub(super) fn write_empty(&self, out: &mut String) {
        match &self.shape {
            Shape::Value => out.push_str("null"),
            Shape::Structure(fields) => {
                out.push('{');
                for (at, field) in fields.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(&field.key);
                    out.push(':');
                    field.write_empty(out);
                }
                out.push('}');
            }
            Shape::List { .. } => out.push_str("[]"),
            Shape::Map { .. } => out.push_str("{}"),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

fn children(group: &Type, place: Place) -> Vec<Field> {
    let mut first = place.first;
    let mut fields = vec![];
    for child in group.get_fields() {
        let field = field(child, Place { first, ..place });
        first += field.n_columns;
        fields.push(field);
    }
    fields
}

/// The field of this type.
fn field(of: &Type, place: Place) -> Field {
    let repetition = of.get_basic_info().has_repetition();
    let repetition = repetition.then(|| of.get_basic_info().repetition());
    match repetition {
        // A repeated field that is in no group which says so is a list.
        Some(Repetition::REPEATED) => {
            let element = (place.definition + 1, place.repetition + 1);
            let inner = Place {
                definition: element.0,
                repetition: element.1,
                first: place.first,
            };
            let inner = required(of, inner);
            let shape = Shape::List {
                element,
                field: Box::new(inner),
            };
            Field::new(of, place, shape)
        }
        Some(Repetition::OPTIONAL) => {
            let definition = place.definition + 1;
            required(
                of,
                Place {
                    definition,
                    ..place
                },
            )
        }
        Some(Repetition::REQUIRED) | None => required(of, place),
    }
}

/// The field of this type, whatever is said of its repetition.
fn required(of: &Type, place: Place) -> Field {
    if of.is_primitive() {
        return Field::new(of, place, Shape::Value);
    }
    let info = of.get_basic_info();
    let logical = info.logical_type_ref();
    let is_list =
        logical == Some(&LogicalType::List) || info.converted_type() == ConvertedType::LIST;
    let is_map = logical == Some(&LogicalType::Map)
        || matches!(
            info.converted_type(),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        );
    let shape = match of.get_fields() {
        [repeated] if is_repeated(repeated) && is_map => map(repeated, place),
        [repeated] if is_repeated(repeated) && is_list => Some(list(of, repeated, place)),
        _ => None,
    };
    let shape = shape.unwrap_or_else(|| Shape::Structure(children(of, place)));
    Field::new(of, place, shape)
}

fn is_repeated(of: &Type) -> bool {
    let info = of.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// A list: its repeated group has one field, the element, unless it is the element itself, as older writers have it.
fn list(of: &Type, repeated: &Type, place: Place) -> Shape {
    let element = (place.definition + 1, place.repetition + 1);
    let inner = Place {
        definition: element.0,
        repetition: element.1,
        first: place.first,
    };
    let is_itself = |name: &str| name == "array" || name == format!("{}_tuple", of.name());
    let field = match repeated {
        Type::GroupType { fields, .. } => match fields.as_slice() {
            [only] if !is_itself(repeated.name()) => field(only, inner),
            _ => required(repeated, inner),
        },
        Type::PrimitiveType { .. } => required(repeated, inner),
    };
    Shape::List {
        element,
        field: Box::new(field),
    }
}

/// A map: its repeated group has a key with a single value, and mostly a value.
fn map(repeated: &Type, place: Place) -> Option<Shape> {
    let Type::GroupType { fields, .. } = repeated else {
        return None;
    };
    let (key, value) = match fields.as_slice() {
        [key] => (key, None),
        [key, value] => (key, Some(value)),
        _ => return None,
    };
    let entry = (place.definition + 1, place.repetition + 1);
    let value = value.map(|value| {
        let place = Place {
            definition: entry.0,
            repetition: entry.1,
            first: place.first + 1,
        };
        Box::new(field(value, place))
    });
    (key.is_primitive() && !is_repeated(key)).then_some(Shape::Map { entry, value })
}

impl Field {
    fn new(of: &Type, place: Place, shape: Shape) -> Self {
        let n_columns = match &shape {
            Shape::Value => 1,
            Shape::Structure(fields) => fields.iter().map(|field| field.n_columns).sum(),
            Shape::List { field, .. } => field.n_columns,
            Shape::Map { value, .. } => 1 + value.as_ref().map_or(0, |value| value.n_columns),
        };
        Self {
            key: quoted(of.name()),
            level: place.definition,
            shape,
            first: place.first,
            n_columns,
        }
    }
}

/// The columns of the file that are read, by their number, each with its place.
pub(super) struct Columns {
    pub(super) all: Vec<Option<(Column, Cursor)>>,
}

/// Why a record cannot be put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A value has no text.
    NoText,
    /// The columns do not fit each other.
    Broken,
}

impl From<NoText> for Fault {
    fn from(NoText: NoText) -> Self {
        Self::NoText
    }
}

impl Columns {
    /// Goes on to the next records and says how many there are, which is the same in each column and not none.
    pub(super) fn advance(&mut self, most: usize) -> Result<usize, Stop> {
        let mut n_records = None;
        for (column, at) in self.all.iter_mut().flatten() {
            let found = column.advance(most)?;
            if *n_records.get_or_insert(found) != found || found == 0 {
                return Err(broken("a column has fewer values than it should"));
            }
            *at = Cursor::default();
        }
        // Without a column there is nothing to read, as often as there are records.
        Ok(n_records.unwrap_or(most))
    }

    /// Writes these fields of a record, and goes on behind it.
    pub(super) fn write_object(
        &mut self,
        fields: &[&Field],
        out: &mut String,
    ) -> Result<(), Fault> {
        let mut result = Ok(());
        out.push('{');
        for (at, field) in fields.iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            out.push_str(&field.key);
            out.push(':');
            result = worse(result, self.write(field, out))?;
        }
        out.push('}');
        result
    }

    /// Writes the field of the record that the columns are at, and goes on behind it.
    ///
    /// A value without a text is passed over like any other, so that the next record can be read.
    pub(super) fn write(&mut self, field: &Field, out: &mut String) -> Result<(), Fault> {
        let defined = self.definition(field.first).ok_or(Fault::Broken)?;
        if defined < field.level {
            out.push_str("null");
            return self.pass(field.columns());
        }
        match &field.shape {
            Shape::Value => self.write_value(field.first, out),
            Shape::Structure(fields) => {
                let fields: Vec<_> = fields.iter().collect();
                self.write_object(&fields, out)
            }
            Shape::List {
                element,
                field: inner,
            } => {
                out.push('[');
                let result = self.each(field, *element, out, |columns, out| {
                    columns.write(inner, out)
                });
                out.push(']');
                result
            }
            Shape::Map { entry, value } => {
                out.push('{');
                let result = self.each(field, *entry, out, |columns, out| {
                    let key = columns.write_value(field.first, out);
                    out.push(':');
                    let value = value.as_ref().map(|value| columns.write(value, out));
                    let value = value.unwrap_or_else(|| {
                        out.push_str("null");
                        Ok(())
                    });
                    worse(key, value)?
                });
                out.push('}');
                result
            }
        }
    }

    /// Does the same for each element; `element` are its levels of definition and repetition.
    fn each(
        &mut self,
        field: &Field,
        (definition, repetition): (i16, i16),
        out: &mut String,
        write: impl Fn(&mut Self, &mut String) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.definition(field.first).ok_or(Fault::Broken)? < definition {
            return self.pass(field.columns());
        }
        let mut result = Ok(());
        loop {
            result = worse(result, write(self, out))?;
            if self
                .repetition(field.first)
                .is_none_or(|at| at < repetition)
            {
                return result;
            }
            out.push(',');
        }
    }

    fn write_value(&mut self, column: usize, out: &mut String) -> Result<(), Fault> {
        let (column, at) = self
            .all
            .get_mut(column)
            .and_then(Option::as_mut)
            .ok_or(Fault::Broken)?;
        let result = match column.value(*at) {
            Ok(Some(text)) => {
                push_quoted(text, out);
                Ok(())
            }
            Ok(None) => {
                out.push_str("null");
                Ok(())
            }
            Err(NoText) => {
                out.push_str("null");
                Err(Fault::NoText)
            }
        };
        column.next(at);
        result
    }

    fn pass(&mut self, columns: std::ops::Range<usize>) -> Result<(), Fault> {
        for column in self.all.get_mut(columns).unwrap_or_default() {
            let (column, at) = column.as_mut().ok_or(Fault::Broken)?;
            column.next(at);
        }
        Ok(())
    }

    fn definition(&self, column: usize) -> Option<i16> {
        let (column, at) = self.all.get(column)?.as_ref()?;
        column.definition(*at)
    }

    fn repetition(&self, column: usize) -> Option<i16> {
        let (column, at) = self.all.get(column)?.as_ref()?;
        column.repetition(*at)
    }
}

/// The worse of two results; what is broken ends everything.
fn worse(a: Result<(), Fault>, b: Result<(), Fault>) -> Result<Result<(), Fault>, Fault> {
    match (a, b) {
        (Err(Fault::Broken), _) | (_, Err(Fault::Broken)) => Err(Fault::Broken),
        (Err(Fault::NoText), _) | (_, Err(Fault::NoText)) => Ok(Err(Fault::NoText)),
        (Ok(()), Ok(())) => Ok(Ok(())),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    push_quoted(text, &mut quoted);
    quoted
}

/// Writes a text of JSON. Numbers and truth values are written so as well: whoever reads them wants their text.
fn push_quoted(text: &str, out: &mut String) {
    let needs_escape = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\');
    if text.bytes().any(needs_escape) {
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}
