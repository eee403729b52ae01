// The shop's story and the device grant, by oapi-codegen.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	vpgate "example.com/shop/generated"
)

const (
	scope = "urn:proof:params:scope:verifiable-credentials:basic"
	home  = "http://127.0.0.1:9999/return"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func want(good bool, why any) {
	if !good {
		panic(fmt.Sprintf("%v", why))
	}
}

// Shares at the wallet; where the browser is then.
func shared(address, start string) url.Values {
	done := must(http.PostForm(address+"/person", url.Values{"address": {start}, "answer": {"Share"}}))
	want(done.StatusCode == 200, done.Status)
	return must(url.Parse(done.Header.Get("Location"))).Query()
}

func payment() vpgate.TransactionData {
	var agreed vpgate.TransactionData
	want(agreed.FromItemizedPayment(vpgate.ItemizedPayment{
		Type:          vpgate.UrnProofParamsVcTransactionDataPaymentItemizedV1,
		CredentialIds: []string{"proof_id_default"},
		Payload: vpgate.ItemizedPaymentPayload{
			Currency: "EUR",
			Items:    []vpgate.PaymentItem{{Quantity: 2, UnitCost: 12.1, Label: "Green tea"}},
		},
	}) == nil, "a payment")
	return agreed
}

// A payment is agreed to.
func shop(ctx context.Context, address string, client *vpgate.ClientWithResponses) {
	var asked vpgate.BeginPresentation
	agreed := []vpgate.TransactionData{payment()}
	want(asked.FromBeginByScope(vpgate.BeginByScope{Scope: scope, RedirectUri: home, TransactionData: &agreed}) == nil, "a question")
	begun := must(client.BeginPresentationWithResponse(ctx, nil, asked)).JSON201
	want(begun != nil, "nothing was begun")
	pending := must(client.CollectResultWithResponse(ctx, begun.Id, nil)).JSON200
	want(pending.Status == vpgate.PresentationStatusPending, pending)
	code := shared(address, begun.StartUrl).Get("response_code")
	answer := must(client.CollectResultWithResponse(ctx, begun.Id, &vpgate.CollectResultParams{ResponseCode: &code}))
	result := answer.JSON200
	want(result != nil && result.Status == vpgate.PresentationStatusVerified, string(answer.Body))
	paid := must((*result.TransactionData)[0].AsItemizedPayment())
	want(paid.Payload.Items[0].UnitCost == 12.1, paid)
	credential := must((*result.Credentials)["proof_id_default"].AsCredential())
	want(credential.Format == "dc+sd-jwt" && credential.KeyBinding != nil, credential)

	// What is wrong is told where it is.
	wallet := "none"
	want(asked.FromBeginByScope(vpgate.BeginByScope{Scope: scope, RedirectUri: home, Wallet: &wallet}) == nil, "a question")
	wrong := must(client.BeginPresentationWithResponse(ctx, nil, asked)).ApplicationproblemJSON400
	want(wrong != nil && *wrong.Pointer == "/wallet", wrong)
}

// A device gets its token.
func device(ctx context.Context, address string, shop, device *vpgate.ClientWithResponses) {
	tv := "tv"
	codes := must(device.DeviceAuthorizationWithFormdataBodyWithResponse(ctx, nil, vpgate.DeviceAuthorizationRequest{ClientId: &tv})).JSON200
	want(codes != nil, "no codes")
	poll := vpgate.TokenRequest{
		GrantType: "urn:ietf:params:oauth:grant-type:device_code", ClientId: &tv, DeviceCode: &codes.DeviceCode,
	}
	early := must(device.TokenWithFormdataBodyWithResponse(ctx, nil, poll)).JSON400
	want(early != nil && early.Error == vpgate.OAuthErrorCodeAuthorizationPending, early)
	shared(address, *codes.VerificationUriComplete)
	time.Sleep(time.Duration(codes.Interval) * time.Second)
	token := must(device.TokenWithFormdataBodyWithResponse(ctx, nil, poll)).JSON200
	want(token != nil && token.Scope == scope, token)
	told := must(shop.IntrospectWithFormdataBodyWithResponse(ctx, vpgate.IntrospectionRequest{Token: token.AccessToken})).JSON200
	want(told != nil && told.Active, told)
}

func main() {
	ctx, address := context.Background(), os.Args[1]
	basic := vpgate.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.SetBasicAuth("store", "plain-secret")
		return nil
	})
	store := must(vpgate.NewClientWithResponses(address, basic))
	shop(ctx, address, store)
	device(ctx, address, store, must(vpgate.NewClientWithResponses(address)))
}
