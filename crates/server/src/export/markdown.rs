//! A message's Markdown as HTML that carries nothing of its own: no markup, no picture from
//! elsewhere, no link but to pages and mail.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// The HTML of a message.
pub(super) fn html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(text, options).map(harmless);
    let mut html = String::with_capacity(text.len() * 2);
    html::push_html(&mut html, events);
    html
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here has no text of its own, or a text that is escaped"
)]
fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        // Markup is shown as it was typed.
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::SoftBreak => Event::HardBreak,
        // A picture from elsewhere would tell elsewhere that somebody reads this.
        Event::Start(Tag::Image { dest_url, id, .. }) => Event::Start(link(dest_url, id)),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        Event::Start(Tag::Link { dest_url, id, .. }) => Event::Start(link(dest_url, id)),
        // The page's own headings are its name and those who wrote.
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: below_names(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below_names(level))),
        event => event,
    }
}

fn below_names(level: HeadingLevel) -> HeadingLevel {
    if level < HeadingLevel::H3 {
        HeadingLevel::H3
    } else {
        HeadingLevel::H4
    }
}

fn link<'a>(to: CowStr<'a>, id: CowStr<'a>) -> Tag<'a> {
    let lower = to.to_ascii_lowercase();
    let is_safe = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    Tag::Link {
        link_type: LinkType::Inline,
        dest_url: if is_safe { to } else { CowStr::Borrowed("#") },
        title: CowStr::Borrowed(""),
        id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_shown() {
        assert_eq!(
            html("**굵게** `a<b`"),
            "<p><strong>굵게</strong> <code>a&lt;b</code></p>\n"
        );
        assert!(html("one\ntwo").contains("<br"));
        assert_eq!(html("# one"), "<h3>one</h3>\n");
        assert_eq!(html("### three"), "<h4>three</h4>\n");
        assert!(html("[a](https://example.org)").contains("href=\"https://example.org\""));
    }

    #[test]
    fn markup_is_text_and_links_lead_to_pages_alone() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <svg/onload=alert(1)> b",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](data:text/html,<script>)",
            "![a](https://example.org/pixel.png)",
            "![a](javascript:alert(1))",
            "<javascript:alert(1)>",
            "<div>\n**x**\n</div>",
        ] {
            let html = html(text);
            for wrong in [
                "<script",
                "<img",
                "<svg",
                "<div",
                "href=\"javascript",
                "href=\"data",
            ] {
                assert!(!html.to_lowercase().contains(wrong), "{text}: {html}");
            }
        }
    }
}
