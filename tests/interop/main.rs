//! With programs of other people: OAuth clients, a wallet, tools that read the document, recorded cases.

mod book;
mod cases;
mod clients;
mod device_grant;
mod mdoc;
mod mdoc_cases;
mod openapi;
mod receipts;
mod sdk;
mod webhooks;
