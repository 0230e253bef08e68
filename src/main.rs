//! The program: parses its arguments and runs one command.

fn main() {}
