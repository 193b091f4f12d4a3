//! What is said on the terminal when the server is up: where to open it, and what a browser will
//! say about a certificate of our own.

use std::io::{self, Write};

use qrcode::{QrCode, render::unicode::Dense1x2};
use zoom_server::Server;

use crate::settings::Settings;

/// Says it.
///
/// # Errors
/// When standard output is closed, which harms nobody.
pub(crate) fn announce(
    out: &mut impl Write,
    settings: &Settings,
    server: &Server,
) -> io::Result<()> {
    let links = server.links();
    let others: Vec<&String> = links.iter().filter(|link| !is_loopback(link)).collect();
    writeln!(out, "zoom is open at")?;
    for link in &links {
        let whence = if is_loopback(link) && !others.is_empty() {
            "   (from this machine)"
        } else {
            ""
        };
        writeln!(out, "  {link}{whence}")?;
    }
    if settings.lan.value {
        if let Some(link) = others.first() {
            qr_code(out, link)?;
        }
        if settings.tls_cert.value.is_none() {
            own_certificate(out)?;
        }
    } else if !others.is_empty() && links.iter().all(|link| link.starts_with("http:")) {
        writeln!(
            out,
            "\nBrowsers give camera and microphone to other machines only over HTTPS: use --lan,\n\
             --tls-cert and --tls-key, or a proxy in front that ends TLS."
        )?;
    }
    if let Some(address) = server.metrics_addr() {
        writeln!(
            out,
            "\nFigures for operators are at http://{address}/metrics and http://{address}/stats"
        )?;
    }
    writeln!(out, "\nCtrl-C ends it.")?;
    out.flush()
}

fn is_loopback(link: &str) -> bool {
    link.contains("//127.") || link.contains("//[::1]")
}

fn qr_code(out: &mut impl Write, link: &str) -> io::Result<()> {
    let Ok(code) = QrCode::new(link) else {
        return Ok(());
    };
    // Most terminals are dark: what a code has as paper is drawn, what it has as ink is left.
    let picture = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    writeln!(out, "\n{picture}\n\n  {link}")
}

fn own_certificate(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\nThe certificate is zoom's own, so every browser warns once:\n  \
         Chrome, Edge  “Your connection is not private”: Advanced, then Proceed\n  \
         Firefox       “Warning: Potential Security Risk Ahead”: Advanced, then Accept the Risk\n  \
         Safari        “This Connection Is Not Private”: Show Details, then visit this website"
    )
}
