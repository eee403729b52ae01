//! The faces of the OpenID4VP endpoints.

use crate::flow::presentation::direct_post::NotAnswered;
use crate::flow::presentation::request_object::NoRequestObject;
use crate::http::middleware::trace::record_failure;
use crate::http::openid4vp::refusal::PostRefusal;
use crate::http::openid4vp::requests::NoRequest;

impl From<NoRequestObject> for NoRequest {
    fn from(why: NoRequestObject) -> Self {
        match why {
            NoRequestObject::Unknown => Self::unknown(),
            NoRequestObject::TooOften => Self::too_often(why.to_string()),
            NoRequestObject::Nonce | NoRequestObject::Metadata(_) | NoRequestObject::Unsuitable(_) => {
                Self::refused(why.to_string())
            }
            NoRequestObject::Failed(failure) => {
                record_failure(&failure);
                Self::unavailable()
            }
        }
    }
}

impl From<NotAnswered> for PostRefusal {
    /// Our fault is recorded; the other reasons were said in the log where they were found.
    fn from(why: NotAnswered) -> Self {
        match why {
            NotAnswered::NoOpenRequest | NotAnswered::State(_) => Self::refused(),
            NotAnswered::MediaType => Self::media_type(),
            NotAnswered::Failed(failure) => Self::unavailable(&record_failure(&failure)),
        }
    }
}
