//! The pages that the server renders: what they say, in which language, and where they lead.

use super::support::{Running, ask};

const KOREAN: (&str, &str) = ("accept-language", "ko-KR,ko;q=0.9,en;q=0.8");

/// The value of the field with this name in a page.
fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let start = page.find(&format!("name=\"{name}\" value=\"")).unwrap();
    let rest = &page[start..];
    rest.split('"').nth(3).unwrap()
}

#[tokio::test]
async fn home_says_what_it_is_in_the_language_that_the_browser_asks_for() {
    let server = Running::start().await;
    let english = server.get("/", &[]).await;
    assert_eq!(english.status, 200);
    assert!(english.text().contains("<html lang=\"en\""));
    assert!(english.text().contains("Your own meeting place"));
    assert_eq!(english.header("content-language"), "en");
    let korean = server.get("/", &[KOREAN]).await;
    assert!(korean.text().contains("<html lang=\"ko\""));
    assert!(korean.text().contains("나만의 모임 공간"));
    assert_eq!(korean.header("content-language"), "ko");
    let varies = "accept-language, accept-encoding, cookie";
    assert_eq!(korean.header("vary"), varies);
}

#[tokio::test]
async fn a_new_room_has_a_readable_random_name_and_needs_no_script() {
    let server = Running::start().await;
    let mut names = Vec::new();
    for headers in [&[][..], &[KOREAN][..]] {
        let page = server.get("/", headers).await;
        let name = field(page.text(), "new").to_owned();
        assert_eq!(name.split('-').count(), 3, "{name}");
        names.push(name);
    }
    assert!(names[0].is_ascii() && !names[1].is_ascii(), "{names:?}");
    let led = server.get(&format!("/open?new={}", names[0]), &[]).await;
    assert_eq!(led.status, 303);
    assert_eq!(led.header("location"), format!("/r/{}", names[0]));
    let any = server.get("/open?new=", &[]).await;
    assert!(any.header("location").starts_with("/r/"));
}

#[tokio::test]
async fn a_name_or_a_link_of_any_host_opens_its_room() {
    let server = Running::start().await;
    for typed in [
        "%ED%9A%8C%EC%9D%98",
        "https%3A%2F%2Fmeet.example%2Fr%2F%25ED%259A%258C%25EC%259D%2598",
        "+http%3A%2F%2F127.0.0.1%3A8080%2Fr%2F%ED%9A%8C%EC%9D%98%3Fa%3Db+",
    ] {
        let led = server.get(&format!("/open?room={typed}"), &[]).await;
        assert_eq!(led.status, 303, "{typed}");
        assert_eq!(led.header("location"), "/r/%ED%9A%8C%EC%9D%98", "{typed}");
    }
}

#[tokio::test]
async fn what_is_no_room_is_refused_on_the_page_with_the_reason_and_what_was_typed() {
    let server = Running::start().await;
    for (query, english, korean) in [
        (
            "new=a+b",
            "may not be in it: a space",
            "쓸 수 없는 문자: 띄어쓰기",
        ),
        ("room=a%21", "may not be in it: “!”", "쓸 수 없는 문자: “!”"),
        ("room=", "at least one character", "한 글자 이상"),
        (
            "room=https%3A%2F%2Fx.example%2F",
            "does not lead to a room",
            "방으로 이어지는 링크가 아닙니다",
        ),
    ] {
        let path = format!("/open?{query}");
        let refused = server.get(&path, &[]).await;
        assert_eq!(refused.status, 400, "{query}");
        assert!(refused.text().contains(english), "{}", refused.text());
        let refused = server.get(&path, &[KOREAN]).await;
        assert!(refused.text().contains(korean), "{}", refused.text());
    }
    let long = server
        .get(&format!("/open?new={}", "a".repeat(65)), &[])
        .await;
    assert!(long.text().contains("at most 64 characters"));
    let markup = server.get("/open?room=%22%3E%3Cscript%3E", &[]).await;
    assert_eq!(markup.status, 400);
    assert!(!markup.text().contains("<script>"), "{}", markup.text());
    assert_eq!(field(markup.text(), "room"), "&quot;&gt;&lt;script&gt;");
}

#[tokio::test]
async fn a_room_s_page_invites_and_carries_a_preview() {
    let server = Running::start().await;
    let page = server.get("/r/%ED%9A%8C%EC%9D%98", &[KOREAN]).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(
        text.contains("data-room=\"회의\" data-lang=\"ko\""),
        "{text}"
    );
    assert!(text.contains("<noscript>"), "{text}");
    assert!(text.contains("<title>회의 · zoom</title>"));
    assert!(text.contains("property=\"og:title\" content=\"회의 · zoom\""));
    let url = format!("http://{}/r/%ED%9A%8C%EC%9D%98", server.address);
    assert!(
        text.contains(&format!("property=\"og:url\" content=\"{url}\"")),
        "{text}"
    );
}

