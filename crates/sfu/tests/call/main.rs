//! Whole calls in virtual time: clients built on str0m, the SFU, and a network with a seed.

#[cfg(test)]
mod client;
#[cfg(test)]
mod media;
#[cfg(test)]
mod world;

#[cfg(test)]
mod people;
