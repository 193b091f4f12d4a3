//! Whole calls in virtual time: clients built on str0m, the SFU, and a network with a seed.

#[cfg(test)]
mod client;
#[cfg(test)]
mod forger;
#[cfg(test)]
mod media;
#[cfg(test)]
mod world;

#[cfg(test)]
mod clocks;
#[cfg(test)]
mod floods;
#[cfg(test)]
mod handshakes;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod liars;
#[cfg(test)]
mod lipsync;
#[cfg(test)]
mod loss;
#[cfg(test)]
mod mute;
#[cfg(test)]
mod offers;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod people;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod speakers;
#[cfg(test)]
mod tcp;
#[cfg(test)]
mod wraps;
