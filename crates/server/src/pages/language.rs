//! Which language a person reads: their choice (a cookie), else what their browser asks for.

use http::{HeaderMap, HeaderValue, header};

/// The cookie that remembers a choice.
pub(crate) const COOKIE: &str = "language";

/// A language that every text exists in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English, also for whoever asks for neither.
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// All of them, in the order in which a switch shows them.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The tag that Open Graph wants.
    pub(crate) fn locale(self) -> &'static str {
        match self {
            Self::English => "en_US",
            Self::Korean => "ko_KR",
        }
    }

    /// The language that a tag names exactly.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language for a request with these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        chosen(headers).unwrap_or_else(|| {
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .map_or(Self::English, negotiate)
        })
    }

    /// The `Set-Cookie` value that remembers this choice for a year.
    pub(crate) fn cookie(self, secure: bool) -> HeaderValue {
        HeaderValue::from_static(match (self, secure) {
            (Self::English, false) => {
                "language=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
            }
            (Self::Korean, false) => {
                "language=ko; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
            }
            (Self::English, true) => {
                "language=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure"
            }
            (Self::Korean, true) => {
                "language=ko; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure"
            }
        })
    }
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, tag)| Language::from_tag(tag))
}

/// RFC 9110 section 12.5.4, by primary subtag: the listed language with the greatest weight that
/// is not 0; the first of equals.
fn negotiate(accept: &str) -> Language {
    let mut best = (0, Language::English);
    for range in accept.split(',') {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let tag = tag.trim();
        let primary = tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
        let language = match primary.as_str() {
            "*" => Some(Language::English),
            primary => Language::from_tag(primary),
        };
        let weight = match weight.trim().strip_prefix("q=") {
            Some(text) => thousandths(text),
            None => 1_000,
        };
        if let Some(language) = language
            && weight > best.0
        {
            best = (weight, language);
        }
    }
    best.1
}

/// A weight of at most three decimals in thousandths; 0 for what is no weight.
fn thousandths(text: &str) -> u16 {
    match text.trim().parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0) as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(accept: Option<&str>, cookie: Option<&str>) -> Language {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        }
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, cookie.parse().unwrap());
        }
        Language::of(&headers)
    }

    #[test]
    fn the_browser_s_weights_decide() {
        for (accept, expected) in [
            ("ko", Language::Korean),
            ("ko-KR,ko;q=0.9,en-US;q=0.8", Language::Korean),
            ("en;q=0.8, ko;q=0.9", Language::Korean),
            ("en-GB, ko", Language::English),
            ("fr, de;q=0.5", Language::English),
            ("fr, ko;q=0.2", Language::Korean),
            ("ko;q=0, *;q=0.1", Language::English),
            ("KO-kr", Language::Korean),
            ("ko;q=seven", Language::English),
            (",;;=,", Language::English),
        ] {
            assert_eq!(language(Some(accept), None), expected, "{accept}");
        }
        assert_eq!(language(None, None), Language::English);
    }

    #[test]
    fn a_remembered_choice_is_stronger_than_the_browser() {
        let accept = Some("ko-KR,ko");
        assert_eq!(
            language(accept, Some("a=b; language=en")),
            Language::English
        );
        assert_eq!(language(None, Some("language=ko")), Language::Korean);
        assert_eq!(language(accept, Some("language=xx")), Language::Korean);
    }
}
