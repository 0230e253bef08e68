//! Values of Parquet columns as text, exactly.

use std::fmt::Write as _;

use jiff::{Timestamp, civil::DateTime};
use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    data_type::Int96,
    schema::types::ColumnDescriptor,
};

use crate::source::files::format::number;

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    Text,
    Number,
    Unsigned,
    Decimal {
        scale: usize,
    },
    Date,
    Time(Unit),
    /// With the offset of UTC if it is an instant, and without if it is what a clock somewhere shows.
    Timestamp {
        unit: Unit,
        is_instant: bool,
    },
    Uuid,
    HalfFloat,
    /// Of a type that has no text of its own.
    None,
}

/// What times are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    fn nanos(self) -> i128 {
        match self {
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    fn of(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::MILLIS => Self::Millis,
            TimeUnit::MICROS => Self::Micros,
            TimeUnit::NANOS => Self::Nanos,
        }
    }
}

/// A value that has no text, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoText;

const NANOS_A_DAY: i128 = 86_400_000_000_000;

impl Kind {
    /// The kind of a column's values, by its newer or else its older annotation.
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        let scale = |scale: i32| usize::try_from(scale).ok();
        let decimal =
            |scale: Option<usize>| scale.map_or(Self::None, |scale| Self::Decimal { scale });
        match column.logical_type_ref() {
            // An unknown type is that of a column of nulls alone.
            Some(
                LogicalType::String | LogicalType::Enum | LogicalType::Json | LogicalType::Unknown,
            ) => Self::Text,
            Some(LogicalType::Decimal(decimal_type)) => decimal(scale(decimal_type.scale)),
            Some(LogicalType::Date) => Self::Date,
            Some(LogicalType::Time(time)) => Self::Time(Unit::of(time.unit)),
            Some(LogicalType::Timestamp(timestamp)) => Self::Timestamp {
                unit: Unit::of(timestamp.unit),
                is_instant: timestamp.is_adjusted_to_u_t_c,
            },
            Some(LogicalType::Integer(integer)) if !integer.is_signed => Self::Unsigned,
            Some(LogicalType::Integer(_)) => Self::Number,
            Some(LogicalType::Uuid) => Self::Uuid,
            Some(LogicalType::Float16) => Self::HalfFloat,
            Some(_) => Self::None,
            None => match column.converted_type() {
                ConvertedType::DECIMAL => decimal(scale(column.type_scale())),
                ConvertedType::DATE => Self::Date,
                ConvertedType::TIME_MILLIS => Self::Time(Unit::Millis),
                ConvertedType::TIME_MICROS => Self::Time(Unit::Micros),
                ConvertedType::TIMESTAMP_MILLIS => Self::instant(Unit::Millis),
                ConvertedType::TIMESTAMP_MICROS => Self::instant(Unit::Micros),
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Self::Unsigned,
                ConvertedType::INTERVAL | ConvertedType::BSON => Self::None,
                ConvertedType::NONE
                | ConvertedType::UTF8
                | ConvertedType::MAP
                | ConvertedType::MAP_KEY_VALUE
                | ConvertedType::LIST
                | ConvertedType::ENUM
                | ConvertedType::JSON
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64 => match column.physical_type() {
                    Type::INT96 => Self::instant(Unit::Nanos),
                    // Older writers put text into columns of bytes and do not say so.
                    Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => Self::Text,
                    Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE => {
                        Self::Number
                    }
                },
            },
        }
    }

    fn instant(unit: Unit) -> Self {
        Self::Timestamp {
            unit,
            is_instant: true,
        }
    }

    /// Writes a whole number of 32 bits.
    pub(super) fn write_i32(self, value: i32, out: &mut String) -> Result<(), NoText> {
        if self == Self::Unsigned {
            return write(out, value.cast_unsigned());
        }
        self.write_i64(i64::from(value), out)
    }

    /// Writes a whole number of 64 bits.
    pub(super) fn write_i64(self, value: i64, out: &mut String) -> Result<(), NoText> {
        match self {
            Self::Number => write(out, value),
            Self::Unsigned => write(out, value.cast_unsigned()),
            Self::Decimal { scale } => write_decimal(i128::from(value), scale, out),
            Self::Date => {
                let seconds = value.checked_mul(86_400).ok_or(NoText)?;
                let time = Timestamp::from_second(seconds).or(Err(NoText))?;
                write(out, civil(time).date())
            }
            Self::Time(unit) => {
                let nanos = i128::from(value) * unit.nanos();
                let in_day = (0..NANOS_A_DAY).contains(&nanos);
                let time = Timestamp::from_nanosecond(nanos).or(Err(NoText))?;
                in_day.then_some(()).ok_or(NoText)?;
                write(out, civil(time).time())
            }
            Self::Timestamp { unit, is_instant } => {
                write_timestamp(i128::from(value) * unit.nanos(), is_instant, out)
            }
            Self::Text | Self::Uuid | Self::HalfFloat | Self::None => Err(NoText),
        }
    }

    /// Writes bytes whose number is that of the value; those of a text are taken as they are.
    pub(super) fn write_bytes(self, value: &[u8], out: &mut String) -> Result<(), NoText> {
        match self {
            Self::Text => {
                out.push_str(str::from_utf8(value).or(Err(NoText))?);
                Ok(())
            }
            Self::Decimal { scale } => write_decimal(big_endian(value)?, scale, out),
            Self::Uuid => {
                let bytes: [u8; 16] = value.try_into().or(Err(NoText))?;
                for (at, byte) in bytes.iter().enumerate() {
                    let dash = if matches!(at, 4 | 6 | 8 | 10) {
                        "-"
                    } else {
                        ""
                    };
                    write!(out, "{dash}{byte:02x}").or(Err(NoText))?;
                }
                Ok(())
            }
            Self::HalfFloat => {
                let bytes: [u8; 2] = value.try_into().or(Err(NoText))?;
                write_half(u16::from_le_bytes(bytes), out);
                Ok(())
            }
            Self::Number
            | Self::Unsigned
            | Self::Date
            | Self::Time(_)
            | Self::Timestamp { .. }
            | Self::None => Err(NoText),
        }
    }

    /// Writes the time that older programs write: the nanoseconds of a day, and the day since 4713 BC.
    pub(super) fn write_int96(self, value: &Int96, out: &mut String) -> Result<(), NoText> {
        const DAY_OF_1970: i128 = 2_440_588;
        let Self::Timestamp { is_instant, .. } = self else {
            return Err(NoText);
        };
        let [low, high, day] = value.data() else {
            return Err(NoText);
        };
        let nanos = (u64::from(*high) << 32 | u64::from(*low)).cast_signed();
        let nanos = (i128::from(*day) - DAY_OF_1970) * NANOS_A_DAY + i128::from(nanos);
        write_timestamp(nanos, is_instant, out)
    }
}

