//! How much of the output of a job is kept.

use serde_json::Value;

use crate::desk::Desk;

#[tokio::test]
async fn the_oldest_output_goes_and_the_log_says_so() {
    let desk = Desk::with(|options| options.log_limit = 100_000).await;
    let job = desk.submit("seq 1 100000", Value::Null).await;
    let job = desk.finished(&job.id).await;
    let log = desk.log(&job.id, "").await;
    let (first, rest) = log.split_once('\n').unwrap();
    let gone: usize = first
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(" bytes of older output are not kept any more]"))
        .unwrap_or_else(|| panic!("{first}"))
        .parse()
        .unwrap();
    let whole: String = (1..=100_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(rest, &whole[gone..], "every other line is there");
    assert!((50_000..200_000).contains(&rest.len()), "{}", rest.len());
}
