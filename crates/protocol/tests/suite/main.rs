//! What is written elsewhere holds: PROTOCOL.md, the generated files, the rules of the house.

#[cfg(test)]
mod documented;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod tidy;
