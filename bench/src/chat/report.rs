//! Reports as tables.

use super::{ChatReport, HistoryReport, history::Opening};
use crate::histogram::Percentiles;

/// What [`chat`](super::chat) has shown.
pub fn chat_table(report: &ChatReport) -> String {
    let ChatReport {
        rooms,
        people,
        waiting,
        server,
        store,
    } = report;
    let used = &server.used;
    let each = |us: u64| us as f64 / server.acknowledged.max(1) as f64;
    format!(
        "{rooms} rooms with {people} people, {waiting} on the way from each writer\n\
         acknowledged     {:>9.0} a second\n\
         acknowledgement  {}\n\
         server           {:>9.1} µs of CPU for each, {:.1} of them in the system\n\
         generator        {:>9.1} µs of CPU for each, {:.1} events read\n\
         machine          {:>9.0} % busy, {:.0} % by others\n\
         store alone      {:>9.0} a second, {:.1} µs of CPU for each\n\
         its reply        {}\n",
        server.per_second,
        times(&server.acknowledgement_us),
        each(used.server.total_us),
        each(used.server.system_us),
        each(used.generator.total_us),
        each(server.events),
        used.busy_share * 100.0,
        used.others_share * 100.0,
        store.per_second,
        store.cpu_us,
        times(&store.reply_us),
    )
}

/// What [`history`](super::history()) has shown.
pub fn history_table(report: &HistoryReport) -> String {
    let line = |opening: &Opening| {
        let ms = |us: u64| us as f64 / 1e3;
        format!(
            "{:>9} messages: {} entries after {:.2} ms (p50), {:.2} ms (p95), {:.2} ms at first\n",
            opening.messages,
            opening.entries,
            ms(opening.joined_us.p50),
            ms(opening.joined_p95_us),
            ms(opening.first_us),
        )
    };
    format!(
        "{}{}the server was up after {:.0} ms\n",
        line(&report.long),
        line(&report.short),
        report.start_ms
    )
}

fn times(us: &Percentiles) -> String {
    let ms = |us: u64| us as f64 / 1e3;
    format!(
        "{:>9.1} ms p50, {:.1} p99, {:.1} p99.9, {:.1} at most",
        ms(us.p50),
        ms(us.p99),
        ms(us.p999),
        ms(us.max)
    )
}
