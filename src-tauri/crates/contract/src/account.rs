//! Accounts of platforms, and the contexts to work in.

use crate::SecretText;

wire! {
    /// Asks for accounts and contexts.
    #[derive(Eq, Default)]
    pub struct ContextsAsk {
        /// The project's folder, to be told which context it works in.
        #[serde(default)]
        pub project: Option<String>,
    }

    /// Accounts and contexts.
    #[derive(Eq)]
    pub struct ContextsView {
        /// The contexts, the local platform first.
        pub contexts: Vec<ContextView>,
        /// Accounts that we are signed in with.
        pub accounts: Vec<AccountView>,
        /// Name of the context that is worked in; of the project, if one was named.
        pub current: String,
        /// Whether the project has a context of its own.
        pub own: bool,
    }

    /// A place to work in: a platform with a cluster, an organisation and a project.
    #[derive(Eq)]
    pub struct ContextView {
        /// Its name.
        pub name: String,
        /// Id of the account; none for the local platform.
        pub account: Option<String>,
        /// Entry of the platform; of the local one when it is told.
        pub url: Option<String>,
        /// Name of the user.
        pub user: String,
        /// Cluster.
        pub cluster: String,
        /// Organisation.
        pub org: String,
        /// Project of flows that name none.
        pub project: String,
        /// Whether nothing may be changed in it.
        pub protected: bool,
        /// Its colour: a number from 0 to 7.
        pub colour: u8,
        /// Whether the person has to sign in again before it can be used.
        pub signed_out: bool,
    }

    /// How an account was signed in with.
    #[derive(Copy, Eq)]
    pub enum SignInWay {
        /// In a browser of this computer.
        Browser,
        /// In a browser elsewhere; the code was carried over.
        Headless,
        /// With a token, also that of a service account.
        Token,
        /// Taken over from the command-line tools.
        Import,
    }

    /// An account: a user of a platform.
    #[derive(Eq)]
    pub struct AccountView {
        /// Its id.
        pub id: String,
        /// Entry of the platform.
        pub url: String,
        /// Name of the user.
        pub user: String,
        /// How it was signed in with.
        pub way: SignInWay,
        /// Whether the person has to sign in again.
        pub signed_out: bool,
    }

    /// Works in a context from now on.
    #[derive(Eq)]
    pub struct ContextUse {
        /// Its name; without one a project works in the context of all others.
        pub name: Option<String>,
        /// For this project only.
        #[serde(default)]
        pub project: Option<String>,
    }

    /// Makes a further context of an account.
    #[derive(Eq)]
    pub struct ContextAdd {
        /// Id of the account.
        pub account: String,
        /// Cluster.
        pub cluster: String,
        /// Organisation.
        pub org: String,
        /// Project of flows that name none.
        pub project: String,
        /// Its name; one is made when missing.
        #[serde(default)]
        pub name: Option<String>,
    }

    /// Changes a context; what is missing stays.
    #[derive(Eq)]
    pub struct ContextChange {
        /// Its name.
        pub name: String,
        /// Its new name.
        #[serde(default)]
        pub rename: Option<String>,
        /// Whether nothing may be changed in it.
        #[serde(default)]
        pub protected: Option<bool>,
        /// Its colour: a number from 0 to 7.
        #[serde(default)]
        pub colour: Option<u8>,
        /// Project of flows that name none.
        #[serde(default)]
        pub project: Option<String>,
    }

    /// Removes a context; the account stays.
    #[derive(Eq)]
    pub struct ContextRemove {
        /// Its name.
        pub name: String,
    }

    /// Asks what contexts an account could have.
    #[derive(Eq)]
    pub struct ContextOffersAsk {
        /// Id of the account.
        pub account: String,
    }

    /// The contexts that an account could have.
    #[derive(Eq)]
    pub struct ContextOffers {
        /// One for each project that the user may see.
        pub offers: Vec<ContextOffer>,
    }

    /// A context that an account could have.
    #[derive(Eq)]
    pub struct ContextOffer {
        /// Cluster.
        pub cluster: String,
        /// Organisation.
        pub org: String,
        /// Project.
        pub project: String,
        /// The user's role in it.
        pub role: String,
    }

    /// Begins to sign in with a browser.
    #[derive(Eq)]
    pub struct SignInBegin {
        /// Entry of the platform, such as `https://api.apolo.us/api/v1`.
        pub url: String,
        /// Whether the browser runs elsewhere, and the person carries a code over.
        #[serde(default)]
        pub headless: bool,
    }

    /// A sign-in that has begun.
    #[derive(Eq)]
    pub struct SignInBegun {
        /// Its id.
        pub sign_in: String,
        /// The page that the person has to see.
        pub address: String,
        /// Whether the browser comes back by itself; else a code has to be pasted.
        pub comes_back: bool,
    }

    /// Ends a sign-in: waits for the browser, or takes the code.
    #[derive(Eq)]
    pub struct SignInFinish {
        /// Its id.
        pub sign_in: String,
        /// The code, or the address with it, that the person pasted.
        #[serde(default)]
        pub code: Option<SecretText>,
    }

    /// Gives a sign-in up.
    #[derive(Eq)]
    pub struct SignInCancel {
        /// Its id.
        pub sign_in: String,
    }

    /// Signs in with a token.
    #[derive(Eq)]
    pub struct SignInToken {
        /// Entry of the platform.
        pub url: String,
        /// The token.
        pub token: SecretText,
    }

    /// Asks for accounts of the command-line tools.
    #[derive(Eq, Default)]
    pub struct ToolAccountsAsk {}

    /// Accounts of the command-line tools.
    #[derive(Eq)]
    pub struct ToolAccounts {
        /// What was found.
        pub accounts: Vec<ToolAccount>,
    }

    /// An account of the command-line tools.
    #[derive(Eq)]
    pub struct ToolAccount {
        /// Where it was found: a folder, or the name of a variable.
        pub place: String,
        /// Entry of the platform.
        pub url: Option<String>,
        /// Name of the user.
        pub user: Option<String>,
        /// Cluster, organisation and project that the tools work in.
        pub works_in: Option<String>,
        /// Why it cannot be taken over.
        pub problem: Option<String>,
    }

    /// Takes an account of the command-line tools over.
    #[derive(Eq)]
    pub struct SignInImport {
        /// Where it was found.
        pub place: String,
    }

    /// What a sign-in came to.
    #[derive(Eq)]
    pub struct SignedIn {
        /// The account.
        pub account: AccountView,
        /// Name of the context to begin with.
        pub context: String,
        /// All accounts and contexts.
        pub contexts: ContextsView,
    }

    /// Signs out: the token, the account and its contexts are forgotten.
    #[derive(Eq)]
    pub struct SignOut {
        /// Id of the account.
        pub account: String,
    }
}