#[tokio::test]
async fn a_room_s_page_brings_the_entrance_and_a_policy_that_allows_exactly_that() {
    let server = Running::start().await;
    for (headers, join) in [(&[][..], "Join"), (&[KOREAN][..], "입장하기")] {
        let page = server.get("/r/a?b=c", headers).await;
        let text = page.text();
        assert!(
            text.contains("<h1 class=") && text.contains(">a</h1>"),
            "{text}"
        );
        assert!(text.contains(&format!("type=\"submit\">{join}</button>")));
        assert!(text.contains("&amp;back=%2Fr%2Fa%3Fb%3Dc\""), "{text}");
        assert!(!text.contains("{{") && !text.contains(" style="), "{text}");
        let policy = page.header("content-security-policy");
        assert_eq!(text.matches("<style>").count(), hashes(policy, "style-src"));
        assert_eq!(
            text.matches("<script>").count(),
            hashes(policy, "script-src")
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }
    let home = server.get("/", &[]).await;
    assert!(!home.header("content-security-policy").contains("sha256-"));
}

/// How many texts a directive of a policy allows by their hash.
fn hashes(policy: &str, directive: &str) -> usize {
    let sources = policy
        .split(';')
        .find(|it| it.trim().starts_with(directive));
    sources.unwrap().matches("'sha256-").count()
}

#[tokio::test]
async fn a_page_is_compressed_for_browsers_that_take_it() {
    let server = Running::start().await;
    let plain = server.get("/r/a", &[]).await;
    let small = server.get("/r/a", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(small.header("content-encoding"), "gzip");
    // What a new connection brings in its first flight (RFC 6928).
    assert!(small.body.len() < 14_600, "{}", small.body.len());
}

#[tokio::test]
async fn a_host_that_cannot_be_one_is_not_repeated_in_the_page() {
    let server = Running::start().await;
    let stream = server.connect().await;
    let page = ask(stream, "a\"b<c", "GET", "/r/a", &[]).await;
    assert!(!page.text().contains("og:url") && !page.text().contains("b<c"));
    assert!(!page.header("content-security-policy").contains('<'));
}

#[tokio::test]
async fn another_spelling_of_a_room_leads_to_the_one() {
    let server = Running::start().await;
    for (path, to) in [
        // The same syllables as separate letters, as some systems write them.
        (
            "/r/%E1%84%92%E1%85%AC%E1%84%8B%E1%85%B4",
            "/r/%ED%9A%8C%EC%9D%98",
        ),
        ("/r/blue-otter-42/", "/r/blue-otter-42"),
        ("/r/a/?x=1", "/r/a?x=1"),
    ] {
        let led = server.get(path, &[]).await;
        assert_eq!(led.status, 308, "{path}");
        assert_eq!(led.header("location"), to);
    }
    assert_eq!(server.get("/r/Blue-Otter", &[]).await.status, 200);
}

#[tokio::test]
async fn a_room_that_cannot_be_is_refused_with_the_reason() {
    let server = Running::start().await;
    for (path, reason) in [
        ("/r/a%20b", "a space"),
        ("/r/a%2Fb", "“&#x2f;”"),
        ("/r/%E2%80%AEa", "U+202E"),
        ("/r/%FF", "its letters cannot be read"),
        ("/r/%2e%2e", "“.”"),
    ] {
        let page = server.get(path, &[]).await;
        assert_eq!(page.status, 400, "{path}");
        assert!(page.text().contains(reason), "{path}: {}", page.text());
    }
    let long = server
        .get(&format!("/r/{}", "%EA%B0%80".repeat(65)), &[])
        .await;
    assert_eq!(long.status, 400);
}

#[tokio::test]
async fn the_language_switch_is_remembered_and_comes_back() {
    let server = Running::start().await;
    let home = server.get("/r/a?x=1", &[]).await;
    assert_eq!(home.status, 200);
    let chosen = server
        .get("/language?to=ko&back=%2Fr%2Fa%3Fx%3D1", &[])
        .await;
    assert_eq!(chosen.status, 303);
    assert_eq!(chosen.header("location"), "/r/a?x=1");
    let cookie = chosen.header("set-cookie").split(';').next().unwrap();
    let page = server
        .get("/", &[("cookie", cookie), ("accept-language", "en")])
        .await;
    assert_eq!(page.header("content-language"), "ko");
    assert!(
        page.text()
            .contains("href=\"&#x2f;language?to=en&amp;back=%2F\""),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn the_language_switch_leads_to_no_other_host() {
    let server = Running::start().await;
    for back in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "",
    ] {
        let chosen = server
            .get(&format!("/language?to=en&back={back}"), &[])
            .await;
        assert_eq!(chosen.header("location"), "/", "{back}");
    }
    assert_eq!(
        server.get("/language?to=xx&back=%2F", &[]).await.status,
        400
    );
    assert_eq!(server.get("/language", &[]).await.status, 400);
}

#[tokio::test]
async fn what_is_not_there_is_a_friendly_404_in_the_person_s_language() {
    let server = Running::start().await;
    for path in ["/nothing", "/r/", "/r/a/b", "/public", "/api/none"] {
        let page = server.get(path, &[KOREAN]).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text().contains("아무것도 없습니다"), "{path}");
    }
}

#[tokio::test]
async fn a_page_cannot_be_posted_to() {
    let server = Running::start().await;
    let page = server.ask("POST", "/", &[("content-length", "0")]).await;
    assert_eq!(page.status, 405);
    assert!(page.header("allow").contains("GET"), "{page:?}");
    assert!(page.text().contains("Not possible here"));
}

#[tokio::test]
async fn a_head_request_gets_the_head_alone() {
    let server = Running::start().await;
    let head = server.ask("HEAD", "/", &[]).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    assert!(head.header("content-length").parse::<u32>().unwrap() > 1000);
}

/// A policy without the hashes that it allows.
fn without_hashes(policy: &str) -> String {
    let mut parts = policy.split(" 'sha256-");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts
        .filter_map(|part| part.split_once('\''))
        .map(|(_, rest)| rest);
    rest.fold(first, |policy, rest| policy + rest)
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = Running::start().await;
    for path in [
        "/",
        "/r/a",
        "/nothing",
        "/public/icons/icon.svg",
        "/api/socket",
    ] {
        let answer = server.get(path, &[]).await;
        let policy = answer.header("content-security-policy");
        let scripts = if path == "/r/a" {
            "'self' 'wasm-unsafe-eval'"
        } else {
            "'self'"
        };
        // What is in the page itself is allowed by its hash, which is no host and nothing unsafe.
        let hosts = without_hashes(policy);
        assert!(
            hosts.starts_with(&format!(
                "default-src 'none'; script-src {scripts}; style-src 'self';"
            )),
            "{path}: {policy}"
        );
        let without = policy.replace("'wasm-unsafe-eval'", "");
        assert!(!without.contains("unsafe"), "{policy}");
        assert!(
            policy.contains(&format!("ws://{}", server.address)),
            "{policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(
            answer
                .header("permissions-policy")
                .contains("camera=(self)")
        );
        assert_eq!(answer.header("strict-transport-security"), "");
    }
}

#[tokio::test]
async fn no_page_names_another_host_or_carries_code_that_its_policy_does_not_know() {
    let server = Running::start().await;
    for path in ["/", "/r/a", "/nothing"] {
        let page = server.get(path, &[]).await;
        let own = format!("http://{}", server.address);
        // What SVG is called (Namespaces in XML, section 2.1) is no place that is asked.
        let others = page
            .text()
            .replace(&own, "")
            .replace("http://www.w3.org/2000/svg", "");
        assert!(
            !others.contains("http://") && !others.contains("https://"),
            "{path}"
        );
        assert!(
            !others.contains(" style=") && !others.contains(" onclick="),
            "{path}"
        );
        let inline = others.matches("<style>").count() + others.matches("<script>").count();
        let policy = page.header("content-security-policy");
        assert_eq!(inline, policy.matches("'sha256-").count(), "{path}");
        assert_eq!(inline, if path == "/r/a" { 2 } else { 0 }, "{path}");
    }
}

#[tokio::test]
async fn zoom_can_be_installed_in_both_languages() {
    let server = Running::start().await;
    for (lang, shortcut) in [("en", "Start a room"), ("ko", "방 만들기")] {
        let page = server.get("/r/a", &[("accept-language", lang)]).await;
        let link = format!("<link rel=\"manifest\" href=\"/manifest.webmanifest?lang={lang}\">");
        assert!(page.text().contains(&link), "{}", page.text());
        let answer = server
            .get(&format!("/manifest.webmanifest?lang={lang}"), &[])
            .await;
        assert_eq!(answer.header("content-type"), "application/manifest+json");
        let manifest: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
        assert_eq!(manifest["lang"], lang);
        assert_eq!(manifest["id"], "/");
        assert_eq!(manifest["shortcuts"][0]["name"], shortcut);
        for icon in manifest["icons"].as_array().unwrap() {
            let icon = server.get(icon["src"].as_str().unwrap(), &[]).await;
            assert_eq!(icon.status, 200);
        }
    }
    let any = server.get("/manifest.webmanifest?lang=xx", &[]).await;
    assert!(any.text().contains("\"lang\":\"en\""));
}
