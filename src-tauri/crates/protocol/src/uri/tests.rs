use super::*;
use proptest::prelude::*;

fn context() -> UriContext {
    UriContext::new("default", "myorg", "proj")
}

fn full(text: &str) -> String {
    PlatformUri::parse(text, &context()).unwrap().to_string()
}

#[test]
fn short_forms_are_completed_as_the_tools_complete_them() {
    for (input, expected) in [
        ("storage:a/b", "storage://default/myorg/proj/a/b"),
        ("storage:", "storage://default/myorg/proj"),
        ("storage:/p2/a", "storage://default/myorg/p2/a"),
        ("storage:/", "storage://default/myorg/"),
        (
            "storage://default/myorg/p2/a",
            "storage://default/myorg/p2/a",
        ),
        ("storage://default", "storage://default"),
        ("secret:k", "secret://default/myorg/proj/k"),
        ("disk:d", "disk://default/myorg/proj/d"),
        ("job:j", "job://default/myorg/proj/j"),
        ("blob:b/k", "blob://default/myorg/proj/b/k"),
        ("flow:x", "flow://default/myorg/proj/x"),
        ("role://a/b", "role://a/b"),
        ("storage:a b", "storage://default/myorg/proj/a%20b"),
        ("storage:a%3Fb", "storage://default/myorg/proj/a%3Fb"),
        ("storage:a/../b", "storage://default/myorg/proj/b"),
        ("storage:./a/.", "storage://default/myorg/proj/a/"),
        ("storage:é", "storage://default/myorg/proj/%C3%A9"),
    ] {
        assert_eq!(full(input), expected, "{input}");
    }
}

#[test]
fn what_is_no_resource_is_refused_with_the_reason() {
    let refused = |text: &str| {
        PlatformUri::parse(text, &context())
            .unwrap_err()
            .to_string()
    };
    assert!(refused("role:a").contains("must be written in full"));
    assert!(refused("project:x").contains("`project:` is not a resource"));
    assert!(refused("data").contains("has no scheme; write for example `storage:data`"));
    assert!(refused("storage:a?b").contains("a query"));
    assert!(refused("storage:a#b").contains("a fragment"));
    assert!(refused("storage://u@default/a").contains("a user name"));
    assert!(refused("storage://default:80/a").contains("a port"));
    assert!(refused("storage:~/a").contains("begins with `~`"));
    assert!(refused("~/a").contains("begins with `~`"));
}

#[test]
fn the_short_form_drops_what_the_context_knows() {
    let short = |text: &str| {
        PlatformUri::parse(text, &context())
            .unwrap()
            .short(&context())
    };
    assert_eq!(short("storage://default/myorg/proj/a/b/"), "storage:a/b");
    assert_eq!(short("storage:"), "storage:");
    assert_eq!(short("storage:/p2/a"), "storage:/p2/a");
    assert_eq!(
        short("storage://default/other/p/a"),
        "storage://default/other/p/a"
    );
    assert_eq!(
        short("storage://c2/myorg/proj/a"),
        "storage://c2/myorg/proj/a"
    );
    assert_eq!(short("role://a/b"), "role://a/b");
}

#[test]
fn parts_are_decoded_and_joining_encodes() {
    let uri = PlatformUri::parse("storage:a%3Fb/c d", &context()).unwrap();
    assert_eq!(uri.org().as_deref(), Some("myorg"));
    assert_eq!(uri.project().as_deref(), Some("proj"));
    assert_eq!(uri.rest(), "a?b/c d");
    assert_eq!(
        uri.join("50%").to_string(),
        "storage://default/myorg/proj/a%3Fb/c%20d/50%25"
    );
    assert_eq!(
        PlatformUri::new(Scheme::Job, &context(), "j").to_string(),
        full("job:j")
    );
    assert_eq!(
        PlatformUri::new(Scheme::Storage, &context(), "").to_string(),
        full("storage:")
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "(storage|role|job|x)?:?/{0,3}.*") {
        let _ = PlatformUri::parse(&text, &context());
    }

    #[test]
    fn a_complete_uri_is_read_back_unchanged(rest in "[^?#~]{0,30}") {
        let Ok(uri) = PlatformUri::parse(&format!("storage:{rest}"), &context()) else {
            return Ok(());
        };
        let again = PlatformUri::parse(&uri.to_string(), &context()).unwrap();
        prop_assert_eq!(&again, &uri);
        prop_assert!(!uri.path().split('/').any(|part| part == ".." || part == "."));
    }
}
