//! Reports as tables for people.

use std::fmt::Write;

use crate::{
    histogram::Percentiles,
    load::{LoadReport, RampStep},
    scenario::{AtShare, Cores, Flat, Idle, Report, Side},
};

/// What a load has shown, as a table.
pub fn load_table(report: &LoadReport) -> String {
    let mut table = Table::default();
    table.load(report);
    table.doubts(report.valid, &report.reasons);
    table.text
}

/// What a scenario has shown, as a table.
pub fn scenario_table(report: &Report) -> String {
    let mut table = Table::default();
    table.row("scenario", &report.scenario);
    let machine = &report.machine;
    table.row(
        "machine",
        &format!(
            "{} × {}, Linux {}",
            machine.processors, machine.model, machine.kernel
        ),
    );
    table.load(&report.load);
    if !report.floor.tried.is_empty() {
        table.floor(report);
    }
    if let (Some(count), Some(bytes), Some(media)) = (
        report.allocations_per_packet,
        report.allocated_bytes_per_packet,
        report.media_thread_allocations_per_packet,
    ) {
        table.row(
            "allocations per packet",
            &format!("{count:.2} of {bytes:.0} bytes in all; {media:.3} by media threads"),
        );
    }
    if let Some(at_share) = &report.at_share {
        table.at_share(at_share);
    }
    if let Some(flat) = &report.flat {
        table.flat(flat);
    }
    if let Some(cores) = &report.cores {
        table.cores(cores);
    }
    if let Some(idle) = &report.idle {
        table.idle(idle);
    }
    table.doubts(report.valid, &report.reasons);
    table.text
}

#[derive(Default)]
struct Table {
    text: String,
}

impl Table {
    fn row(&mut self, name: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{name:<26} {value}");
    }

    fn load(&mut self, report: &LoadReport) {
        let seconds = report.used.seconds.max(0.001);
        let share = |us: u64| us as f64 / seconds / 1e4;
        let cpu = report.used.server;
        self.row(
            "people",
            &format!("{}, of whom {} only watch", report.people, report.receivers),
        );
        self.row(
            "forwarded",
            &format!(
                "{} packets, {:.0} a second for {seconds:.1} s, in {} streams",
                report.packets,
                report.packets as f64 / seconds,
                report.streams
            ),
        );
        self.row(
            "loss",
            &format!(
                "{:.4} % ({} packets; {} repaired, {} late, {} double, {} not decrypted)",
                report.loss * 100.0,
                report.lost,
                report.repaired,
                report.late,
                report.duplicates,
                report.decrypt_failures
            ),
        );
        self.row("delay", &percentiles(report.delay_us, "µs"));
        self.row("SRTP", &report.srtp_profile);
        self.row(
            "server",
            &format!(
                "{:.1} % of a processor ({:.1} user, {:.1} system)",
                share(cpu.total_us),
                share(cpu.user_us),
                share(cpu.system_us)
            ),
        );
        self.row(
            "server, per packet",
            &format!("{:.2} µs", report.cpu_us_per_packet),
        );
        self.row(
            "server, per join",
            &format!("{:.2} ms", report.cpu_ms_per_join),
        );
        self.row(
            "memory per participant",
            &format!(
                "{:.0} KiB silent, {:.0} KiB after media ({} KiB without anybody)",
                report.rss_kib_per_participant,
                report.rss_kib_per_participant_after,
                report.rss_kib_empty
            ),
        );
        self.row(
            "join to connected",
            &percentiles(report.join_to_connected_ms, "ms"),
        );
        self.row(
            "join to first packet",
            &percentiles(report.join_to_first_packet_ms, "ms"),
        );
        self.row(
            "generator",
            &format!(
                "{:.1} % of a processor, sends late by {}",
                share(report.used.generator.total_us),
                percentiles(report.send_lag_us, "µs")
            ),
        );
        self.row(
            "other processes",
            &format!("{:.1} % of the machine", report.used.others_share * 100.0),
        );
        if let Some(storm) = &report.storm {
            let text = format!(
                "{} joined with offers of {}, {} connected, in {:.1} s; {:.2} ms CPU each; connected after {}",
                storm.joins,
                storm.offers.join(" and "),
                storm.connected,
                storm.seconds,
                storm.cpu_ms_per_join,
                percentiles(storm.join_to_connected_ms, "ms")
            );
            self.row("storm", &text);
            let text = format!(
                "{}, p99 {:.1} × the quiet one; loss {:.4} %",
                percentiles(storm.delay_us, "µs"),
                storm.p99_to_quiet,
                storm.loss * 100.0
            );
            self.row("delay in the storm", &text);
        }
        self.steps(&report.ramp);
        if let Some(end) = report.ramp_end {
            self.row("ended by", &format!("{end:?}").to_lowercase());
        }
    }

