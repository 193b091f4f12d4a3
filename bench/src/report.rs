//! Reports as tables for people.

use std::fmt::Write;

use crate::{histogram::Percentiles, load::LoadReport, scenario::Report};

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
    for tried in &report.floor.tried {
        let name = format!("floor, {:?}", tried.sending);
        let text = format!(
            "{:.2} µs, loss {:.4} %",
            tried.us_per_packet,
            tried.loss * 100.0
        );
        table.row(&name, &text);
    }
    table.row(
        "floor, cheapest",
        &format!("{:.2} µs", report.floor_us_per_packet),
    );
    table.row(
        "ratio to the floor",
        &format!("{:.2}", report.ratio_to_floor),
    );
    table.row(
        "delay through the floor",
        &percentiles(report.floor_delay_us, "µs"),
    );
    if let (Some(count), Some(bytes)) = (
        report.allocations_per_packet,
        report.allocated_bytes_per_packet,
    ) {
        table.row(
            "allocations per packet",
            &format!("{count:.2} of {bytes:.0} bytes in all"),
        );
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
                "{} joined, {} connected, in {:.1} s; {:.2} ms CPU each; connected after {}",
                storm.joins,
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
        for step in &report.ramp {
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