fn write(out: &mut String, value: impl std::fmt::Display) -> Result<(), NoText> {
    write!(out, "{value}").or(Err(NoText))
}

fn civil(time: Timestamp) -> DateTime {
    jiff::tz::Offset::UTC.to_datetime(time)
}

fn write_timestamp(nanos: i128, is_instant: bool, out: &mut String) -> Result<(), NoText> {
    let time = Timestamp::from_nanosecond(nanos).or(Err(NoText))?;
    if is_instant {
        write(out, time)
    } else {
        write(out, civil(time))
    }
}

/// The number in bytes of any length, the highest first, if it has no more than 128 bits.
fn big_endian(bytes: &[u8]) -> Result<i128, NoText> {
    let is_negative = bytes.first().ok_or(NoText)? & 0x80 != 0;
    let sign = if is_negative { 0xff } else { 0 };
    let n_more = bytes.len().saturating_sub(16);
    let (more, rest) = bytes.split_at_checked(n_more).ok_or(NoText)?;
    let number = rest
        .iter()
        .fold(if is_negative { -1 } else { 0 }, |number: i128, byte| {
            number << 8 | i128::from(*byte)
        });
    let is_whole =
        more.iter().all(|byte| *byte == sign) && (n_more == 0 || is_negative == (number < 0));
    is_whole.then_some(number).ok_or(NoText)
}

fn write_decimal(unscaled: i128, scale: usize, out: &mut String) -> Result<(), NoText> {
    // The most digits that a decimal of 128 bits has.
    const MOST: usize = 38;
    if scale > MOST {
        return Err(NoText);
    }
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, rest) = digits
        .split_at_checked(digits.len() - scale)
        .ok_or(NoText)?;
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    write!(out, "{sign}{whole}{point}{rest}").or(Err(NoText))
}

/// Writes a number of 16 bits: a sign, 5 bits of exponent, 10 bits of fraction.
fn write_half(bits: u16, out: &mut String) {
    let fraction = f64::from(bits & 0x3ff);
    let size = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    // Whole numbers up to here are told apart.
    number::write(if bits >> 15 == 1 { -size } else { size }, 2048.0, out);
}
