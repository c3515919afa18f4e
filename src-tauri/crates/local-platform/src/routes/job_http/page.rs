//! What a browser sees instead of the page of a job: plain pages without scripts.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::routes::html::escaped;

/// Seconds after which a page that waits for something looks again.
const AGAIN: u32 = 2;

/// Colours and type of the application, light and dark.
const STYLE: &str = "
:root { color-scheme: light dark; --ground: #F3F0E9; --card: #FFFFFF; --line: #E2DACD;
  --text: #241F19; --soft: #51493D; --accent: #F0B83F; --code: #F9F7F2; }
@media (prefers-color-scheme: dark) { :root { --ground: #100E0C; --card: #1F1B18; --line: #3C3530;
  --text: #F1EBE2; --soft: #BFB4A7; --code: #181513; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Cantarell, 'Noto Sans', sans-serif; }
main { width: 100%; max-width: 36rem; padding: 32px; background: var(--card);
  border: 1px solid var(--line); border-top: 3px solid var(--accent); border-radius: 12px; }
h1 { margin: 0 0 12px; font-size: 24px; line-height: 32px; font-weight: 600;
  letter-spacing: -0.018em; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
p.soft { color: var(--soft); }
code { padding: 1px 5px; border-radius: 4px; background: var(--code);
  font: 0.9em ui-monospace, 'JetBrains Mono', Menlo, Consolas, monospace; }
footer { margin-top: 24px; color: var(--soft); font-size: 12px; }
";

/// Why there is no page of a job to show.
pub(super) enum Page {
    Foreign,
    NoJob {
        host: String,
    },
    NoPort {
        job: String,
    },
    NoKey,
    WrongKey,
    Waiting {
        job: String,
        reason: String,
    },
    Ended {
        job: String,
        status: String,
        exit_code: Option<i32>,
    },
    NothingListens {
        job: String,
        port: u16,
    },
    TooSlow {
        job: String,
        port: u16,
    },
    BrokeOff {
        job: String,
        port: u16,
    },
    OwnPort {
        port: u16,
    },
    Broken,
}

/// The parts of a page; the two paragraphs are HTML already.
struct Words {
    status: StatusCode,
    title: &'static str,
    what: String,
    hint: String,
    again: bool,
}

impl Words {
    fn new(
        status: StatusCode,
        title: &'static str,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title,
            what: what.into(),
            hint: hint.into(),
            again: false,
        }
    }

    fn again(mut self) -> Self {
        self.again = true;
        self
    }
}

const OPEN_AGAIN: &str = "Open the job's address as the job shows it: with Browse in Bakehouse, \
    or as <code>Http URL</code> in <code>apolo status</code>. It contains the key.";

impl Page {
    #[expect(clippy::too_many_lines, reason = "one page after another")]
    fn words(&self) -> Words {
        match self {
            Self::Foreign => Words::new(
                StatusCode::FORBIDDEN,
                "Not from another page",
                "This request was sent by a page of another address, and jobs do not answer those.",
                "Open the job's address in the browser itself.",
            ),
            Self::NoJob { host } => Words::new(
                StatusCode::NOT_FOUND,
                "No such job",
                format!(
                    "There is no job with the address <code>{}</code>.",
                    escaped(host)
                ),
                "It may have been deleted, or it belongs to a platform with other data.",
            ),
            Self::NoPort { job } => Words::new(
                StatusCode::NOT_FOUND,
                "This job has no page",
                format!("{} was started without a port.", code(job)),
                "Give the job a port: <code>http: {port: 8080}</code> in a flow, or \
                 <code>apolo run --http-port 8080</code>.",
            ),
            Self::NoKey => Words::new(
                StatusCode::UNAUTHORIZED,
                "A key is needed",
                "This job shows its page only to those who have its key.",
                OPEN_AGAIN,
            ),
            Self::WrongKey => Words::new(
                StatusCode::FORBIDDEN,
                "The key is wrong",
                "The key in this address is not the one of this job.",
                OPEN_AGAIN,
            ),
            Self::Waiting { job, reason } => Words::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The job is not running yet",
                format!("{} waits to be started{}.", code(job), in_brackets(reason)),
                "This page looks again every two seconds.",
            )
            .again(),
            Self::Ended {
                job,
                status,
                exit_code,
            } => Words::new(
                StatusCode::GONE,
                "The job has ended",
                format!(
                    "{} is {}{}.",
                    code(job),
                    escaped(status),
                    exit_code.map_or_else(String::new, |exit| format!(", with exit code {exit}")),
                ),
                "Its log says more. When it is started again, open the address of the new job.",
            ),
            Self::NothingListens { job, port } => Words::new(
                StatusCode::BAD_GATEWAY,
                "Nothing answers yet",
                format!("{} runs, but nothing listens on port {port}.", code(job)),
                "A server may need a while to start; its port must be the one the job was started \
                 with. This page looks again every two seconds.",
            )
            .again(),
            Self::TooSlow { job, port } => Words::new(
                StatusCode::GATEWAY_TIMEOUT,
                "No connection",
                format!(
                    "Port {port} of {} did not accept a connection in time.",
                    code(job)
                ),
                "The server of the job may be busy. This page looks again every two seconds.",
            )
            .again(),
            Self::BrokeOff { job, port } => Words::new(
                StatusCode::BAD_GATEWAY,
                "The job broke off",
                format!(
                    "What listens on port {port} of {} gave no answer that could be read.",
                    code(job)
                ),
                "It may not speak HTTP, or it has just ended. The job's log says more.",
            ),
            Self::OwnPort { port } => Words::new(
                StatusCode::BAD_GATEWAY,
                "This is the platform's own port",
                format!(
                    "The job was started with port {port}, on which the local platform listens."
                ),
                "Let the job listen on another port, and start it with that one.",
            ),
            Self::Broken => Words::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The platform failed",
                "The job could not be looked up.",
                "The log of the local platform says why.",
            ),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let words = self.words();
        let html = html(&words);
        let headers = [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
            ),
        ];
        let mut response = (words.status, headers, Html(html)).into_response();
        if words.again {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, AGAIN.into());
        }
        if words.status == StatusCode::UNAUTHORIZED {
            let how = axum::http::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
        response
    }
}

impl From<Page> for Box<Response> {
    fn from(page: Page) -> Self {
        Self::new(page.into_response())
    }
}

fn html(words: &Words) -> String {
    let Words {
        title, what, hint, ..
    } = words;
    let again = if words.again {
        format!("<meta http-equiv=\"refresh\" content=\"{AGAIN}\">\n")
    } else {
        String::new()
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{again}\
         <title>{title} · Bakehouse</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p>{what}</p>\n<p class=\"soft\">{hint}</p>\n\
         <footer>Bakehouse, local platform</footer>\n</main>\n</body>\n</html>\n"
    )
}

fn in_brackets(reason: &str) -> String {
    if reason.is_empty() {
        return String::new();
    }
    format!(" ({})", escaped(reason))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        let host = "<script>alert('x')</script>&\"".to_owned();
        let page = html(&Page::NoJob { host }.words());
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
    }

    #[test]
    fn only_pages_that_wait_for_something_look_again() {
        let job = "train".to_owned();
        let waits = html(
            &Page::NothingListens {
                job: job.clone(),
                port: 1,
            }
            .words(),
        );
        assert!(waits.contains("http-equiv=\"refresh\""));
        let ended = Page::Ended {
            job,
            status: "failed".to_owned(),
            exit_code: Some(3),
        };
        let ended = html(&ended.words());
        assert!(!ended.contains("refresh"));
        assert!(
            ended.contains("<code>train</code> is failed, with exit code 3."),
            "{ended}"
        );
    }
}
