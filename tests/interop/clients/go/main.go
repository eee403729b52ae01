// The code flow and the device grant by golang.org/x/oauth2 with go-oidc, and the device grant by github.com/cli/oauth,
// each with its defaults: which way a secret travels is found out by trying, ID tokens are RS256.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/cli/oauth/api"
	"github.com/cli/oauth/device"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// Elsewhere: the browser stops there.
	home = "http://127.0.0.1:9999/return"
	// Must be encoded on the way, which x/oauth2 does.
	secret = "s3cret:/+ %&="
	scope  = "urn:proof:params:scope:verifiable-credentials:basic"
)

// A service whose device codes live long, and one whose codes do not.
var patient, brief = os.Args[1], os.Args[2]

// person opens the address and answers in the wallet; where the browser is then.
func person(address, answer string) (*url.URL, error) {
	done, err := http.PostForm(patient+"/person", url.Values{"address": {address}, "answer": {answer}})
	if err != nil {
		return nil, err
	}
	defer done.Body.Close()
	if done.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(done.Body)
		return nil, fmt.Errorf("%s: %s", done.Status, text)
	}
	return url.Parse(done.Header.Get("location"))
}

// wants fails when something is not refused with this OAuth error.
func wants(code string, err error) error {
	var told *oauth2.RetrieveError
	if !errors.As(err, &told) || told.ErrorCode != code {
		return fmt.Errorf("not %s: %v", code, err)
	}
	return nil
}

type application struct {
	context  context.Context
	provider *oidc.Provider
	config   oauth2.Config
	verifier string
	carried  url.Values
}

// signedIn is from the link to the way home.
func signedIn(client, secret, answer string) (*application, error) {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, patient)
	if err != nil {
		return nil, err
	}
	config := oauth2.Config{ClientID: client, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: home,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
	verifier := oauth2.GenerateVerifier()
	there, err := person(config.AuthCodeURL("state", oidc.Nonce("nonce"), oauth2.S256ChallengeOption(verifier)), answer)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(there.String(), home) {
		return nil, fmt.Errorf("the browser is at %s", there)
	}
	return &application{ctx, provider, config, verifier, there.Query()}, nil
}

func (of *application) exchange(verifier string) (*oauth2.Token, error) {
	return of.config.Exchange(of.context, of.carried.Get("code"), oauth2.VerifierOption(verifier))
}

func aToken(client, secret string) error {
	of, err := signedIn(client, secret, "Share")
	if err != nil {
		return err
	}
	token, err := of.exchange(of.verifier)
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := of.provider.Verifier(&oidc.Config{ClientID: client}).Verify(of.context, raw)
	if err != nil {
		return err
	}
	if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
		return err
	}
	if idToken.Nonce != "nonce" {
		return errors.New("another nonce")
	}
	who, err := of.provider.UserInfo(of.context, of.config.TokenSource(of.context, token))
	if err != nil {
		return err
	}
	if who.Subject != idToken.Subject {
		return errors.New("userinfo is about another person")
	}
	// What it does when the access token has expired.
	stale := &oauth2.Token{RefreshToken: token.RefreshToken}
	again, err := of.config.TokenSource(of.context, stale).Token()
	if err != nil {
		return err
	}
	if again.AccessToken == token.AccessToken {
		return errors.New("the same access token")
	}
	_, err = of.exchange(of.verifier)
	return wants("invalid_grant", err)
}

func refusals() error {
	of, err := signedIn("web:x-oauth2", secret, "Decline")
	if err != nil {
		return err
	}
	if told := of.carried.Get("error"); told != "access_denied" {
		return fmt.Errorf("told %q", told)
	}
	if of, err = signedIn("web:x-oauth2", "wrong", "Share"); err != nil {
		return err
	}
	_, err = of.exchange(of.verifier)
	if err := wants("invalid_client", err); err != nil {
		return err
	}
	if of, err = signedIn("web:x-oauth2", secret, "Share"); err != nil {
		return err
	}
	// Told how: otherwise it tries another way when it is refused, and tells what that led to.
	of.config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	_, err = of.exchange(oauth2.GenerateVerifier())
	return wants("invalid_grant", err)
}

// deviceOf is what x/oauth2 needs of the metadata that go-oidc does not hand on.
func deviceOf(service string) (oauth2.Config, error) {
	provider, err := oidc.NewProvider(context.Background(), service)
	if err != nil {
		return oauth2.Config{}, err
	}
	return oauth2.Config{ClientID: "tv", Endpoint: provider.Endpoint(), Scopes: []string{scope}}, nil
}

func aDevice(service, answer, refused string) error {
	config, err := deviceOf(service)
	if err != nil {
		return err
	}
	ctx := context.Background()
	codes, err := config.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	if answer != "" {
		if _, err := person(codes.VerificationURIComplete, answer); err != nil {
			return err
		}
	} else {
		// Otherwise it would give up by itself before it has heard of it.
		codes.Expiry = codes.Expiry.AddDate(0, 0, 1)
		codes.Interval = 5
	}
	token, err := config.DeviceAccessToken(ctx, codes)
	if refused != "" {
		return wants(refused, err)
	}
	if err == nil && token.AccessToken == "" {
		return errors.New("no access token")
	}
	return err
}

func byCli(answer, refused string) error {
	endpoints, err := deviceOf(patient)
	if err != nil {
		return err
	}
	codes, err := device.RequestCode(http.DefaultClient, endpoints.Endpoint.DeviceAuthURL, "tv", []string{scope})
	if err != nil {
		return err
	}
	if _, err := person(codes.VerificationURIComplete, answer); err != nil {
		return err
	}
	options := device.WaitOptions{ClientID: "tv", DeviceCode: codes}
	token, err := device.Wait(context.Background(), http.DefaultClient, endpoints.Endpoint.TokenURL, options)
	var told *api.Error
	switch {
	case refused != "" && errors.As(err, &told) && told.Code == refused:
		return nil
	case refused != "":
		return fmt.Errorf("not %s: %v", refused, err)
	case err == nil && token.Token == "":
		return errors.New("no access token")
	}
	return err
}

func main() {
	stories := map[string]func() error{
		"x/oauth2 and go-oidc: a confidential client":                    func() error { return aToken("web:x-oauth2", secret) },
		"x/oauth2 and go-oidc: a public client":                          func() error { return aToken("page", "") },
		"x/oauth2: declined, a wrong secret, a wrong verifier":           refusals,
		"x/oauth2: a device":                                             func() error { return aDevice(patient, "Share", "") },
		"x/oauth2: a device that is denied":                              func() error { return aDevice(patient, "Decline", "access_denied") },
		"x/oauth2: a device whose code expires":                          func() error { return aDevice(brief, "", "expired_token") },
		"cli/oauth: a device":                                            func() error { return byCli("Share", "") },
		"cli/oauth: a device that somebody else says they did not start": func() error { return byCli("I did not start this", "access_denied") },
	}
	var telling sync.WaitGroup
	var once sync.Mutex
	failed := 0
	for name, story := range stories {
		name, story := name, story
		telling.Add(1)
		go func() {
			defer telling.Done()
			err := story()
			once.Lock()
			defer once.Unlock()
			if err != nil {
				failed++
				fmt.Printf("FAILED  %s\n%v\n", name, err)
			} else {
				fmt.Printf("ok      %s\n", name)
			}
		}()
	}
	telling.Wait()
	if failed > 0 {
		os.Exit(1)
	}
}
