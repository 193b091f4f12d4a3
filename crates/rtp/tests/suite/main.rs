//! What goes over the wire: written, read, sealed, repaired and paced, in virtual time.

#[cfg(test)]
mod allocations;

#[cfg(test)]
mod cc;
#[cfg(test)]
mod feedback;
#[cfg(test)]
mod header;
#[cfg(test)]
mod nack;
#[cfg(test)]
mod receive_allocations;
#[cfg(test)]
mod reception;
#[cfg(test)]
mod rtcp_hostile;
#[cfg(test)]
mod rtcp_roundtrip;
#[cfg(test)]
mod rtcp_time;
#[cfg(test)]
mod srtp;
#[cfg(test)]
mod srtp_numbers;
#[cfg(test)]
mod transport_feedback;
