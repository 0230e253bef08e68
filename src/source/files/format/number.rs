//! Binary numbers as text: whole ones as digits, others as short as they can be without losing anything.

use std::fmt::Write as _;

/// Whole numbers below this are told apart by a number of 64 bits with a decimal point, 2 to the power of 53.
pub(in crate::source) const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// Whole numbers below this are told apart by one of 32 bits, 2 to the power of 24.
pub(in crate::source) const EXACT_BELOW_SINGLE: f64 = 16_777_216.0;

/// Excel keeps 15 digits; a number of more has been rounded.
pub(in crate::source) const EXACT_BELOW_EXCEL: f64 = 1e15;

/// Writes a number; a whole one from `exact_below` on may stand for several, so it is written with an exponent, which
/// nobody takes for an id. What is no number (`NaN`) is how programs write that there is none, and is nothing.
pub(in crate::source) fn write(value: f64, exact_below: f64, out: &mut String) {
    // A number this small has more zeros than digits.
    const SMALL: f64 = 1e-6;
    let size = value.abs();
    let written = if value.is_nan() {
        Ok(())
    } else if value.is_infinite() {
        out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if size == 0.0 {
        out.write_str("0")
    } else if size < SMALL || size >= exact_below {
        write!(out, "{value:e}")
    } else {
        write!(out, "{value}")
    };
    debug_assert!(written.is_ok(), "a string takes everything");
}

/// Writes a number of 32 bits as short as it can be among those.
pub(in crate::source) fn write_single(value: f32, out: &mut String) {
    // The shortest text of the number itself is longer once it is a number of 64 bits.
    let same: f64 = value.to_string().parse().unwrap_or(f64::from(value));
    write(same, EXACT_BELOW_SINGLE, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_digits_and_others_are_short() {
        for (value, expected) in [
            (23.0, "23"),
            (-23.0, "-23"),
            (0.0, "0"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (1234.5, "1234.5"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9.007199254740992e15"),
            (1e300, "1e300"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (f64::NAN, ""),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut text = String::new();
            write(value, EXACT_BELOW, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_number_that_was_rounded_is_no_id() {
        let text = |value, exact_below| {
            let mut text = String::new();
            write(value, exact_below, &mut text);
            text
        };
        assert_eq!(
            text(999_999_999_999_999.0, EXACT_BELOW_EXCEL),
            "999999999999999"
        );
        assert_eq!(
            text(1_234_567_890_123_456.0, EXACT_BELOW_EXCEL),
            "1.234567890123456e15"
        );
        let mut singles = String::new();
        for value in [0.1, 16_777_215.0, 16_777_216.0] {
            write_single(value, &mut singles);
            singles.push(' ');
        }
        assert_eq!(singles, "0.1 16777215 1.6777216e7 ");
    }
}
