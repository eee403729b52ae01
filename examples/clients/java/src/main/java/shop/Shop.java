package shop;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;

import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import vpgate.ApiClient;
import vpgate.ApiException;
import vpgate.JSON;
import vpgate.api.ClientApi;
import vpgate.api.RelyingPartyApi;
import vpgate.model.BeginByScope;
import vpgate.model.BeginPresentation;
import vpgate.model.ItemizedPayment;
import vpgate.model.ItemizedPaymentPayload;
import vpgate.model.PaymentItem;
import vpgate.model.PresentationStatus;

/** The shop's story and the device grant, by openapi-generator. */
public class Shop {
    private static final String SCOPE = "urn:proof:params:scope:verifiable-credentials:basic";
    private static final String HOME = "http://127.0.0.1:9999/return";
    private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

    private final String address;
    private final ApiClient store;
    private final ClientApi device;

    private Shop(String address) {
        this.address = address;
        store = new ApiClient().setBasePath(address);
        store.setUsername("store");
        store.setPassword("plain-secret");
        device = new ClientApi(new ApiClient().setBasePath(address));
    }

    public static void main(String[] arguments) throws Exception {
        var shop = new Shop(arguments[0]);
        shop.payment();
        shop.television();
    }

    /** A payment is agreed to. */
    private void payment() throws Exception {
        var api = new RelyingPartyApi(store);
        var item = new PaymentItem().quantity(2L).unitCost(12.1).label("Green tea");
        var payment = new ItemizedPayment()
            .type(ItemizedPayment.TypeEnum.values()[0])
            .credentialIds(new LinkedHashSet<>(List.of("proof_id_default")))
            .payload(new ItemizedPaymentPayload().currency("EUR").items(List.of(item)));
        var asked = new BeginByScope().scope(SCOPE).redirectUri(URI.create(HOME)).addTransactionDataItem(new Agreed(JSON.getGson().toJsonTree(payment)));
        var begun = api.beginPresentation(new BeginPresentation(asked), null);
        want(api.collectResult(begun.getId(), null, null).getStatus() == PresentationStatus.PENDING, begun);
        var home = shared(begun.getStartUrl().toString());
        var result = api.collectResult(begun.getId(), home.queryParameter("response_code"), null);
        want(result.getStatus() == PresentationStatus.VERIFIED, result);
        var agreed = JSON.getGson().fromJson(result.getTransactionData().get(0).json(), ItemizedPayment.class);
        want(agreed.getPayload().getItems().get(0).getUnitCost() == 12.1, agreed);
        var credential = result.getCredentials().get("proof_id_default").getCredential();
        want(credential.getFormat().equals("dc+sd-jwt") && credential.getKeyBinding() != null, credential);

        // What is wrong is told where it is.
        try {
            var wrong = new BeginByScope().scope(SCOPE).redirectUri(URI.create(HOME)).wallet("none");
            api.beginPresentation(new BeginPresentation(wrong), null);
            want(false, "it was begun");
        } catch (ApiException problem) {
            want(problem.getCode() == 400 && problem.getResponseBody().contains("\"/wallet\""), problem);
        }
    }

    /** A device gets its token. */
    private void television() throws Exception {
        var codes = device.deviceAuthorization(null, "tv", null, null, null, null, null, null, null, null);
        try {
            poll(codes.getDeviceCode());
            want(false, "nobody had decided");
        } catch (ApiException early) {
            want(early.getResponseBody().contains("authorization_pending"), early);
        }
        shared(codes.getVerificationUriComplete().toString());
        Thread.sleep(1000 * codes.getInterval());
        var token = poll(codes.getDeviceCode());
        want(token.getScope().equals(SCOPE), token);
        var told = new ClientApi(store).introspect(token.getAccessToken(), null, null, null, null, null);
        want(told.getActive(), told);
    }

    private vpgate.model.Token poll(String code) throws ApiException {
        return device.token(DEVICE_CODE, null, null, code, null, null, null, null, null, null, "tv", null, null, null);
    }

    /** Shares at the wallet; where the browser is then. */
    private HttpUrl shared(String start) throws Exception {
        var errand = new FormBody.Builder().add("address", start).add("answer", "Share").build();
        var person = new Request.Builder().url(address + "/person").post(errand).build();
        try (var done = new OkHttpClient().newCall(person).execute()) {
            want(done.code() == 200, done);
            return HttpUrl.get(done.header("Location"));
        }
    }

    private static void want(boolean good, Object why) {
        if (!good) {
            throw new IllegalStateException(String.valueOf(why));
        }
    }
}
