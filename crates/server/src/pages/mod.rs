//! The pages that the server renders itself: home, a room's invitation, what went wrong.
//!
//! They make sense without JavaScript. What runs in the browser beyond that is the app, which is
//! built from `web/` and served by [`crate::http`].

pub(crate) mod assets;
mod compress;
mod entrance;
mod home;
mod language;
mod link;
mod manifest;
mod names;
mod problem;
mod room;
mod switch;
mod templates;
mod texts;
pub(crate) mod visit;

use std::{fmt, sync::Arc};

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use minijinja::{Environment, Value, context};

use assets::Assets;
use entrance::Entrance;
pub(crate) use entrance::Inline;
use language::Language;
pub(crate) use problem::Problem;
use texts::{AllTexts, Texts};
use visit::Visit;

/// Everything that pages are made of; one per server.
pub(crate) struct Site {
    templates: Environment<'static>,
    texts: AllTexts,
    assets: Arc<Assets>,
    /// None where the app comes from elsewhere: the room's page then waits for it.
    entrance: Option<Entrance>,
    secure: bool,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

impl Site {
    /// The pages of a server. `secure`: it speaks TLS itself. `development`: Vite stands in front.
    ///
    /// # Errors
    /// A sentence, when what was compiled in is broken.
    pub(crate) fn new(secure: bool, development: bool) -> Result<Self, String> {
        let assets = Arc::new(if development {
            Assets::from_vite()
        } else {
            Assets::embedded()?
        });
        let entrance = if development {
            None
        } else {
            Entrance::embedded(&assets)
        };
        Ok(Self {
            templates: templates::environment(Arc::clone(&assets))?,
            texts: AllTexts::embedded()?,
            assets,
            entrance,
            secure,
        })
    }

    /// The app's files.
    pub(crate) fn assets(&self) -> &Assets {
        &self.assets
    }

    fn texts(&self, language: Language) -> &Texts {
        self.texts.of(language)
    }

    /// A page from a template in the visitor's language.
    fn page(&self, visit: &Visit, status: StatusCode, template: &str, values: Value) -> Response {
        let languages: Vec<Value> = Language::ALL
            .into_iter()
            .map(|language| {
                context! {
                    tag => language.tag(),
                    current => language == visit.language,
                    href => switch::href(language, &visit.target),
                }
            })
            .collect();
        let common = context! {
            lang => visit.language.tag(),
            locale => visit.language.locale(),
            languages,
            // Checked to have no character that means anything in HTML.
            origin => visit.origin.clone().map(Value::from_safe_string),
            t => self.texts(visit.language).value(),
        };
        let rendered = self
            .templates
            .get_template(template)
            .and_then(|template| template.render(context! { ..values, ..common }));
        match rendered {
            Ok(html) => {
                let headers = [
                    (
                        header::CONTENT_TYPE,
                        HeaderValue::from_static("text/html; charset=utf-8"),
                    ),
                    (
                        header::CONTENT_LANGUAGE,
                        HeaderValue::from_static(visit.language.tag()),
                    ),
                    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
                    (
                        header::VARY,
                        HeaderValue::from_static("accept-language, accept-encoding, cookie"),
                    ),
                ];
                (status, headers, compress::body(html, visit.gzip)).into_response()
            }
            Err(error) => {
                tracing::error!(template, error = %chain(&error), "a page could not be rendered");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "500 Internal Server Error\n",
                )
                    .into_response()
            }
        }
    }
}

/// An error with all that caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// The routes of the pages.
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home::page))
        .route("/open", get(home::open))
        .route("/manifest.webmanifest", get(manifest::page))
        .route("/language", get(switch::choose))
        .route("/r/{name}", get(room::page))
        .route("/r/{name}/", get(room::page))
}
