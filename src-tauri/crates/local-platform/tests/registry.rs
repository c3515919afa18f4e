//! The image registry, as container engines speak to it.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;

const NAME: &str = "bakehouse/proj/app";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn digest(content: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(content)))
}

impl Desk {
    pub(crate) fn origin(&self) -> String {
        self.running.url().trim_end_matches("/api/v1").to_owned()
    }

    pub(crate) fn v2(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("/v2/") {
            format!("{}{path}", self.origin())
        } else {
            format!("{}/v2/{path}", self.origin())
        };
        let request = self.client.request(method, url);
        request.basic_auth("alice", Some(&self.token))
    }

    async fn begin(&self, query: &str) -> Response {
        let request = self.v2(Method::POST, &format!("{NAME}/blobs/uploads/{query}"));
        request.send().await.unwrap()
    }

    async fn push_blob(&self, content: &[u8]) -> String {
        let digest = digest(content);
        let path = format!("{NAME}/blobs/uploads/?digest={digest}");
        let request = self.v2(Method::POST, &path).body(content.to_vec());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED);
        digest
    }

    /// Pushes an image of one layer and answers the digest of its manifest.
    async fn push_image(&self, layer: &[u8], tag: &str) -> String {
        let config = self.push_blob(b"{}").await;
        let layer_digest = self.push_blob(layer).await;
        let manifest = json!({
            "schemaVersion": 2, "mediaType": DOCKER_MANIFEST,
            "config": { "digest": config, "size": 2 },
            "layers": [{ "digest": layer_digest, "size": layer.len() }],
        });
        let response = self.put_manifest(tag, DOCKER_MANIFEST, &manifest).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        header(&response, "docker-content-digest")
    }

    async fn put_manifest(&self, reference: &str, kind: &str, manifest: &Value) -> Response {
        self.v2(Method::PUT, &format!("{NAME}/manifests/{reference}"))
            .header("content-type", kind)
            .body(manifest.to_string())
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn read_v2(&self, path: &str) -> (StatusCode, Value) {
        crate::desk::read(self.v2(Method::GET, path).send().await.unwrap()).await
    }
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

async fn code(response: Response) -> (StatusCode, String) {
    let (status, body) = crate::desk::read(response).await;
    let code = body["errors"][0]["code"].as_str();
    (status, code.unwrap_or("no code").to_owned())
}

#[tokio::test]
async fn a_stranger_is_asked_for_a_password_and_a_token_is_one() {
    let desk = Desk::new().await;
    let url = format!("{}/v2/", desk.origin());
    let refused = desk.client.get(&url).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        header(&refused, "www-authenticate"),
        "Basic realm=\"Bakehouse\""
    );
    assert_eq!(code(refused).await.1, "UNAUTHORIZED");
    for path in ["/v2/", "/v2"] {
        let url = format!("{}{path}", desk.origin());
        let let_in = desk.client.get(url).basic_auth("x", Some(&desk.token));
        let response = let_in.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            header(&response, "docker-distribution-api-version"),
            "registry/2.0"
        );
    }
    let wrong = desk.client.get(&url).basic_auth("x", Some("wrong"));
    assert_eq!(
        wrong.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_content_is_uploaded_in_pieces_and_read_in_parts() {
    let desk = Desk::new().await;
    let digest = digest(b"hello world");
    let begun = desk.begin("").await;
    assert_eq!(begun.status(), StatusCode::ACCEPTED);
    let place = header(&begun, "location");
    let first = desk
        .v2(Method::PATCH, &place)
        .header("content-range", "0-5");
    let first = first.body("hello ").send().await.unwrap();
    assert_eq!(first.status(), StatusCode::ACCEPTED);
    assert_eq!(header(&first, "range"), "0-5");

    // The same piece once more is out of order, and the answer says where to go on.
    let again = desk
        .v2(Method::PATCH, &place)
        .header("content-range", "0-5");
    let again = again.body("hello ").send().await.unwrap();
    assert_eq!(again.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header(&again, "range"), "0-5");
    let status = desk.v2(Method::GET, &place).send().await.unwrap();
    assert_eq!(
        (status.status(), header(&status, "range")),
        (StatusCode::NO_CONTENT, "0-5".into())
    );

    let last = desk.v2(Method::PUT, &format!("{place}?digest={digest}"));
    let last = last.body("world").send().await.unwrap();
    assert_eq!(last.status(), StatusCode::CREATED);
    assert_eq!(header(&last, "docker-content-digest"), digest);

    let blob = header(&last, "location");
    let head = desk.v2(Method::HEAD, &blob).send().await.unwrap();
    assert_eq!(header(&head, "content-length"), "11");
    let whole = desk.v2(Method::GET, &blob).send().await.unwrap();
    assert_eq!(whole.text().await.unwrap(), "hello world");
    let part = desk
        .v2(Method::GET, &blob)
        .header("range", "bytes=6-8")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&part, "content-range"), "bytes 6-8/11");
    assert_eq!(part.text().await.unwrap(), "wor");
    let beyond = desk
        .v2(Method::GET, &blob)
        .header("range", "bytes=11-")
        .send()
        .await
        .unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn an_upload_survives_a_restart_of_the_server() {
    let desk = Desk::new().await;
    let place = header(&desk.begin("").await, "location");
    let first = desk.v2(Method::PATCH, &place).body("before ");
    assert_eq!(first.send().await.unwrap().status(), StatusCode::ACCEPTED);
    let desk = desk.restart().await;
    let digest = digest(b"before after");
    let last = desk.v2(Method::PUT, &format!("{place}?digest={digest}"));
    assert_eq!(
        last.body("after").send().await.unwrap().status(),
        StatusCode::CREATED
    );
    let blob = desk.v2(Method::GET, &format!("{NAME}/blobs/{digest}"));
    assert_eq!(
        blob.send().await.unwrap().text().await.unwrap(),
        "before after"
    );
}

