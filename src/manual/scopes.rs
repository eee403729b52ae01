//! Scopes, rules, and what tokens say.
//!
//! # A scope is earned
//! A scope names a credential, the claims to ask for, and rules. All rules must hold (REQ-12.7). A scope
//! without rules would be granted to everybody who shows the credential, so it must say `open = true`;
//! without that the configuration is refused, because it could never be granted. `open` beside rules is
//! refused too: the rules decide.
//!
//! Granted is what was asked for and earned. Nothing earned is `access_denied`; less than was asked for
//! is named in `scope` of the token response (REQ-12.9). Why a scope was not earned is in the log, with
//! the names of scope, credential and claim, never with a value.
//!
//! The same decision is made about results (`POST /v1/presentations` and `POST /v1/verify` by `scope`, and for
//! devices on a service's own pages): nothing earned is `rejected` with the reason `scope_rules` and a line of
//! the report for each rule, without a value; otherwise `scopes` lists what was `granted` and what was `refused`
//! for which reason. A result that earns nothing is final: the same credential would earn nothing again.
//!
//! Clients ask for the name, compared exactly. A name with spaces cannot be asked for, because spaces
//! separate scopes: give it an `alias`. Clients, tokens and `[[clients]] scopes` say the alias then, and
//! people read the name (or the `description`).
//!
//! # Rules
//! ```toml
//! [[scopes]]
//! name = "Editing rights"
//! alias = "editing-rights"
//! rules = [{ credentialId = "2RjEBo9zXkJByXm14xQHtg:3:CL:1300:tag", fieldName = "Access Level", fieldOperator = ">", fieldValue = 4 }]
//! ```
//!
//! | Ours | The source document's | Means |
//! |---|---|---|
//! | `credential` | `credentialId` | an id of `[[credentials]]`, or one of its `aliases`; the scope's own when left out |
//! | `field` | `fieldName` | `field`: names joined by dots, or a list of names and positions; `*` is all elements of an array. `fieldName`: one name, whatever is in it |
//! | `operator` | `fieldOperator` | `<`, `>`, `=`, `<=`, `>=`, `contains` |
//! | `value` | `fieldValue` | true, false, a number or text; with `=` and `contains` also a list of these, one of which is meant |
//! | `type` | | `"date"`, or left out |
//! | `age_at_least` | | instead of operator and value: years that somebody with this birth date has completed |
//! | `not` | | `true` turns the rule around |
//!
//! What is compared is decided by the rule's value, never by the credential:
//!
//! | The rule's value | Holds for | Operators |
//! |---|---|---|
//! | a number, also in quotation marks | JSON numbers, and text that is a decimal number | all |
//! | with `type = "date"`: `2007-01-31` | the same form, as days | all |
//! | with `type = "date"`: an RFC 3339 date-time | the same form, as instants | all |
//! | other text | the same text, letter by letter | `=` |
//! | true or false | the same | `=` |
//!
//! Numbers are compared digit by digit, never as floating point. Text is a number in the form of JSON
//! without an exponent: `10` is above `9`, `007` and `12e4` are text. A JSON number with a fraction or an
//! exponent counts up to 15 significant digits, 22 decimal places and 10^15, an integer up to 64 bits:
//! what lies beyond was rounded when it was read, and is not compared. One gap remains: a fraction with more digits than
//! that, whose nearest double happens to be short, is taken for that double. Issuers who need more digits
//! write them as text.
//!
//! A claim that is missing, `null`, an object, an array, or of another kind than the rule's value makes
//! the rule false. A rule that could never hold (`<` on text, an unknown credential, a claim that cannot be
//! asked for) is refused when the configuration is read.
//!
//! **Ages.** `{ field = "birthdate", age_at_least = 18 }` counts by the calendar, on the day that it is in UTC
//! when the credential is judged. Who was born on 29 February completes a year on 1 March where there is no
//! such day. A year alone (`1964`), a month (`1964-08`), the year `0000`, a date ahead and an age above 150 years
//! prove nothing. With `not = true` the rule is for people who are younger, and needs a whole birth date too.
//!
//! **Arrays.** `{ field = "nationalities", operator = "contains", value = "DE" }` holds when one element is equal;
//! every element is asked for. A path over all elements, `"degrees.*.type"` or `["degrees", "*", "type"]`, holds when
//! one of the values holds, with any operator but `contains`. Scopes can ask for such paths in `claims`, and a
//! token claim with such a path is a list. Brackets (`nationalities[]`) and `$` are refused: they would be taken
//! for names that no claim has.
//!
//! **Lists.** `{ field = "issuing_country", operator = "=", value = ["DE", "AT"] }` holds for one of up to 300 values.
//!
//! **Not.** `{ field = "issuing_country", operator = "=", value = "DE", not = true }` holds when the claim is shown, is
//! of the kind that the rule compares with, and is not equal. A claim that is missing earns nothing, turned
//! around or not. Turning around is refused for arrays: a wallet may keep back the very element that must
//! not be there.
//!
//! A scope may have rules on several credentials. All of them must be shown, bound to one holder key.
//!
//! # What is asked for
//! The query is compiled ([`query_for`](vpgate_core::admission::ScopePolicy::query_for)): of each
//! credential that the requested scopes name, their `claims`, what their rules read, the stable
//! identifier, and what the client's tokens say of it; each once, in one query. `claims` is for what a
//! relying party reads in its results, and may be left out where there are rules.
//!
//! A result has no subject and no token, so for it nobody is asked for the stable identifier or for what tokens
//! say ([`query_for_result`](vpgate_core::admission::ScopePolicy::query_for_result)). What a rule reads is
//! asked for, and told only where a requested scope lists it in `claims`.
//!
//! A wallet that knows scopes by name (profile `proof`) is asked by name only if the `claims` of the
//! scopes list all of that. Otherwise the name would ask for less than is needed, so the query itself is
//! sent. To be asked by name, list in `claims` what the wallet connects with the name.
//!
//! # Trying rules
//! `POST /v1/rules/dry-run` takes sample claims by credential id, and says which scopes they would earn and
//! which rule fails why: `missing`, `wrong_type`, `false`. No value is repeated, nothing is
//! stored. It tries the scopes of the client that asks.
//!
//! # What tokens say
//! Besides the registered claims, tokens of a client say what its `token_claims` list, and nothing else
//! (REQ-12.13):
//!
//! - `{ name, credential, field }`: copied from the verified credential as it is, whenever a granted scope
//!   asks for that credential. A scope that is not granted lends nothing.
//! - `{ name, request }`: the parameter of that name of the request that began the grant, text of at most
//!   512 bytes; a longer one is `invalid_request`. A parameter that no entry names is not kept. Anybody can send
//!   such a parameter for a public client, and nobody has verified it: resource servers must treat it so.
//!   Parameters of the protocol (`client_secret`, `code_verifier`, `login_hint`, ...) cannot be named.
//!
//! A value that is missing, `null` or longer than 1024 bytes as JSON is left out, and the log names the claim.
//! Registered names (`sub`, `scope`, `exp`, ...) are refused. A claim must be of a credential that one of
//! the client's scopes asks for. Tokens travel far: prefer few claims, and no personal ones.
//!
//! `compatibility = "proofspace"` adds the two claims of ProofSpace tokens: `subscriberConnectDID`, which
//! is the pairwise subject (the same as `sub`), and `publicServiceDID`, the identifier of this server
//! (`iss`). They are not DIDs here. `[proofspace]` gives them other names.
//!
//! Both belong to the client rather than to the scope, as in the source document: what a token says is
//! between this server and whoever reads the tokens of that client.
//!
//! # Who `sub` is
//! `sub` is pairwise: an HMAC over the client, the issuer of the credential, and who the issuer says the
//! person is. Two clients, or two issuers, never share one (REQ-5.21).
//!
//! With `stable_identifier` in `[[credentials]]`, a claim that the issuer guarantees never to change for a
//! person and never to give to another one, `sub` **stays the same** whatever wallet or copy of the
//! credential the person shows. The claim is asked for, and must be text or an integer; a credential
//! without it earns nothing, because falling back to another way would make two people of one.
//!
//! Without it, `sub` is made of the holder key, and **changes** with a new wallet, a renewed credential, or
//! a wallet that uses a key for each copy. Do not link accounts by it then. `vpgate check-config` says for
//! which credentials this is so, and the dry run says it of each scope (`stable_subject`).
//!
//! With several credentials the first in the configuration is meant, those with a stable identifier before
//! all others. So ask for the same scopes when the same `sub` is needed.
