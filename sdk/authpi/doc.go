// Package authpi is the vocabulary that both flavors of the AuthPI identity SDK share: configuration, tokens, agents,
// organizations, scopes and errors.
//
// Programs log people in with a client from package authpisync (github.com/arbfay/authpi-go/sdk/sync), or with its future-based twin
// authpiasync. What those clients take and return is defined here, so that a program changes flavor without changing its types.
//
// # Secrets
//
// A [Secret] holds a token, a client secret or a code verifier. Every fmt verb, every slog handler and encoding/json show it
// redacted; [Secret.Reveal] reads it. Two types are made to be stored, [TokenSet] and [AuthorizationURL]: their JSON carries the
// values, so keep it on the server side or under authenticated encryption. A JSON encoder that is handed a struct of your own with
// one of these two inside writes the values too.
//
// # Errors
//
// Every error is an [OAuthError] or a class built on it: errors.As finds the class, the base and the cause, and errors.Is finds the
// sentinels [ErrTemporary], [ErrNetwork], [ErrInvalidResponse] and [ErrClosed].
//
// # Access
//
// [Agent.HasAccessIn] answers for one organization and guards its data. [Agent.HasAccess] answers for any of them: it is for
// showing and hiding. Neither looks at expiry.
package authpi
