//! Credits and quota of organisations and users.

use serde::{Deserialize, Serialize};

use crate::Credits;

/// How much may run at once; what is missing has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quota {
    /// Jobs that run at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_running_jobs: Option<u64>,
}

/// Credits; without `credits` there is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Balance {
    /// What may be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits: Option<Credits>,
    /// What has been spent.
    #[serde(default)]
    pub spent_credits: Credits,
}

/// What an organisation may use on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgBudget {
    /// The organisation.
    pub org_name: String,
    /// Its quota.
    #[serde(default)]
    pub quota: Quota,
    /// Its credits.
    #[serde(default)]
    pub balance: Balance,
    /// Whether nothing can be started just now.
    #[serde(default)]
    pub maintenance: bool,
}

/// What a user may use of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBudget {
    /// The user.
    pub user_name: String,
    /// The user's role in the organisation.
    #[serde(default)]
    pub role: Option<String>,
    /// The organisation.
    #[serde(default)]
    pub org_name: Option<String>,
    /// The user's quota.
    #[serde(default)]
    pub quota: Quota,
    /// The user's credits.
    #[serde(default)]
    pub balance: Balance,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_limit_is_no_limit_and_spent_credits_come_as_text_or_number() {
        let budget: UserBudget = serde_json::from_str(
            r#"{"user_name": "ann", "quota": {}, "balance": {"spent_credits": 1.5}, "new": 1}"#,
        )
        .unwrap();
        assert_eq!(budget.quota.total_running_jobs, None);
        assert_eq!(budget.balance.spent_credits.0, "1.5");
    }
}
