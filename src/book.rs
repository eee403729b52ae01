//! [flow]: crate::book::flow
//! [configuration]: crate::book::configuration
//! [pages]: crate::book::pages
//! [clients]: crate::book::clients
//! [webhooks]: crate::book::webhooks
//! [operating]: crate::book::operating
//! [replicas]: crate::book::replicas
//! [retention]: crate::book::retention
//! [audit]: crate::book::audit
//! [sizing]: crate::book::sizing
//! [limits]: crate::book::limits
//! [metrics]: crate::book::metrics
//! [threats]: crate::book::threats
//! [receipts]: crate::book::receipts
//! [mdoc]: crate::book::mdoc
//! [decisions]: crate::book::decisions
//! [glossary]: crate::book::glossary
#![doc = include_str!("../docs/README.md")]

/// A page of `docs/`. Pages refer to each other by name, and of two definitions of a name the first counts: here
/// it leads to a module; on a Git host, which sees the page alone, to a page.
macro_rules! page {
    ($name:ident) => {
        /// [flow]: crate::book::flow
        /// [configuration]: crate::book::configuration
        /// [pages]: crate::book::pages
        /// [clients]: crate::book::clients
        /// [webhooks]: crate::book::webhooks
        /// [operating]: crate::book::operating
        /// [replicas]: crate::book::replicas
        /// [retention]: crate::book::retention
        /// [audit]: crate::book::audit
        /// [sizing]: crate::book::sizing
        /// [limits]: crate::book::limits
        /// [metrics]: crate::book::metrics
        /// [threats]: crate::book::threats
        /// [receipts]: crate::book::receipts
        /// [mdoc]: crate::book::mdoc
        /// [decisions]: crate::book::decisions
        /// [glossary]: crate::book::glossary
        #[doc = include_str!(concat!("../docs/", stringify!($name), ".md"))]
        pub mod $name {}
    };
}

page!(flow);
page!(configuration);
page!(pages);
page!(clients);
page!(webhooks);
page!(operating);
page!(replicas);
page!(retention);
page!(audit);
page!(sizing);
page!(limits);
page!(metrics);
page!(threats);
page!(receipts);
page!(mdoc);
page!(decisions);
page!(glossary);
