//! Files: the sequences the tools send, and what must not be possible.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, read};

const HOME: &str = "storage/bakehouse/proj";

async fn put(desk: &Desk, path: &str, body: &str) -> StatusCode {
    let request = desk.request(Method::PUT, &format!("{HOME}/{path}?op=CREATE"));
    request.body(body.to_owned()).send().await.unwrap().status()
}

async fn open(desk: &Desk, path: &str) -> String {
    let request = desk.request(Method::GET, &format!("{HOME}/{path}?op=OPEN"));
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_file_is_created_extended_read_in_part_and_described() {
    let desk = Desk::new().await;
    assert_eq!(
        put(&desk, "a/b%20c/f.txt", "hello ").await,
        StatusCode::CREATED
    );
    let write = desk.request(Method::PATCH, &format!("{HOME}/a/b%20c/f.txt?op=WRITE"));
    let write = write.header("content-range", "bytes 6-10/*").body("world");
    assert_eq!(write.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(open(&desk, "a/b%20c/f.txt").await, "hello world");

    let part = desk.request(Method::GET, &format!("{HOME}/a/b%20c/f.txt?op=OPEN"));
    let part = part.header("range", "bytes=6-").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], "bytes 6-10/11");
    assert!(part.headers().contains_key("date"));
    assert_eq!(part.text().await.unwrap(), "world");
    let beyond = desk.request(Method::GET, &format!("{HOME}/a/b%20c/f.txt?op=OPEN"));
    let beyond = beyond.header("range", "bytes=11-").send().await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let (_, status) = desk
        .get(&format!("{HOME}/a/b%20c/f.txt?op=GETFILESTATUS"))
        .await;
    let status = &status["FileStatus"];
    assert_eq!(status["path"], "/bakehouse/proj/a/b c/f.txt");
    assert_eq!(
        (&status["length"], &status["type"]),
        (&json!(11), &json!("FILE"))
    );
    assert!(status["modificationTime"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn folders_are_made_and_listed() {
    let desk = Desk::new().await;
    let make = async |path: &str| {
        desk.send(
            Method::PUT,
            &format!("{HOME}/{path}?op=MKDIRS"),
            Value::Null,
        )
        .await
    };
    assert_eq!(make("d/e").await.0, StatusCode::CREATED);
    assert_eq!(
        make("d/e").await.0,
        StatusCode::CREATED,
        "making it twice is fine"
    );
    put(&desk, "d/f", "x").await;
    let (status, error) = make("d/f").await;
    assert_eq!(
        (status, &error["errno"]),
        (StatusCode::BAD_REQUEST, &json!("EEXIST"))
    );
    assert_eq!(make("d/f/g").await.1["errno"], "ENOTDIR");

    let (_, list) = desk.get(&format!("{HOME}/d?op=LISTSTATUS")).await;
    let list = list["FileStatuses"]["FileStatus"]
        .as_array()
        .unwrap()
        .clone();
    let names: Vec<_> = list
        .iter()
        .map(|one| (&one["path"], &one["type"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("e"), &json!("DIRECTORY")),
            (&json!("f"), &json!("FILE"))
        ]
    );
    let (status, error) = desk.get(&format!("{HOME}/d/f?op=LISTSTATUS")).await;
    assert_eq!(
        (status, &error["errno"]),
        (StatusCode::BAD_REQUEST, &json!("ENOTDIR"))
    );
    let (status, error) = desk.get(&format!("{HOME}/none?op=LISTSTATUS")).await;
    assert_eq!(
        (status, &error["errno"]),
        (StatusCode::NOT_FOUND, &json!("ENOENT"))
    );
}

#[tokio::test]
async fn removing_tells_every_removed_entry_and_spares_full_folders_unless_asked() {
    let desk = Desk::new().await;
    put(&desk, "d/e/g", "x").await;
    put(&desk, "d/f", "x").await;
    let delete = async |query: &str| {
        let request = desk.request(Method::DELETE, &format!("{HOME}/d?op=DELETE&{query}"));
        let request = request.header("accept", "application/x-ndjson");
        read(request.send().await.unwrap()).await
    };
    assert_eq!(delete("recursive=false").await.1["errno"], "EISDIR");
    let (status, lines) = delete("recursive=true").await;
    assert_eq!(status, StatusCode::OK);
    let lines = lines.as_str().unwrap();
    assert_eq!(lines.split_terminator("\r\n").count(), 4, "{lines}");
    assert!(
        lines.contains(r#"{"path":"/bakehouse/proj/d/f","is_dir":false}"#),
        "{lines}"
    );
    assert_eq!(delete("recursive=true").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_is_there_from_the_start() {
    let desk = Desk::new().await;
    let (status, _) = desk
        .get("storage/bakehouse/new-project?op=GETFILESTATUS")
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn renaming_moves_and_refuses_what_cannot_be() {
    let desk = Desk::new().await;
    put(&desk, "one", "1").await;
    let rename = async |from: &str, to: &str| {
        let path = format!("{HOME}/{from}?op=RENAME&destination=/bakehouse/proj/{to}");
        desk.send(Method::POST, &path, Value::Null).await.0
    };
    assert_eq!(rename("one", "two").await, StatusCode::NO_CONTENT);
    assert_eq!(open(&desk, "two").await, "1");
    assert_eq!(rename("one", "two").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_the_old_file() {
    let desk = Desk::new().await;
    put(&desk, "f", "old").await;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = desk
        .running
        .url()
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap();
    let mut raw = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT /api/v1/{HOME}/f?op=CREATE HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {}\r\nContent-Length: 100\r\n\r\nhalf",
        desk.token
    );
    raw.write_all(head.as_bytes()).await.unwrap();
    raw.shutdown().await.unwrap();
    let mut answer = String::new();
    let _ = raw.read_to_string(&mut answer).await;
    assert_eq!(open(&desk, "f").await, "old");
    let (_, list) = desk.get(&format!("{HOME}?op=LISTSTATUS")).await;
    assert_eq!(
        list["FileStatuses"]["FileStatus"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn no_request_leaves_the_storage() {
    let desk = Desk::new().await;
    std::fs::create_dir_all(desk.data_dir().join("storage/bakehouse/proj")).unwrap();
    for path in [
        "..%2f..%2f..%2fplatform.sqlite",
        "%2e%2e/%2e%2e/%2e%2e/platform.sqlite",
    ] {
        let raw = desk.get(&format!("{HOME}/{path}?op=OPEN")).await;
        assert!(raw.0.is_client_error(), "{path}: {raw:?}");
    }
    let destination = "/bakehouse/../../stolen";
    put(&desk, "f", "x").await;
    let path = format!("{HOME}/f?op=RENAME&destination={destination}");
    assert_eq!(
        desk.send(Method::POST, &path, Value::Null).await.0,
        StatusCode::BAD_REQUEST
    );
    assert!(!desk.data_dir().join("stolen").exists());
}

#[tokio::test]
async fn disk_usage_adds_up() {
    let desk = Desk::new().await;
    let (_, usage) = desk.get(&format!("{HOME}?op=GETDISKUSAGE")).await;
    let of = |key: &str| usage[key].as_u64().unwrap();
    assert!(of("total") >= of("used") && of("total") >= of("free") && of("total") > 0);
}

#[tokio::test]
async fn links_are_shown_followed_inside_and_never_out() {
    let desk = Desk::new().await;
    put(&desk, "real/f", "inside").await;
    let project = desk.data_dir().join("storage/bakehouse/proj");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, project.join(name)).unwrap();
    link("real/f", "good");
    link("../../../platform.sqlite", "bad");
    link("/etc", "worse");
    assert_eq!(open(&desk, "good").await, "inside");
    for path in [
        "bad?op=OPEN",
        "worse/hostname?op=OPEN",
        "worse?op=LISTSTATUS",
    ] {
        let (status, refused) = desk.get(&format!("{HOME}/{path}")).await;
        assert!(status.is_client_error(), "{path}: {status} {refused}");
    }
    let write = desk.request(
        Method::PUT,
        &format!("{HOME}/worse/bakehouse-test?op=CREATE"),
    );
    assert!(
        write
            .body("x")
            .send()
            .await
            .unwrap()
            .status()
            .is_client_error()
    );
    let (_, list) = desk.get(&format!("{HOME}?op=LISTSTATUS")).await;
    let list = &list["FileStatuses"]["FileStatus"];
    let kinds: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(kinds, ["SYMLINK", "SYMLINK", "DIRECTORY", "SYMLINK"]);
    assert_eq!(list[1]["target"], "real/f");
    let delete = format!("{HOME}/bad?op=DELETE&recursive=false");
    let (status, _) = desk.send(Method::DELETE, &delete, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "a link itself may go");
    assert!(desk.data_dir().join("platform.sqlite").exists());
    // What a link leads to is written in place, and a link is replaced as a whole.
    put(&desk, "good", "new").await;
    assert_eq!(open(&desk, "real/f").await, "inside");
}

#[tokio::test]
async fn a_folder_of_many_files_is_listed_whole_and_removed_as_it_is_told() {
    let desk = Desk::new().await;
    let folder = desk.data_dir().join("storage/bakehouse/proj/many");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..20_000 {
        std::fs::write(folder.join(format!("{number:06}")), "").unwrap();
    }
    let lines = async |method, query: &str| {
        let request = desk.request(method, &format!("{HOME}/many?{query}"));
        let request = request.header("accept", "application/x-ndjson");
        request.send().await.unwrap().text().await.unwrap()
    };
    let list = lines(Method::GET, "op=LISTSTATUS").await;
    let names = list.split_terminator("\r\n").map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["FileStatus"]["path"].as_str().unwrap().to_owned()
    });
    let wanted = (0..20_000).map(|number| format!("{number:06}"));
    assert!(names.eq(wanted));
    let removed = lines(Method::DELETE, "op=DELETE").await;
    assert_eq!(removed.split_terminator("\r\n").count(), 20_001);
    assert!(removed.ends_with("\"path\":\"/bakehouse/proj/many\",\"is_dir\":true}\r\n"));
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_write_that_is_not_as_its_range_says_is_refused() {
    let desk = Desk::new().await;
    put(&desk, "f", "0123456789").await;
    let write = async |range: Option<&str>, body: &'static str| {
        let mut request = desk.request(Method::PATCH, &format!("{HOME}/f?op=WRITE"));
        if let Some(range) = range {
            request = request.header("content-range", range);
        }
        request.body(body).send().await.unwrap().status()
    };
    assert_eq!(write(None, "x").await, StatusCode::BAD_REQUEST);
    assert_eq!(
        write(Some("bytes 0-1/*"), "x").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        write(Some("bytes 2-1/*"), "x").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(open(&desk, "f").await, "0123456789");
    assert_eq!(write(Some("bytes 8-11/*"), "abcd").await, StatusCode::OK);
    assert_eq!(open(&desk, "f").await, "01234567abcd");
    let part = desk.request(Method::GET, &format!("{HOME}/f?op=OPEN"));
    let part = part.header("range", "bytes=12-").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(part.headers()["content-range"], "bytes */12");
    let missing = desk.request(Method::PATCH, &format!("{HOME}/none?op=WRITE"));
    let missing = missing.header("content-range", "bytes 0-0/*").body("x");
    assert_eq!(
        missing.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_is_no_file_and_names_that_are_too_long_are_refused_at_once() {
    let desk = Desk::new().await;
    put(&desk, "f", "x").await;
    let pipe = desk.data_dir().join("storage/bakehouse/proj/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (status, _) = desk.get(&format!("{HOME}/pipe?op=OPEN")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "nobody waits for a writer");
    let long = "n".repeat(300);
    let (status, error) = desk.get(&format!("{HOME}/{long}?op=GETFILESTATUS")).await;
    assert_eq!(
        (status, &error["errno"]),
        (StatusCode::BAD_REQUEST, &json!("ENAMETOOLONG"))
    );
    let (status, error) = desk.get(&format!("{HOME}/a%00b?op=GETFILESTATUS")).await;
    assert_eq!(
        (status, &error["errno"]),
        (StatusCode::BAD_REQUEST, &json!("EINVAL"))
    );
    let head = desk.request(Method::HEAD, &format!("{HOME}/f"));
    let head = head.send().await.unwrap();
    assert_eq!(head.headers()["x-file-length"], "1");
    assert_eq!(head.headers()["x-file-permission"], "manage");
    assert!(head.headers().contains_key("last-modified"));
}