    fn floor(&mut self, report: &Report) {
        for tried in &report.floor.tried {
            let name = format!("floor, {:?}", tried.sending);
            let text = format!(
                "{:.2} µs, loss {:.4} %",
                tried.us_per_packet,
                tried.loss * 100.0
            );
            self.row(&name, &text);
        }
        let text = format!("{:.2} µs", report.floor_us_per_packet);
        self.row("floor, cheapest", &text);
        self.row(
            "ratio to the floor",
            &format!("{:.2}", report.ratio_to_floor),
        );
        let through = percentiles(report.floor_delay_us, "µs");
        self.row("delay through the floor", &through);
        let added = report.added_delay_us;
        let text = format!(
            "p50 {} p99 {} p99.9 {} µs",
            added.p50, added.p99, added.p999
        );
        self.row("delay beyond the floor's", &text);
    }

    fn at_share(&mut self, at: &AtShare) {
        self.steps(&at.ramp);
        let bound = if at.capacity_is_lower_bound {
            "at least "
        } else {
            ""
        };
        let text = format!(
            "{bound}{} viewers, {:.0} packets a second, server {:.0} %; ended by {}",
            at.capacity_receivers,
            at.capacity_packets_per_second,
            at.capacity_server_share * 100.0,
            at.limited_by.map_or_else(
                || "nothing".to_owned(),
                |end| format!("{end:?}").to_lowercase()
            )
        );
        self.row("capacity", &text);
        let text = format!("{:.0} % of it, {} viewers", at.share * 100.0, at.receivers);
        self.row("measured at", &text);
    }

    fn flat(&mut self, flat: &Flat) {
        for step in &flat.steps {
            let text = format!(
                "{:.0} packets a second, {:.2} µs each, {:.2} × the floor, {:.3} reports and {:.3} repairs each, p99 {} µs{}",
                step.packets_per_second,
                step.cpu_us_per_packet,
                step.ratio_to_floor,
                step.feedback_per_packet,
                step.repairs_per_packet,
                step.delay_p99_us,
                if step.valid { "" } else { " (not valid)" }
            );
            self.row(
                &format!("{} in {} rooms", step.receivers, step.rooms),
                &text,
            );
        }
        let text = format!(
            "{:.1} % (the floor's {:.1} %)",
            flat.spread_percent, flat.floor_spread_percent
        );
        self.row("spread", &text);
    }

    fn cores(&mut self, cores: &Cores) {
        let side = |side: &Side| {
            let shares = side.thread_shares.iter();
            let shares: Vec<String> = shares.map(|s| format!("{:.0} %", s * 100.0)).collect();
            format!(
                "{:.0} packets a second, {:.2} µs each, threads {}, loss {:.4} %",
                side.packets_per_second,
                side.cpu_us_per_packet,
                shares.join(" and "),
                side.loss * 100.0
            )
        };
        self.row("one thread, one room", &side(&cores.one));
        self.row("two threads, two rooms", &side(&cores.two));
        let text = format!(
            "CPU per packet {:.2} ×, {} {:.2} ×",
            cores.cpu_ratio,
            if cores.throughput_is_capacity {
                "capacity"
            } else {
                "carried of the same load in each room"
            },
            cores.throughput_factor
        );
        self.row("two to one", &text);
    }

    fn idle(&mut self, idle: &Idle) {
        let text = format!(
            "{} KiB, {:.0} µs CPU a second",
            idle.empty_rss_kib, idle.empty_cpu_us_per_second
        );
        self.row("without a room", &text);
        let text = format!(
            "{:.2} % of a processor, {:.0} KiB each",
            idle.silent_cpu_percent, idle.silent_rss_kib_per_participant
        );
        self.row(&format!("{} silent people", idle.people), &text);
    }

    fn steps(&mut self, steps: &[RampStep]) {
        for step in steps {
            let text = format!(
                "{:.0} packets a second, {:.2} µs each, server {:.0} %, loss {:.4} %, p99 {} µs{}",
                step.packets_per_second,
                step.cpu_us_per_packet,
                step.server_share * 100.0,
                step.loss * 100.0,
                step.delay_us.p99,
                if step.valid { "" } else { " (not valid)" }
            );
            self.row(&format!("{} viewers", step.receivers), &text);
        }
    }

    fn doubts(&mut self, valid: bool, reasons: &[String]) {
        if valid {
            self.row("valid", "yes");
        }
        for reason in reasons {
            self.row("NOT VALID", reason);
        }
    }
}

fn percentiles(of: Percentiles, unit: &str) -> String {
    format!(
        "p50 {} p99 {} p99.9 {} max {} {unit}",
        of.p50, of.p99, of.p999, of.max
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_why_a_sample_is_not_valid() {
        let report = LoadReport {
            reasons: vec!["the generator lags".into()],
            ..LoadReport::default()
        };
        assert!(load_table(&report).contains("NOT VALID                  the generator lags"));
    }
}
