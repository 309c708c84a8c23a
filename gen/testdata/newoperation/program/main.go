// Command newoperation calls the operations that the fragments add, in the flavor that its first argument names, at the issuer that
// its second one names, and prints what came of each call. It compiles over the generated files alone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

// flavor has the new operations as the blocking client has them.
type flavor struct {
	discover func(context.Context, *authpi.DiscoverOptions) (*authpi.Metadata, error)
	push     func(context.Context, []string, string, *authpi.PushAuthorizationRequestOptions) (*authpi.PushedAuthorization, error)
	device   func(context.Context, *authpi.AuthorizeDeviceOptions) (*authpi.DeviceAuthorization, error)
	list     func(context.Context, authpi.Secret, *authpi.ListDevicesOptions) (*authpi.DeviceList, error)
	rename   func(context.Context, authpi.Secret, string, string, *authpi.RenameDeviceOptions) error
	account  func(*authpi.CreateAccountURLOptions) (string, error)
	close    func(context.Context) error
}

func blocking(config authpi.Config) (flavor, error) {
	c, err := authpisync.New(config)
	if err != nil {
		return flavor{}, err
	}
	return flavor{
		c.Discover, c.PushAuthorizationRequest, c.AuthorizeDevice, c.ListDevices, c.RenameDevice, c.CreateAccountURL, c.Close,
	}, nil
}

func future(config authpi.Config) (flavor, error) {
	c, err := authpiasync.New(config)
	if err != nil {
		return flavor{}, err
	}
	return flavor{
		discover: func(ctx context.Context, opts *authpi.DiscoverOptions) (*authpi.Metadata, error) {
			return c.Discover(ctx, opts).Await(ctx)
		},
		push: func(
			ctx context.Context, scopes []string, codeChallenge string, opts *authpi.PushAuthorizationRequestOptions,
		) (*authpi.PushedAuthorization, error) {
			return c.PushAuthorizationRequest(ctx, scopes, codeChallenge, opts).Await(ctx)
		},
		device: func(ctx context.Context, opts *authpi.AuthorizeDeviceOptions) (*authpi.DeviceAuthorization, error) {
			return c.AuthorizeDevice(ctx, opts).Await(ctx)
		},
		list: func(ctx context.Context, accessToken authpi.Secret, opts *authpi.ListDevicesOptions) (*authpi.DeviceList, error) {
			return c.ListDevices(ctx, accessToken, opts).Await(ctx)
		},
		rename: func(ctx context.Context, accessToken authpi.Secret, deviceID, name string, opts *authpi.RenameDeviceOptions) error {
			_, err := c.RenameDevice(ctx, accessToken, deviceID, name, opts).Await(ctx)
			return err
		},
		account: c.CreateAccountURL,
		close:   c.Close,
	}, nil
}

// facts are what came of the calls, by the name of the step.
type facts map[string]any

