//! Where a client of the tests is told of logouts: what is posted to it is kept, and read again by GET.

use std::sync::Mutex;

use poem::endpoint::BoxEndpoint;
use poem::web::{Data, Json};
use poem::{EndpointExt as _, IntoEndpoint as _, get, handler};

/// Where it is, at the service that it belongs to.
pub const MOUNT: &str = "/told";

/// The forms, as they came.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

pub fn endpoint() -> BoxEndpoint<'static> {
    let told = std::sync::Arc::new(Told::default());
    get(read).post(take).data(told).into_endpoint().map_to_response().boxed()
}

#[handler]
fn read(Data(told): Data<&std::sync::Arc<Told>>) -> Json<Vec<String>> {
    Json(told.0.lock().unwrap().clone())
}

#[handler]
fn take(Data(told): Data<&std::sync::Arc<Told>>, form: String) {
    told.0.lock().unwrap().push(form);
}
