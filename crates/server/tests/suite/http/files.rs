//! `/public/…`: what is served, how it is kept by browsers, and that nothing else is reachable.
//!
//! These tests need the browser app: build without `ZOOM_WEB=stub`.

use super::support::Running;

const ICON: &str = "/public/icons/icon.svg";

/// The address of the app's file with this name in front of its hash, as the room's page has it.
async fn app_file(server: &Running, page: &str, start: &str) -> String {
    let page = server.get(page, &[]).await;
    let link = format!("\"/public/{start}-");
    let at = page
        .text()
        .find(&link)
        .unwrap_or_else(|| panic!("this build has no browser app; unset ZOOM_WEB"));
    page.text()[at + 1..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_with_a_hash_in_its_name_is_kept_for_ever() {
    let server = Running::start().await;
    for (page, start, kind) in [
        ("/", "site", "text/css; charset=utf-8"),
        ("/", "home", "text/javascript; charset=utf-8"),
        ("/r/a", "room", "text/javascript; charset=utf-8"),
    ] {
        let path = app_file(&server, page, start).await;
        let file = server.get(&path, &[]).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), kind);
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(!file.header("etag").is_empty());
    }
}

#[tokio::test]
async fn a_lasting_name_is_asked_for_again_and_answered_with_304() {
    let server = Running::start().await;
    let icon = server.get(ICON, &[]).await;
    assert_eq!(icon.status, 200);
    assert_eq!(icon.header("content-type"), "image/svg+xml; charset=utf-8");
    assert_eq!(icon.header("cache-control"), "public, no-cache");
    let tag = icon.header("etag");
    let again = server.get(ICON, &[("if-none-match", tag)]).await;
    assert_eq!(again.status, 304);
    assert!(again.body.is_empty());
    assert_eq!(again.header("etag"), tag);
    let other = server.get(ICON, &[("if-none-match", "\"other\"")]).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_text_comes_compressed_when_the_browser_takes_that() {
    let server = Running::start().await;
    let path = app_file(&server, "/", "site").await;
    let plain = server.get(&path, &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    let mut tags = vec![plain.header("etag").to_owned()];
    for (accept, coding) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip")] {
        let small = server.get(&path, &[("accept-encoding", accept)]).await;
        assert_eq!(small.header("content-encoding"), coding);
        assert_eq!(small.header("vary"), "accept-encoding");
        assert_eq!(small.header("content-type"), "text/css; charset=utf-8");
        assert!(small.body.len() < plain.body.len() / 2);
        assert_eq!(small.header("content-length"), small.body.len().to_string());
        tags.push(small.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each coding has a tag of its own");
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let server = Running::start().await;
    let head = server.ask("HEAD", ICON, &[]).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty() && !head.header("content-length").is_empty());
}

#[tokio::test]
async fn nothing_but_the_embedded_files_is_reachable() {
    let server = Running::start().await;
    let style = app_file(&server, "/", "site").await;
    for path in [
        "/public/",
        "/public/../Cargo.toml",
        "/public/..%2f..%2fCargo.toml",
        "/public/%2e%2e/%2e%2e/Cargo.toml",
        "/public/icons/../../Cargo.toml",
        "/public/icons/%2e%2e%2fbuild.rs",
        "/public//etc/passwd",
        "/public/%2fetc%2fpasswd",
        "/public/icons%5c..%5cbuild.rs",
        "/public/%FF",
        "/public/icons/",
        "/templates/base.html",
        &format!("{style}.br"),
        &format!("{style}.gz"),
    ] {
        assert_eq!(server.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(server.ask("POST", ICON, &[]).await.status, 405);
}

#[tokio::test]
async fn what_browsers_and_crawlers_ask_for_unbidden_is_there() {
    let server = Running::start().await;
    let icon = server.get("/favicon.ico", &[]).await;
    assert_eq!(icon.status, 200);
    assert_eq!(icon.header("content-type"), "image/svg+xml; charset=utf-8");
    let robots = server.get("/robots.txt", &[]).await;
    assert!(robots.text().contains("Disallow: /"));
    for png in [
        "icon-180.png",
        "preview.png",
        "icon-192.png",
        "icon-512.png",
        "maskable-512.png",
    ] {
        let file = server.get(&format!("/public/icons/{png}"), &[]).await;
        assert_eq!(file.header("content-type"), "image/png");
        assert!(file.body.starts_with(b"\x89PNG"));
        assert_eq!(file.header("cache-control"), "public, no-cache");
    }
}

#[tokio::test]
async fn machine_code_is_carried_compressed_alone() {
    let server = Running::start().await;
    let manifest = server.get("/public/manifest.json", &[]).await;
    // A built file, and not the source that it was made of.
    let is_built = |name: &&str| name.ends_with(".wasm") && !name.contains('/');
    let file = manifest.text().split('"').find(is_built);
    let file = file.unwrap_or_else(|| panic!("this build has no browser app; unset ZOOM_WEB"));
    let path = format!("/public/{file}");
    for accept in ["gzip, deflate, br", "identity"] {
        let file = server.get(&path, &[("accept-encoding", accept)]).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), "application/wasm");
        assert_eq!(file.header("content-encoding"), "gzip", "{accept}");
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
}
