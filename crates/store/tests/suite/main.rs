//! The store on real files.

#[cfg(test)]
mod common;

#[cfg(test)]
mod changes;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod erased;
#[cfg(test)]
mod formats;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod model;
#[cfg(test)]
mod open;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod search;
#[cfg(test)]
mod timeline;
