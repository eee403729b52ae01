//! [start]: crate::book::start
//! [device]: crate::book::device
//! [application]: crate::book::application
//! [wallets]: crate::book::wallets
//! [production]: crate::book::production
//! [operating]: crate::book::operating
//! [proxies]: crate::book::proxies
//! [container]: crate::book::container
//! [systemd]: crate::book::systemd
//! [kubernetes]: crate::book::kubernetes
//! [backup]: crate::book::backup
//! [upgrade]: crate::book::upgrade
//! [replicas]: crate::book::replicas
//! [sizing]: crate::book::sizing
//! [metrics]: crate::book::metrics
//! [troubleshooting]: crate::book::troubleshooting
//! [reasons]: crate::book::reasons
//! [configuration]: crate::book::configuration
//! [mdoc]: crate::book::mdoc
//! [pages]: crate::book::pages
//! [clients]: crate::book::clients
//! [webhooks]: crate::book::webhooks
//! [receipts]: crate::book::receipts
//! [audit]: crate::book::audit
//! [retention]: crate::book::retention
//! [flow]: crate::book::flow
//! [limits]: crate::book::limits
//! [threats]: crate::book::threats
//! [decisions]: crate::book::decisions
//! [glossary]: crate::book::glossary
#![doc = include_str!("../docs/README.md")]

/// A page of `docs/`. Pages refer to each other by name, and of two definitions of a name the first counts: here
/// it leads to a module; on a Git host, which sees the page alone, to a page.
macro_rules! page {
    ($name:ident) => {
        /// [start]: crate::book::start
        /// [device]: crate::book::device
        /// [application]: crate::book::application
        /// [wallets]: crate::book::wallets
        /// [production]: crate::book::production
        /// [operating]: crate::book::operating
        /// [proxies]: crate::book::proxies
        /// [container]: crate::book::container
        /// [systemd]: crate::book::systemd
        /// [kubernetes]: crate::book::kubernetes
        /// [backup]: crate::book::backup
        /// [upgrade]: crate::book::upgrade
        /// [replicas]: crate::book::replicas
        /// [sizing]: crate::book::sizing
        /// [metrics]: crate::book::metrics
        /// [troubleshooting]: crate::book::troubleshooting
        /// [reasons]: crate::book::reasons
        /// [configuration]: crate::book::configuration
        /// [mdoc]: crate::book::mdoc
        /// [pages]: crate::book::pages
        /// [clients]: crate::book::clients
        /// [webhooks]: crate::book::webhooks
        /// [receipts]: crate::book::receipts
        /// [audit]: crate::book::audit
        /// [retention]: crate::book::retention
        /// [flow]: crate::book::flow
        /// [limits]: crate::book::limits
        /// [threats]: crate::book::threats
        /// [decisions]: crate::book::decisions
        /// [glossary]: crate::book::glossary
        #[doc = include_str!(concat!("../docs/", stringify!($name), ".md"))]
        pub mod $name {}
    };
}

page!(start);
page!(device);
page!(application);
page!(wallets);
page!(production);
page!(operating);
page!(proxies);
page!(container);
page!(systemd);
page!(kubernetes);
page!(backup);
page!(upgrade);
page!(replicas);
page!(sizing);
page!(metrics);
page!(troubleshooting);
page!(reasons);
page!(configuration);
page!(mdoc);
page!(pages);
page!(clients);
page!(webhooks);
page!(receipts);
page!(audit);
page!(retention);
page!(flow);
page!(limits);
page!(threats);
page!(decisions);
page!(glossary);
