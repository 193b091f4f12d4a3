//! The room in virtual time: by scenario, and against a model.

#[cfg(test)]
mod common;

#[cfg(test)]
mod gestures;
#[cfg(test)]
mod history;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod model;
#[cfg(test)]
mod names;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod resuming;
#[cfg(test)]
mod typing;
#[cfg(test)]
mod viewing;
