//! Signals that mean something elsewhere.

use reqwest::StatusCode;

use vpgate_test_support::service_process::{PLAIN, Start, client};

#[tokio::test]
async fn signals_that_mean_something_elsewhere_do_not_kill() {
    let mut service = Start::serve(PLAIN).start();
    for (signal, said) in [("HUP", "read again"), ("USR1", "SIGUSR1"), ("USR2", "SIGUSR2")] {
        service.signal(signal);
        service.wait_for_log(said);
    }
    service.signal("PIPE");
    let health = client().get(service.at("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    service.signal("TERM");
    assert!(service.ended().success());
}

#[tokio::test]
async fn the_last_line_of_the_sandbox_is_the_address_to_open() {
    let service = Start::sandbox().start();
    let last = service.printed().pop().unwrap();
    assert_eq!(last, service.at("/sandbox/").as_str());
    let page = client().get(last).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_service_that_cannot_print_works_all_the_same() {
    let address = vpgate_test_support::service_process::free_address();
    let config = PLAIN.replace("{ADDRESS}", &address);
    let mut service = Start::serve(&config).by_shell("exec \"$VPGATE\" \"$@\" > /dev/full").unheard();
    service.wait_for_log("could not be printed");
    let health = client().get(format!("http://{address}/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    service.signal("TERM");
    assert!(service.ended().success());
}
