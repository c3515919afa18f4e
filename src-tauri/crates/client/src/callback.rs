//! The small server that a browser comes back to after a sign-in.

use std::time::Duration;

use protocol::Query;
use subtle::ConstantTimeEq as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// No browser sends a longer head.
const LONGEST_HEAD: usize = 64 * 1024;
/// A connection that says nothing must not keep the browser out.
const SILENCE: Duration = Duration::from_secs(5);

/// What the browser brought.
pub(crate) enum Came {
    /// A code.
    Code(String),
    /// The page said no.
    Refused(String),
    /// This computer does not let us listen any more.
    Broken(String),
}

/// What one request is to us.
enum Asked {
    Code(String),
    Refused(String),
    /// It does not know our secret: it is not the page we opened.
    Foreign,
    /// A browser asks for more than the page, for example for its icon.
    Other,
}

/// Waits until a browser comes that knows `state`. Others are turned away and change nothing.
pub(crate) async fn wait(listener: &TcpListener, state: &str, after: Option<&str>) -> Came {
    loop {
        let mut stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => return Came::Broken(error.to_string()),
        };
        let asked = match tokio::time::timeout(SILENCE, head(&mut stream)).await {
            Ok(Some(head)) => read(&head, state),
            _ => continue,
        };
        let answer = answer(&asked, after);
        // The browser may be gone; the code counts all the same.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        match asked {
            Asked::Code(code) => return Came::Code(code),
            Asked::Refused(reason) => return Came::Refused(reason),
            Asked::Foreign | Asked::Other => {}
        }
    }
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream
            .read(&mut piece)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        head.extend_from_slice(&piece[..count]);
        if head.len() > LONGEST_HEAD {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn read(head: &str, state: &str) -> Asked {
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (Some("GET"), Some(target)) = (words.next(), words.next()) else {
        return Asked::Other;
    };
    let Some(("/", query)) = target.split_once('?') else {
        return Asked::Other;
    };
    let query = Query::parse(query);
    let known = query.get("state").unwrap_or_default();
    if !bool::from(known.as_bytes().ct_eq(state.as_bytes())) {
        return Asked::Foreign;
    }
    match (query.get("code"), query.get("error")) {
        (Some(code), None) if !code.is_empty() => Asked::Code(code.to_owned()),
        (_, Some(error)) => {
            Asked::Refused(query.get("error_description").unwrap_or(error).to_owned())
        }
        _ => Asked::Refused("it gave no code".to_owned()),
    }
}

fn answer(asked: &Asked, after: Option<&str>) -> String {
    let after = after.filter(|url| url.starts_with("http") && !url.contains(['\r', '\n']));
    if let (Asked::Code(_), Some(url)) = (asked, after) {
        return format!(
            "HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
    }
    let (status, text) = match asked {
        Asked::Code(_) => ("200 OK", "You are signed in. This tab can be closed."),
        Asked::Refused(_) => ("200 OK", "The sign-in did not succeed. Bakehouse says why."),
        Asked::Foreign => (
            "400 Bad Request",
            "This sign-in was not begun by Bakehouse on this computer.",
        ),
        Asked::Other => ("404 Not Found", "There is nothing here."),
    };
    let length = text.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{text}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_who_knows_the_state_brings_a_code() {
        let read = |target: &str| read(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"), "s3");
        assert!(matches!(read("/?code=a&state=s3"), Asked::Code(code) if code == "a"));
        assert!(matches!(read("/?code=a&state=s4"), Asked::Foreign));
        assert!(matches!(read("/?code=a"), Asked::Foreign));
        assert!(matches!(read("/favicon.ico"), Asked::Other));
        let refused = read("/?error=access_denied&error_description=No%20way&state=s3");
        assert!(matches!(refused, Asked::Refused(reason) if reason == "No way"));
        assert!(matches!(read("/?state=s3"), Asked::Refused(_)));
    }

    proptest! {
        #[test]
        fn any_request_is_read(head in ".*") {
            let asked = read(&head, "state");
            prop_assert!(!matches!(asked, Asked::Code(_)));
            let _ = answer(&asked, Some(&head));
        }
    }
}
