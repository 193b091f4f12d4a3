//! The program `zoom`.
fn main() {}
