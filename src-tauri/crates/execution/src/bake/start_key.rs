//! What tells one start of a task from every other: so that nobody starts it twice.

use flow::batch::TaskId;
use sha2::{Digest as _, Sha256};

/// Before the key in a tag.
const TAG: &str = "start:";
/// The platform takes no more tags than this.
const MOST_TAGS: usize = 16;

/// The key of the one start of a task in an attempt, the same for whoever executes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StartKey(String);

impl StartKey {
    pub(super) fn of(attempt_id: &str, task: &TaskId) -> Self {
        let digest = Sha256::digest(format!("{attempt_id}\n{task}"));
        Self(hex::encode(&digest[..16]))
    }

    /// The key of the one build of an image in an attempt.
    pub(super) fn of_image(attempt_id: &str, reference: &str) -> Self {
        let digest = Sha256::digest(format!("{attempt_id}\nimage {reference}"));
        Self(hex::encode(&digest[..16]))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag of the job.
    pub(super) fn tag(&self) -> String {
        format!("{TAG}{}", self.0)
    }

    /// Adds the tag where one more is taken. It is not told to the job and not part of any cache key.
    pub(super) fn mark(&self, tags: &mut Vec<String>) {
        if tags.len() < MOST_TAGS {
            tags.push(self.tag());
        }
    }

    /// The key in the tags of a job, if an executor of ours has started it.
    pub(super) fn in_tags(tags: &[String]) -> Option<Self> {
        tags.iter()
            .find_map(|tag| tag.strip_prefix(TAG))
            .map(|key| Self(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_has_a_key_that_is_found_in_the_tags_of_its_job() {
        let key = StartKey::of("attempt-1", &TaskId::parse("call.task"));
        let mut tags = vec!["task:call.task".to_owned()];
        key.mark(&mut tags);
        assert_eq!(StartKey::in_tags(&tags), Some(key.clone()));
        for (attempt, task) in [("attempt-2", "call.task"), ("attempt-1", "call_task")] {
            assert_ne!(StartKey::of(attempt, &TaskId::parse(task)), key);
        }
        assert_eq!(StartKey::in_tags(&tags[..1]), None);
    }

    #[test]
    fn a_job_with_as_many_tags_as_the_platform_takes_gets_none_more() {
        let mut tags: Vec<String> = (0..16).map(|number| number.to_string()).collect();
        StartKey::of("attempt-1", &TaskId::top("a")).mark(&mut tags);
        assert_eq!(tags.len(), 16);
    }
}
