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

    /// The key of the making of one bake.
    pub(super) fn of_bake() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
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

/// The tags of a bake without the one that tells its making from others.
pub fn own_tags(tags: &[String]) -> Vec<String> {
    let own = tags.iter().filter(|tag| !tag.starts_with(TAG));
    own.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_bake_is_none_of_its_own_tags() {
        let mut tags = vec!["nightly".to_owned()];
        StartKey::of_bake().mark(&mut tags);
        assert_eq!(tags.len(), 2);
        assert_eq!(own_tags(&tags), ["nightly"]);
        assert_ne!(StartKey::of_bake(), StartKey::of_bake());
    }

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
