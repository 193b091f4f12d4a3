//! What a load is made of.

use clap::{Args, ValueEnum};

/// What a load is made of.
#[derive(Clone, Debug, Args)]
pub struct Plan {
    /// What happens while it is measured.
    #[arg(long, value_enum, default_value_t = Mode::Steady)]
    pub mode: Mode,
    /// Rooms, each with publishers of its own.
    #[arg(long, default_value_t = 1, value_parser = rooms)]
    pub rooms: usize,
    /// People in each room who publish; they watch each other too.
    #[arg(long, default_value_t = 1, value_parser = people)]
    pub publishers: usize,
    /// People who only watch, in all rooms together.
    #[arg(long, default_value_t = 10, value_parser = people)]
    pub receivers: usize,
    /// Payload of a camera in kbit/s, of its largest layer; 0 leaves the camera off.
    #[arg(long, default_value_t = 1_400)]
    pub video_kbps: u32,
    /// Pictures a second.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub frames_per_second: u32,
    /// Most bytes of a video packet's payload.
    #[arg(long, default_value_t = 1_100, value_parser = clap::value_parser!(u16).range(100..=1_200))]
    pub payload_bytes: u16,
    /// Milliseconds between key frames; 0 sends them only when they are asked for.
    #[arg(long, default_value_t = 0)]
    pub key_frame_ms: u32,
    /// Cameras send three layers, and not one.
    #[arg(long)]
    pub simulcast: bool,
    /// Microphones are off.
    #[arg(long)]
    pub mute: bool,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Seconds of media before that.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=60))]
    pub warm_up: u64,
    /// Threads of the generator.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=16))]
    pub threads: u64,
    /// With `storm`: people who come while the meeting runs. With `ramp`: most receivers.
    #[arg(long, default_value_t = 500, value_parser = people)]
    pub more: usize,
    /// With `storm`: seconds in which they come.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=120))]
    pub storm_seconds: u64,
    /// With `ramp`: the fewest who come at once.
    #[arg(long, default_value_t = 20, value_parser = people)]
    pub step: usize,
}

/// What happens while a load is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Nothing changes.
    #[default]
    Steady,
    /// Many come at once.
    Storm,
    /// Receivers are added until loss or delay is too much.
    Ramp,
}

/// Bytes of a sound packet's payload: 32 kbit/s; there are 50 a second.
pub const SOUND_BYTES: usize = 80;

fn people(text: &str) -> Result<usize, String> {
    let number = text.parse().map_err(|_| "not a number".to_owned())?;
    if number <= 2_000 {
        Ok(number)
    } else {
        Err("at most 2000 people".to_owned())
    }
}

fn rooms(text: &str) -> Result<usize, String> {
    let number = people(text)?;
    (number > 0).then_some(number).ok_or("no room".to_owned())
}

impl Plan {
    /// Whether cameras are on.
    pub fn has_video(&self) -> bool {
        self.video_kbps > 0
    }

    /// Payload bytes of a frame, and the packets that it is cut into.
    pub fn frame(&self) -> (usize, usize) {
        let bytes = self.video_kbps as usize * 1_000 / 8 / self.frames_per_second.max(1) as usize;
        let parts = bytes.div_ceil(self.payload_bytes.into()).max(1);
        (bytes, parts)
    }

    /// The plan as arguments of the generator.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            format!("--mode={}", mode_name(self.mode)),
            format!("--rooms={}", self.rooms),
            format!("--publishers={}", self.publishers),
            format!("--receivers={}", self.receivers),
            format!("--video-kbps={}", self.video_kbps),
            format!("--frames-per-second={}", self.frames_per_second),
            format!("--payload-bytes={}", self.payload_bytes),
            format!("--key-frame-ms={}", self.key_frame_ms),
            format!("--seconds={}", self.seconds),
            format!("--warm-up={}", self.warm_up),
            format!("--threads={}", self.threads),
            format!("--more={}", self.more),
            format!("--storm-seconds={}", self.storm_seconds),
            format!("--step={}", self.step),
        ];
        arguments.extend(self.simulcast.then(|| "--simulcast".to_owned()));
        arguments.extend(self.mute.then(|| "--mute".to_owned()));
        arguments
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Steady => "steady",
        Mode::Storm => "storm",
        Mode::Ramp => "ramp",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        plan: Plan,
    }

    fn plan(words: &[&str]) -> Plan {
        Line::parse_from([&["load"], words].concat()).plan
    }

    #[test]
    fn a_plan_comes_through_its_arguments_as_it_was() {
        let before = plan(&["--mode=storm", "--rooms=3", "--simulcast", "--mute"]);
        let arguments = before.arguments();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(format!("{:?}", plan(&words)), format!("{before:?}"));
    }

    #[test]
    fn frames_are_cut_into_as_few_packets_as_fit() {
        let plan = plan(&["--video-kbps=1400", "--frames-per-second=30"]);
        assert_eq!(plan.frame(), (5_833, 6));
    }
}
