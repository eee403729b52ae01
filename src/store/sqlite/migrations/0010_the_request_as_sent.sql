-- A presentation keeps the request as it was sent, and what judging its answer needs. It no longer keeps the
-- configuration of its wallet: of that the name is left, by which the wallet's route is found. Whom the wallet
-- should expect has a column of its own, which is emptied alone.
--
-- Requests under way are carried over. The origin is the part of the redirect URI before its path.
DROP INDEX presentations_with_hint;
ALTER TABLE presentations RENAME COLUMN asked TO request;
ALTER TABLE presentations ADD COLUMN login_hint TEXT;

UPDATE presentations
SET login_hint = request ->> '$.login_hint',
    request = json_remove(json_set(request,
        '$.requester', json(request -> '$.asker'),
        '$.verifier_id', request ->> '$.wallet.client_id',
        '$.profile', request ->> '$.wallet.profile',
        '$.origin', substr(request ->> '$.wallet.redirect_uri', 1,
            instr(request ->> '$.wallet.redirect_uri', '://') + 1
            + instr(substr(request ->> '$.wallet.redirect_uri',
                           instr(request ->> '$.wallet.redirect_uri', '://') + 3), '/')),
        '$.on_rejection', request ->> '$.wallet.on_rejection',
        '$.wallet_issuer', request ->> '$.wallet.issuer',
        '$.dc_api', CASE request ->> '$.flow' WHEN 'dc_api' THEN request ->> '$.wallet.dc_api.request' END,
        '$.wallet', request ->> '$.wallet.name'),
        '$.asker', '$.login_hint');

CREATE INDEX presentations_with_hint ON presentations (expires_at) WHERE login_hint IS NOT NULL;
