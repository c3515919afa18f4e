//! Tags and names that platform jobs get from ids.

/// The form an id takes inside a tag.
#[must_use]
pub fn tag_of(id: &str) -> String {
    id.replace('_', "-").to_lowercase()
}

/// The name a platform job gets when none was chosen.
#[must_use]
pub fn job_name(project_id: &str, job_id: &str, suffix: Option<&str>) -> String {
    let job = match suffix {
        Some(suffix) => format!("{job_id}-{suffix}"),
        None => job_id.to_owned(),
    };
    let job = tidy(&job);
    let project = cut(&tidy(project_id), 40 - job.chars().count() as isize - 1);
    collapse(&format!("{project}-{job}"))
}

fn tidy(id: &str) -> String {
    collapse(id.replace('_', "-").trim_matches('-'))
}

fn collapse(text: &str) -> String {
    let mut result = text.to_owned();
    while result.contains("--") {
        result = result.replace("--", "-");
    }
    result
}

/// The first characters of a text; a negative number leaves out the last ones.
fn cut(text: &str, count: isize) -> String {
    let length = text.chars().count() as isize;
    let keep = if count < 0 {
        (length + count).max(0)
    } else {
        count
    };
    text.chars().take(keep as usize).collect()
}