func main() {
	open := map[string]func(authpi.Config) (flavor, error){"blocking": blocking, "future": future}[os.Args[1]]
	seen, err := play(context.Background(), open, os.Args[2])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(seen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, open func(authpi.Config) (flavor, error), issuer string) (facts, error) {
	confidential, err := open(authpi.Config{
		IssuerURL: issuer, ClientID: "c_app", ClientSecret: authpi.NewSecret("s3cret"), RedirectURI: "https://app.test/callback",
		Resources: []string{"https://api.test/"}, Assurance: authpi.AssuranceLevelLow, AcceptLanguage: "rm, de;q=0.5",
	})
	if err != nil {
		return nil, err
	}
	public, err := open(authpi.Config{
		IssuerURL: issuer, ClientID: "c_tv", MaxDeviceAnswerBytes: 100,
		Endpoints: authpi.Endpoints{DeviceAuthorization: issuer + "/elsewhere"},
	})
	if err != nil {
		return nil, err
	}
	seen := facts{}
	seen.account("account, before discovery", confidential)
	_, err = confidential.discover(ctx, nil)
	if err != nil {
		return nil, err
	}
	seen.account("account, after discovery", confidential)
	seen.pushes(ctx, confidential)
	seen.devices(ctx, confidential)
	_, err = public.device(ctx, nil)
	seen["device, public client, answer too large"] = failure(err)
	listed, err := confidential.list(ctx, authpi.NewSecret("at-secret"), &authpi.ListDevicesOptions{Count: 2, Trusted: true})
	if err != nil {
		return nil, err
	}
	for _, device := range listed.Devices {
		seen["list, "+device.ID] = facts{
			"scopes": device.Scopes, "seen": device.SeenAt, "trusted": device.Trusted, "blocked": device.State == authpi.DeviceStateBlocked,
		}
	}
	err = confidential.rename(ctx, authpi.NewSecret("at-secret"), "d 1", "Küche", nil)
	seen["rename"] = failure(err)
	err = confidential.rename(ctx, authpi.NewSecret("at-secret"), "d 1", "", nil)
	seen["rename, name missing"] = failure(err)
	return seen, errors.Join(confidential.close(ctx), public.close(ctx))
}

func (seen facts) account(step string, f flavor) {
	link, err := f.account(&authpi.CreateAccountURLOptions{Page: authpi.AccountPageLinkedAccounts, ReturnTo: "https://app.test/?a=1&b"})
	seen[step] = facts{"url": link, "error": failure(err)}
}

func (seen facts) pushes(ctx context.Context, f flavor) {
	maxAge := time.Duration(0)
	pushed, err := f.push(ctx, []string{"openid", "email"}, "challenge", &authpi.PushAuthorizationRequestOptions{
		Assurance: authpi.AssuranceLevelHigh, Resources: []string{"https://a.test/", "https://b.test/"}, MaxAge: &maxAge,
		Extra: map[string]string{"claims": "{}"},
	})
	if err != nil {
		seen["push"] = failure(err)
		return
	}
	seen["push"] = facts{
		"request_uri": pushed.RequestURI, "expires_in": pushed.ExpiresIn.String(),
		"high": pushed.Assurance == authpi.AssuranceLevelHigh,
	}
	pushed, err = f.push(ctx, []string{"openid"}, "plain", nil)
	seen["push, of the configuration"] = facts{"error": failure(err), "printed": fmt.Sprintf("%+v", pushed)}
	for step, challenge := range map[string]string{"push, invalid": "invalid", "push, expired": "expired", "push, missing": ""} {
		pushed, err = f.push(ctx, []string{"openid"}, challenge, nil)
		seen[step] = facts{"result": pushed, "error": failure(err)}
	}
	_, err = f.push(ctx, []string{"openid"}, "c", &authpi.PushAuthorizationRequestOptions{Extra: map[string]string{"client_id": "c_other"}})
	seen["push, reserved"] = failure(err)
}

func (seen facts) devices(ctx context.Context, f flavor) {
	device, err := f.device(ctx, &authpi.AuthorizeDeviceOptions{Scopes: []string{"openid", "tv"}})
	if err != nil {
		seen["device"] = failure(err)
		return
	}
	logged, _ := json.Marshal(device) // an error leaves it empty
	extra, _ := device.Extra("qr")
	seen["device"] = facts{
		"device_code": device.DeviceCode.Reveal(), "user_code": device.UserCode,
		"verification_uri": device.VerificationURI, "verification_uri_complete": device.VerificationURIComplete,
		"expires_in": device.ExpiresIn.String(), "interval": device.Interval.String(), "extra": string(extra),
		"printed": fmt.Sprint(device.DeviceCode), "json": json.RawMessage(logged),
		"leaks": strings.Contains(fmt.Sprintf("%v %+v %#v %q", device, *device, *device, device), device.DeviceCode.Reveal()),
	}
	device, err = f.device(ctx, &authpi.AuthorizeDeviceOptions{Scopes: []string{"plain"}})
	if err != nil {
		seen["device, optional members missing"] = failure(err)
		return
	}
	_, extras := device.Extra("qr")
	seen["device, optional members missing"] = facts{
		"complete": device.VerificationURIComplete, "interval": device.Interval.String(), "extra": extras,
	}
	for _, scope := range []string{"refused", "incomplete"} {
		_, err = f.device(ctx, &authpi.AuthorizeDeviceOptions{Scopes: []string{scope}})
		seen["device, "+scope] = failure(err)
	}
}

// failure takes an error apart: which classes errors.As finds, and what the base says.
func failure(err error) any {
	if err == nil {
		return nil
	}
	classes := []string{}
	for name, found := range map[string]bool{
		"InvalidRequestURIError": is[*authpi.InvalidRequestURIError](err), "ExpiredRequestURIError": is[*authpi.ExpiredRequestURIError](err),
		"DeviceRefusedError": is[*authpi.DeviceRefusedError](err), "ConfigurationError": is[*authpi.ConfigurationError](err),
	} {
		if found {
			classes = append(classes, name)
		}
	}
	var base *authpi.OAuthError
	if !errors.As(err, &base) {
		return err.Error()
	}
	slices.Sort(classes)
	return facts{
		"classes": classes, "code": base.Code, "status": base.Status, "source": base.Source, "operation": base.Operation,
		"invalid response": errors.Is(err, authpi.ErrInvalidResponse),
	}
}

func is[E error](err error) bool {
	var class E
	return errors.As(err, &class)
}
