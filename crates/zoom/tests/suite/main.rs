//! The real program, as whoever runs it meets it.

#[cfg(test)]
mod program;

#[cfg(test)]
mod closing;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod settings;