#[tokio::test]
async fn what_was_received_before_a_lost_connection_is_kept() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let desk = Desk::new().await;
    let place = header(&desk.begin("").await, "location");
    let address = desk.origin().replace("http://", "");
    let mut lost = tokio::net::TcpStream::connect(&address).await.unwrap();
    let token = &desk.token;
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 100\r\n\r\nbefore "
    );
    lost.write_all(head.as_bytes()).await.unwrap();
    lost.shutdown().await.unwrap();
    // Refused or closed: what counts is what is kept.
    let _ = lost.read_to_end(&mut Vec::new()).await;
    let status = desk.v2(Method::GET, &place).send().await.unwrap();
    assert_eq!(header(&status, "range"), "0-6");
    let digest = digest(b"before after");
    let last = desk.v2(Method::PUT, &format!("{place}?digest={digest}"));
    assert_eq!(
        last.body("after").send().await.unwrap().status(),
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn a_content_that_is_not_what_was_announced_is_thrown_away() {
    let desk = Desk::new().await;
    let announced = digest(b"good");
    let place = header(&desk.begin("").await, "location");
    let last = desk.v2(Method::PUT, &format!("{place}?digest={announced}"));
    let refused = code(last.body("evil").send().await.unwrap()).await;
    assert_eq!(refused, (StatusCode::BAD_REQUEST, "DIGEST_INVALID".into()));
    let gone = desk.v2(Method::GET, &place).send().await.unwrap();
    assert_eq!(code(gone).await.1, "BLOB_UPLOAD_UNKNOWN");
    for content in ["good", "evil"] {
        let path = format!("{NAME}/blobs/{}", digest(content.as_bytes()));
        let blob = desk.v2(Method::GET, &path).send().await.unwrap();
        assert_eq!(
            code(blob).await,
            (StatusCode::NOT_FOUND, "BLOB_UNKNOWN".into())
        );
    }
    let staged = desk.data_dir().join("images/staged");
    assert_eq!(std::fs::read_dir(staged).unwrap().count(), 0);
}

#[tokio::test]
async fn a_cancelled_upload_is_gone() {
    let desk = Desk::new().await;
    let place = header(&desk.begin("").await, "location");
    let cancelled = desk.v2(Method::DELETE, &place).send().await.unwrap();
    assert_eq!(cancelled.status(), StatusCode::NO_CONTENT);
    let gone = desk
        .v2(Method::PATCH, &place)
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(
        code(gone).await,
        (StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN".into())
    );
    let strange = desk.v2(
        Method::PATCH,
        &format!("{NAME}/blobs/uploads/..%2F..%2Findex.sqlite"),
    );
    let refused = strange.body("x").send().await.unwrap();
    assert!(refused.status().is_client_error());
}

#[tokio::test]
async fn an_image_is_pushed_listed_pulled_and_removed() {
    let desk = Desk::new().await;
    let manifest = desk.push_image(b"layer", "1.0").await;
    assert_eq!(desk.push_image(b"layer", "latest").await, manifest);
    let (_, catalog) = desk.read_v2("_catalog?n=30").await;
    assert_eq!(catalog, json!({ "repositories": [NAME] }));
    let (_, tags) = desk.read_v2(&format!("{NAME}/tags/list?n=30")).await;
    assert_eq!(tags, json!({ "name": NAME, "tags": ["1.0", "latest"] }));

    for reference in ["1.0", manifest.as_str()] {
        let path = format!("{NAME}/manifests/{reference}");
        let pulled = desk.v2(Method::GET, &path).send().await.unwrap();
        assert_eq!(header(&pulled, "content-type"), DOCKER_MANIFEST);
        assert_eq!(header(&pulled, "docker-content-digest"), manifest);
        assert_eq!(digest(&pulled.bytes().await.unwrap()), manifest);
        let head = desk.v2(Method::HEAD, &path).send().await.unwrap();
        assert_eq!(header(&head, "docker-content-digest"), manifest);
    }

    let remove = |reference: &str| {
        let request = desk.v2(Method::DELETE, &format!("{NAME}/manifests/{reference}"));
        async { request.send().await.unwrap() }
    };
    assert_eq!(remove("1.0").await.status(), StatusCode::ACCEPTED);
    assert_eq!(code(remove("1.0").await).await.1, "MANIFEST_UNKNOWN");
    let (_, tags) = desk.read_v2(&format!("{NAME}/tags/list")).await;
    assert_eq!(tags["tags"], json!(["latest"]));
    assert_eq!(remove(&manifest).await.status(), StatusCode::ACCEPTED);
    let (status, tags) = desk.read_v2(&format!("{NAME}/tags/list")).await;
    assert_eq!(
        (status, &tags["errors"][0]["code"]),
        (StatusCode::NOT_FOUND, &json!("NAME_UNKNOWN"))
    );
}

#[tokio::test]
async fn a_manifest_must_name_what_was_uploaded_here() {
    let desk = Desk::new().await;
    let config = desk.push_blob(b"{}").await;
    let image = |layer: &str, size: u64| {
        json!({
            "schemaVersion": 2,
            "config": { "digest": config, "size": 2 },
            "layers": [{ "digest": layer, "size": size }],
        })
    };
    let missing = desk
        .put_manifest("1", DOCKER_MANIFEST, &image(&digest(b"x"), 1))
        .await;
    assert_eq!(
        code(missing).await,
        (StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN".into())
    );
    let wrong_size = desk
        .put_manifest("1", DOCKER_MANIFEST, &image(&config, 7))
        .await;
    assert_eq!(
        code(wrong_size).await,
        (StatusCode::BAD_REQUEST, "MANIFEST_INVALID".into())
    );
    let good = image(&config, 2);
    let wrong_name = desk
        .put_manifest(&digest(b"other"), DOCKER_MANIFEST, &good)
        .await;
    assert_eq!(code(wrong_name).await.1, "DIGEST_INVALID");
    let right_name = digest(good.to_string().as_bytes());
    let taken = desk.put_manifest(&right_name, DOCKER_MANIFEST, &good).await;
    assert_eq!(taken.status(), StatusCode::CREATED);

    let index = |digest: &str| json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [{ "digest": digest, "size": 1 }] });
    let missing = desk
        .put_manifest("all", OCI_INDEX, &index(&digest(b"x")))
        .await;
    assert_eq!(code(missing).await.1, "MANIFEST_BLOB_UNKNOWN");
    let taken = desk
        .put_manifest("all", OCI_INDEX, &index(&right_name))
        .await;
    assert_eq!(taken.status(), StatusCode::CREATED);
    let large = json!({ "schemaVersion": 2, "x": "x".repeat(4 << 20) });
    let refused = desk.put_manifest("large", DOCKER_MANIFEST, &large).await;
    assert_eq!(code(refused).await.1, "MANIFEST_INVALID");
}

#[tokio::test]
async fn a_content_is_seen_only_where_it_was_uploaded_or_mounted() {
    let desk = Desk::new().await;
    let digest = desk.push_blob(b"content").await;
    let other = "bakehouse/proj/other";
    let head = |name: &str| {
        let request = desk.v2(Method::HEAD, &format!("{name}/blobs/{digest}"));
        async { request.send().await.unwrap().status() }
    };
    assert_eq!(head(NAME).await, StatusCode::OK);
    assert_eq!(head(other).await, StatusCode::NOT_FOUND);
    let mount = |from: &str, digest: &str| {
        let path = format!("{other}/blobs/uploads/?mount={digest}&from={from}");
        let request = desk.v2(Method::POST, &path);
        async { request.send().await.unwrap().status() }
    };
    // What cannot be mounted becomes an upload.
    assert_eq!(
        mount("bakehouse/proj/none", &digest).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(mount(NAME, &digest).await, StatusCode::CREATED);
    assert_eq!(head(other).await, StatusCode::OK);
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let desk = Desk::new().await;
    for tag in ["c", "a", "b", "B", "1"] {
        desk.push_image(b"layer", tag).await;
    }
    let mut next = Some(format!("/v2/{NAME}/tags/list?n=2"));
    let mut pages = Vec::new();
    while let Some(path) = next {
        let response = desk.v2(Method::GET, &path).send().await.unwrap();
        let link = response
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        next = link.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
        pages.push(crate::desk::read(response).await.1["tags"].clone());
    }
    assert_eq!(json!(pages), json!([["1", "B"], ["a", "b"], ["c"]]));
    let (status, refused) = desk.read_v2("_catalog?n=x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["errors"][0]["code"], "PAGINATION_NUMBER_INVALID");
}

#[tokio::test]
async fn strange_names_and_addresses_are_refused() {
    let desk = Desk::new().await;
    for (path, expected) in [
        ("app/tags/list", "NAME_INVALID"),
        ("bakehouse/proj/UPPER/tags/list", "NAME_INVALID"),
        ("bakehouse/%2e%2e/app/tags/list", "NAME_INVALID"),
        ("bakehouse/proj/app/manifests/sha256:12", "DIGEST_INVALID"),
        ("bakehouse/proj/app/blobs/latest", "DIGEST_INVALID"),
        ("bakehouse/proj/app/manifests/-x", "TAG_INVALID"),
        ("bakehouse/proj/app/tags/list", "NAME_UNKNOWN"),
        ("bakehouse/proj/app", "UNSUPPORTED"),
    ] {
        let (status, body) = desk.read_v2(path).await;
        assert!(status.is_client_error(), "{path}: {status}");
        assert_eq!(body["errors"][0]["code"], expected, "{path}: {body}");
    }
}

#[tokio::test]
async fn many_uploads_of_the_same_content_at_once_end_as_one() {
    let desk = Desk::new().await;
    let content = vec![7_u8; 300_000];
    let uploads = (0..16).map(|_| desk.push_blob(&content));
    let digests = futures_util::future::join_all(uploads).await;
    assert!(digests.iter().all(|one| *one == digest(&content)));
    let blob = desk.v2(Method::GET, &format!("{NAME}/blobs/{}", digests[0]));
    assert_eq!(blob.send().await.unwrap().bytes().await.unwrap(), content);
}

// The program is waited for while the server answers it.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_pushes_to_it_and_pulls_from_it() {
    let Some(podman) = crate::podman::Podman::start() else {
        return;
    };
    let desk = Desk::new().await;
    let reference = format!("{}/{NAME}:v1", desk.origin().replace("http://", ""));
    let plain = "--tls-verify=false";
    let credentials = format!("token:{}", desk.token);
    let password = ["--creds", credentials.as_str(), plain];
    let refused = podman
        .command(&[
            "push",
            "--creds",
            "token:wrong",
            plain,
            crate::podman::IMAGE,
            &reference,
        ])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let push = [
        &["push"],
        &password[..],
        &[crate::podman::IMAGE, &reference],
    ]
    .concat();
    podman.output(&push);
    let (_, tags) = desk.read_v2(&format!("{NAME}/tags/list")).await;
    assert_eq!(tags["tags"], json!(["v1"]));
    let id = podman.output(&["inspect", "--format", "{{.Id}}", crate::podman::IMAGE]);
    podman.output(&["rmi", "--all", "--force"]);
    let pull = [&["pull", "--quiet"], &password[..], &[&reference]].concat();
    assert_eq!(
        podman.output(&pull),
        id,
        "what comes back is the same image"
    );
}
